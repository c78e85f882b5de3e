package workflow

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is how long something may take: by the clock ("30m", "4h"), in hours
// that the office is open ("4wh"), or in working days ("2wd").
type Span struct {
	clock, office time.Duration
	days          int
}

// Bounds of a span: a year.
const (
	maxSpanDays   = 250
	maxSpanOffice = 2000 * time.Hour
	maxSpanClock  = 366 * 24 * time.Hour
)

// UnmarshalText reads a span of a profile.
func (s *Span) UnmarshalText(text []byte) error {
	parsed, err := parseSpan(string(text))
	*s = parsed
	return err
}

func parseSpan(text string) (Span, error) {
	wrong := fmt.Errorf("“%s”不是时限，应写作 30m（分钟）、2h（小时）、4wh（工作小时）或 2wd（工作日）", text)
	if number, ok := strings.CutSuffix(text, "wd"); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > maxSpanDays {
			return Span{}, wrong
		}
		return Span{days: n}, nil
	}
	if number, ok := strings.CutSuffix(text, "wh"); ok {
		d, err := time.ParseDuration(number + "h")
		if err != nil || strings.Trim(number, "0123456789.") != "" || d < time.Minute || d > maxSpanOffice {
			return Span{}, wrong
		}
		return Span{office: d}, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > maxSpanClock {
		return Span{}, wrong
	}
	return Span{clock: d}, nil
}

// IsZero says that there is no limit.
func (s Span) IsZero() bool { return s == Span{} }

// Label is the span for people, in Chinese.
func (s Span) Label() string {
	switch {
	case s.days > 0:
		return fmt.Sprintf("%d 个工作日", s.days)
	case s.office > 0:
		return strconv.FormatFloat(s.office.Hours(), 'f', -1, 64) + " 个工作小时"
	case s.clock%time.Hour == 0:
		return fmt.Sprintf("%d 小时", s.clock/time.Hour)
	}
	return strconv.FormatFloat(s.clock.Minutes(), 'f', -1, 64) + " 分钟"
}

// OfficeHours are the times of a working day at which the office is open, in
// their order.
type OfficeHours []opening

// opening is a time of the day that the office is open, from midnight.
type opening struct{ from, to time.Duration }

// usualOffice is the office of a profile that does not say its hours.
const usualOffice = "08:30-12:00,14:00-18:00"

// UnmarshalText reads hours such as 08:30-12:00,14:00-18:00.
func (o *OfficeHours) UnmarshalText(text []byte) error {
	wrong := fmt.Errorf("“%s”不是工作时间，应写作 08:30-12:00,14:00-18:00", text)
	*o = nil
	var before, open time.Duration
	for part := range strings.SplitSeq(string(text), ",") {
		from, to, ok := strings.Cut(part, "-")
		opens, err1 := clockOf(from)
		closes, err2 := clockOf(to)
		if !ok || err1 != nil || err2 != nil || opens < before || closes <= opens {
			return wrong
		}
		*o, before, open = append(*o, opening{opens, closes}), closes, open+closes-opens
	}
	if open < time.Hour {
		return wrong
	}
	return nil
}

func clockOf(text string) (time.Duration, error) {
	t, err := time.Parse("15:04", strings.TrimSpace(text))
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}

func (o OfficeHours) closing() time.Duration { return o[len(o)-1].to }

// String is the hours as a profile writes them.
func (o OfficeHours) String() string {
	parts := make([]string, len(o))
	for i, open := range o {
		clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute) }
		parts[i] = clock(open.from) + "-" + clock(open.to)
	}
	return strings.Join(parts, ",")
}
