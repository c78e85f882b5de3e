package workflow

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"shenfa/models"
)

//go:embed calendar/*.toml
var embeddedCalendar embed.FS

// day is a day in China, as the number of days since 1 January 1970.
type day int

// dayOf is the day in China of a moment.
func dayOf(t time.Time) day {
	const inDay, east = 24 * 60 * 60, 8 * 60 * 60
	seconds := t.Unix() + east
	if seconds < 0 {
		seconds -= inDay - 1
	}
	return day(seconds / inDay)
}

// dateOf is the day of a date.
func dateOf(year int, month time.Month, n int) day {
	return dayOf(time.Date(year, month, n, 0, 0, 0, 0, chinaTime))
}

// at is the moment on the day that the clock in China shows the time.
func (d day) at(clock time.Duration) time.Time {
	return time.Date(1970, 1, 1+int(d), 0, 0, 0, 0, chinaTime).Add(clock).UTC()
}

func (d day) year() int      { return d.at(0).In(chinaTime).Year() }
func (d day) String() string { return d.at(0).In(chinaTime).Format(time.DateOnly) }

func (d day) weekend() bool {
	w := d.at(0).In(chinaTime).Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Calendar says which days are worked, by the notices of the State Council. It
// may be asked while a new year is loaded.
type Calendar struct {
	shipped []models.CalendarYear
	table   atomic.Pointer[calendarTable]
}

// calendarTable does not change once made.
type calendarTable struct {
	works map[day]bool // of the days that the notices name
	years map[int]models.CalendarYear
}

// NewCalendar is the calendar of the years that the program was built with.
func NewCalendar() (*Calendar, error) {
	years, err := shippedYears()
	if err != nil {
		return nil, err
	}
	c := &Calendar{shipped: years}
	return c, c.load(nil)
}

func shippedYears() ([]models.CalendarYear, error) {
	var years []models.CalendarYear
	files, err := fs.Glob(embeddedCalendar, "calendar/*.toml")
	for _, file := range files {
		data, readErr := embeddedCalendar.ReadFile(file)
		parsed, parseErr := ParseCalendar(file, data)
		years, err = append(years, parsed...), errors.Join(err, readErr, parseErr)
	}
	return years, err
}

// load makes the calendar of the shipped years and those imported, which hold
// where both have one.
func (c *Calendar) load(imported []models.CalendarYear) error {
	t := &calendarTable{works: map[day]bool{}, years: map[int]models.CalendarYear{}}
	for _, y := range slices.Concat(c.shipped, imported) {
		t.years[y.Year] = y
	}
	for _, year := range slices.Sorted(maps.Keys(t.years)) {
		for _, list := range []struct {
			entries []string
			works   bool
		}{{t.years[year].Off, false}, {t.years[year].Work, true}} {
			for _, entry := range list.entries {
				r, err := parseDays(entry)
				if err != nil {
					return fmt.Errorf("calendar of %d: %w", year, err)
				}
				for d := r.first; d <= r.last; d++ {
					t.works[d] = list.works
				}
			}
		}
	}
	c.table.Store(t)
	return nil
}

// Years are those that the calendar holds, in their order.
func (c *Calendar) Years() []models.CalendarYear {
	years := slices.Collect(maps.Values(c.current().years))
	slices.SortFunc(years, func(a, b models.CalendarYear) int { return a.Year - b.Year })
	return years
}

// current is the table in force; of no calendar at all, one without years.
func (c *Calendar) current() *calendarTable {
	if c != nil {
		if t := c.table.Load(); t != nil {
			return t
		}
	}
	return &calendarTable{}
}

// working says whether a day is worked. Where no notice names it, weekends are off.
func (t *calendarTable) working(d day) bool {
	if works, named := t.works[d]; named {
		return works
	}
	return !d.weekend()
}

// newYear is how many days before 1 January the notice of the new year may begin to count.
const newYear = 4

// settled says whether the notices that may name the day are loaded. The last
// days of December are the new year's notice's too: 2007-12-30 was one of 2008.
func (t *calendarTable) settled(d day) bool {
	_, of := t.years[d.year()]
	_, next := t.years[(d + newYear).year()]
	return of && next
}

// Due is when a time limit ends. Provisional says that the State Council's
// calendar of those days is not loaded, so that only weekends were counted out.
type Due struct {
	At          time.Time // zero: no limit
	Provisional bool
}

// after is the moment at which a limit that begins now ends.
func (c *Calendar) after(now time.Time, limit Span, office OfficeHours) Due {
	t := c.current()
	switch {
	case limit.days > 0:
		return t.workingDays(now, limit.days, office)
	case limit.office > 0:
		return t.officeTime(now, limit.office, office)
	}
	return Due{At: now.Add(limit.clock)}
}

// workingDays counts from the day after, and ends when the office closes on
// the last one (民法典 articles 201 and 203).
func (t *calendarTable) workingDays(now time.Time, n int, office OfficeHours) Due {
	d, due := dayOf(now), Due{}
	for n > 0 {
		d++
		due.Provisional = due.Provisional || !t.settled(d)
		if t.working(d) {
			n--
		}
	}
	due.At = d.at(office.closing())
	return due
}

// officeTime counts the time that the office is open, from now on.
func (t *calendarTable) officeTime(now time.Time, need time.Duration, office OfficeHours) Due {
	due := Due{}
	for d := dayOf(now); ; d++ {
		due.Provisional = due.Provisional || !t.settled(d)
		if !t.working(d) {
			continue
		}
		for _, open := range office {
			from := d.at(open.from)
			if from.Before(now) {
				from = now
			}
			span := d.at(open.to).Sub(from)
			if span >= need {
				due.At = models.Millis(from.Add(need))
				return due
			}
			need -= max(0, span)
		}
	}
}

// settled says whether the calendar of all days between two moments is loaded.
func (c *Calendar) settled(from, to time.Time) bool {
	t := c.current()
	for d := dayOf(from); d <= dayOf(to); d++ {
		if !t.settled(d) {
			return false
		}
	}
	return true
}
