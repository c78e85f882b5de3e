package workflow

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"shenfa/models"
)

// days is an entry of a calendar: a day, or the first and the last.
type days struct {
	text        string
	first, last day
}

// longestHoliday bounds an entry, so that a wrong month shows.
const longestHoliday = 16

func (r *days) UnmarshalText(text []byte) (err error) {
	*r, err = parseDays(string(text))
	return err
}

func parseDays(text string) (days, error) {
	one := func(text string) (day, error) {
		t, err := time.ParseInLocation(time.DateOnly, text, chinaTime)
		if err != nil {
			return 0, fmt.Errorf("“%s”应写作 2026-10-01，连续几天写作 2026-10-01..2026-10-07", text)
		}
		return dayOf(t), nil
	}
	from, to, several := strings.Cut(text, "..")
	if !several {
		to = from
	}
	first, err1 := one(from)
	last, err2 := one(to)
	switch {
	case err1 != nil || err2 != nil:
		return days{}, errors.Join(err1, err2)
	case several && last <= first || last-first >= longestHoliday:
		return days{}, fmt.Errorf("“%s”的首尾两天有误（至多 %d 天）", text, longestHoliday)
	}
	return days{text, first, last}, nil
}

// ParseCalendar reads a calendar file: one [[year]] for each year, with its
// days off and its make-up days. The error joins all faults, each with file
// and line.
func ParseCalendar(file string, data []byte) ([]models.CalendarYear, error) {
	var parsed struct {
		Years []calendarYear `toml:"year"`
	}
	if err := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields().Decode(&parsed); err != nil {
		return nil, tomlError(file, err)
	}
	c := calendarChecker{file: file, lines: strings.Split(string(data), "\n")}
	if len(parsed.Years) == 0 {
		c.fault(1, "文件里没有 [[year]]")
	}
	var years []models.CalendarYear
	known := map[int]bool{}
	for n, y := range parsed.Years {
		c.check(n, y)
		if known[y.Year] {
			c.fault(c.line(n, ""), "%d 年写了两次", y.Year)
		}
		known[y.Year] = true
		years = append(years, models.CalendarYear{Year: y.Year, Source: y.Source, Papers: y.Papers, Off: texts(y.Off), Work: texts(y.Work)})
	}
	if len(c.faults) > 0 {
		return nil, errors.Join(c.faults...)
	}
	return years, nil
}

// calendarYear is one [[year]] of a calendar file.
type calendarYear struct {
	Year   int      `toml:"year"`
	Source string   `toml:"source"`
	Papers []string `toml:"papers"`
	Off    []days   `toml:"off"`
	Work   []days   `toml:"work"`
}

func texts(list []days) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.text
	}
	return out
}

// calendarChecker collects the faults of a calendar file.
type calendarChecker struct {
	file   string
	lines  []string
	faults []error
}

func (c *calendarChecker) fault(line int, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s:%d: %s", c.file, line, fmt.Sprintf(format, args...)))
}

// line is that of the entry in the n-th year, or of its header where there is no such text.
func (c *calendarChecker) line(n int, entry string) int {
	header, seen := 1, -1
	for i, text := range c.lines {
		if strings.HasPrefix(strings.TrimSpace(text), "[[year]]") {
			if seen++; seen == n {
				header = i + 1
			}
		}
		if seen == n && entry != "" && strings.Contains(text, `"`+entry+`"`) {
			return i + 1
		}
	}
	return header
}

func (c *calendarChecker) check(n int, y calendarYear) {
	header := c.line(n, "")
	switch {
	case y.Year < 1990 || y.Year > 2200:
		c.fault(header, "year 应是年份")
		return
	case y.Source == "":
		c.fault(header, "source 应写明依据的通知")
	case len(y.Off) == 0:
		c.fault(header, "off 应写明放假的日子")
	}
	earliest, latest := dateOf(y.Year, time.January, 1)-newYear, dateOf(y.Year, time.December, 31)
	named := map[day]bool{}
	for i, r := range append(y.Off, y.Work...) {
		line := c.line(n, r.text)
		if r.first < earliest || r.last > latest {
			c.fault(line, "“%s”不在 %d 年", r.text, y.Year)
			continue
		}
		for d := r.first; d <= r.last; d++ {
			if named[d] {
				c.fault(line, "%s 写了两次", d)
			}
			named[d] = true
			if i >= len(y.Off) && !d.weekend() {
				c.fault(line, "%s 不是周末，不能是调休上班的日子", d)
			}
		}
	}
}
