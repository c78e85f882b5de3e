package web

import (
	"fmt"
	"time"
)

// china is the one time zone that pages speak in.
var china = time.FixedZone("中国标准时间", 8*60*60)

// when is a time as people read it, to the minute.
func when(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(china).Format("2006年1月2日 15:04")
}

// iso is a time for machines, of the <time> element.
func iso(t time.Time) string { return t.In(china).Format(time.RFC3339) }

// due is a time limit as a page shows it.
type due struct {
	At      time.Time
	Text    string // such as "7月9日 17:00"
	Left    string // such as "剩余 3 小时"
	Overdue bool
	Soon    bool // within two hours
}

// dueOf is nil where there is no time limit.
func dueOf(at, now time.Time) *due {
	if at.IsZero() {
		return nil
	}
	local, today := at.In(china), now.In(china)
	layout := "1月2日 15:04"
	switch {
	case local.Year() != today.Year():
		layout = "2006年1月2日 15:04"
	case local.YearDay() == today.YearDay():
		layout = "今天 15:04"
	}
	left := at.Sub(now)
	d := &due{At: at, Text: local.Format(layout), Overdue: left < 0, Soon: left >= 0 && left <= 2*time.Hour}
	if d.Overdue {
		d.Left = "已超时 " + span(-left)
	} else {
		d.Left = "剩余 " + span(left)
	}
	return d
}

// span is a length of time in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "不足 1 分钟"
	case d < time.Hour:
		return fmt.Sprintf("%d 分钟", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d 小时", int(d.Hours()))
	}
	return fmt.Sprintf("%d 天", int(d.Hours()/24))
}
