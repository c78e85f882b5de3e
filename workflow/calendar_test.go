package workflow

import (
	"strings"
	"testing"
	"time"

	"shenfa/models"
)

func china(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, chinaTime)
	if err != nil {
		panic(err)
	}
	return t
}

func testCalendar(t testing.TB) *Calendar {
	t.Helper()
	c, err := NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLimitsEndByTheCalendarOfTheStateCouncil(t *testing.T) {
	var office OfficeHours
	if err := office.UnmarshalText([]byte(usualOffice)); err != nil {
		t.Fatal(err)
	}
	c := testCalendar(t)
	for name, tt := range map[string]struct {
		now, limit, want string
		provisional      bool
	}{
		"hours within a morning":                   {"2026-05-12 09:00", "2wh", "2026-05-12 11:00", false},
		"hours end as the morning does":            {"2026-05-12 08:30", "3.5wh", "2026-05-12 12:00", false},
		"hours go on after noon":                   {"2026-05-12 11:00", "4wh", "2026-05-12 17:00", false},
		"hours begin when the office opens":        {"2026-05-12 03:00", "1wh", "2026-05-12 09:30", false},
		"hours begin after noon":                   {"2026-05-12 12:30", "1wh", "2026-05-12 15:00", false},
		"hours go on on Monday":                    {"2026-05-15 17:00", "4wh", "2026-05-18 11:30", false},
		"Spring Festival, begun the Friday before": {"2026-02-13 17:00", "4wh", "2026-02-14 11:30", false}, // Saturday 14 February is worked
		"Spring Festival, begun at its eve":        {"2026-02-14 17:00", "4wh", "2026-02-24 11:30", false},
		"Spring Festival in working days":          {"2026-02-13 10:00", "2wd", "2026-02-24 18:00", false},
		"the Saturday after it is worked":          {"2026-02-27 10:00", "1wd", "2026-02-28 18:00", false},
		"Dragon Boat Festival":                     {"2026-06-18 15:00", "1wd", "2026-06-22 18:00", false},
		"Labour Day and its make-up Saturday":      {"2026-04-30 17:30", "4wd", "2026-05-09 18:00", false},
		"Mid-Autumn":                               {"2026-09-24 17:00", "2wh", "2026-09-28 09:30", false},
		"make-up Sunday before National Day":       {"2026-09-19 12:00", "1wd", "2026-09-20 18:00", false},
		"National Day":                             {"2026-09-30 17:00", "2wh", "2026-10-08 09:30", false},
		"make-up Saturday after it":                {"2026-10-09 12:00", "1wd", "2026-10-10 18:00", false},
		"New Year 2023 began in December":          {"2022-12-30 10:00", "1wd", "2023-01-03 18:00", false},
		"make-up Saturday of December 2007":        {"2007-12-28 12:00", "1wd", "2007-12-29 18:00", false},
		"a year that is not loaded":                {"2027-02-05 10:00", "1wd", "2027-02-08 18:00", true},
		"the end of the last year loaded":          {"2026-12-25 10:00", "2wd", "2026-12-29 18:00", true},
		"just before that":                         {"2026-12-23 10:00", "2wd", "2026-12-25 18:00", false},
		"minutes do not ask the calendar":          {"2027-02-06 23:50", "30m", "2027-02-07 00:20", false},
	} {
		span, err := parseSpan(tt.limit)
		if err != nil {
			t.Fatal(err)
		}
		got := c.after(china(tt.now), span, office)
		if !got.At.Equal(china(tt.want)) || got.Provisional != tt.provisional {
			t.Errorf("%s: %s after %s is %s (provisional %t), want %s (%t)", name, tt.limit, tt.now,
				got.At.In(chinaTime).Format("2006-01-02 15:04"), got.Provisional, tt.want, tt.provisional)
		}
	}
}

func TestWithoutAnyCalendarWeekendsAreOffAndAllIsProvisional(t *testing.T) {
	p, err := ParseProfile("p.toml", []byte(goodProfile+"[[limit]]\nlane = \"ordinary\"\nroles = [\"clerk\"]\nwithin = \"1wd\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	due := p.DueOf(p.Routes[0].Steps[0], LaneOrdinary, china("2026-10-02 10:00"))
	if !due.At.Equal(china("2026-10-05 18:00")) || !due.Provisional {
		t.Errorf("%+v", due)
	}
}

func TestCountsOfWorkingDaysAreThoseOfTheNotices(t *testing.T) {
	table := testCalendar(t).current()
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		n := 0
		for d := dateOf(year, time.January, 1); d <= dateOf(year, time.December, 31); d++ {
			if table.working(d) {
				n++
			}
		}
		if n != want {
			t.Errorf("%d has %d working days, want %d", year, n, want)
		}
	}
}

const calendar2027 = `[[year]]
year = 2027
source = "通知"
off = [
    "2027-01-01..2027-01-03",
    "2027-02-06..2027-02-12",
]
work = ["2027-01-30"]
`

func TestCalendarNamesEveryFaultWithItsLine(t *testing.T) {
	for name, tt := range map[string]struct{ from, to, want string }{
		"no TOML":            {"year = 2027", "year = ", "c.toml:2: "},
		"unknown key":        {"source", "sauce", "c.toml:3: 没有“year.sauce”这一项"},
		"no such day":        {"2027-02-12", "2027-02-30", "c.toml:6: "},
		"another year":       {"2027-02-06..2027-02-12", "2026-02-06..2026-02-12", "c.toml:6: “2026-02-06..2026-02-12”不在 2027 年"},
		"the wrong way":      {"2027-02-06..2027-02-12", "2027-02-12..2027-02-06", "c.toml:6: "},
		"a month too long":   {"2027-02-06..2027-02-12", "2027-02-06..2027-03-12", "c.toml:6: "},
		"twice":              {"2027-01-30", "2027-02-07", "c.toml:8: 2027-02-07 写了两次"},
		"a workday is none":  {"2027-01-30", "2027-01-29", "c.toml:8: 2027-01-29 不是周末"},
		"no source":          {`"通知"`, `""`, "c.toml:1: source"},
		"no table of years":  {"[[year]]\n", "", "c.toml:1: "},
		"empty":              {calendar2027, "", "c.toml:1: 文件里没有 [[year]]"},
		"the year twice":     {"", calendar2027, "c.toml:9: 2027 年写了两次"},
		"a year of no sense": {"2027\n", "20270\n", "c.toml:1: year"},
	} {
		_, err := ParseCalendar("c.toml", []byte(strings.Replace(calendar2027, tt.from, tt.to, 1)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	years, err := ParseCalendar("c.toml", []byte(calendar2027))
	if err != nil || len(years) != 1 {
		t.Fatal(years, err)
	}
	c := testCalendar(t)
	if err := c.load(years); err != nil {
		t.Fatal(err)
	}
	span, office := Span{days: 1}, OfficeHours{{0, 18 * time.Hour}}
	if due := c.after(china("2027-02-05 10:00"), span, office); !due.At.Equal(china("2027-02-13 18:00").AddDate(0, 0, 2)) || due.Provisional {
		t.Errorf("%+v", due)
	}
	if due := c.after(china("2026-12-28 10:00"), span, office); due.Provisional {
		t.Error("the end of 2026 is settled once 2027 is loaded")
	}
}

func FuzzParseCalendar(f *testing.F) {
	f.Add([]byte(calendar2027))
	f.Fuzz(func(t *testing.T, data []byte) {
		years, err := ParseCalendar("c.toml", data)
		if err != nil {
			if years != nil {
				t.Error("years beside an error")
			}
			return
		}
		c := &Calendar{}
		if err := c.load(years); err != nil {
			t.Fatal(err)
		}
		for _, y := range years {
			now := dateOf(y.Year, time.January, 1).at(0)
			if due := c.after(now, Span{days: 1}, OfficeHours{{0, time.Hour}}); !due.At.After(now) {
				t.Fatalf("%v is not after %v", due.At, now)
			}
		}
	})
}

func FuzzParseSpan(f *testing.F) {
	for _, text := range []string{"30m", "4wh", "2wd", "1.5wh", "0wd", "-1h", "1e3wh"} {
		f.Add(text)
	}
	c, office := testCalendar(f), OfficeHours{{8 * time.Hour, 9 * time.Hour}}
	now := china("2026-05-12 09:00")
	f.Fuzz(func(t *testing.T, text string) {
		span, err := parseSpan(text)
		if err != nil {
			return
		}
		if due := c.after(now, span, office); !due.At.After(now) || due.At.Year() > 2060 {
			t.Fatalf("%q is due %v", text, due.At)
		}
		if span.Label() == "" {
			t.Error("no label")
		}
	})
}

func TestProfileLimitsAreWorkingTimeOrMinutes(t *testing.T) {
	profiles, err := LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Profile("")
	if err != nil {
		t.Fatal(err)
	}
	route := p.Route(Class{Tier: models.TierGeneral})
	eve := china("2026-02-14 17:00")
	for name, tt := range map[string]struct {
		lane Lane
		step int
		want string
	}{
		"ordinary editor": {LaneOrdinary, 0, "2026-02-24 11:30"},
		"ordinary signer": {LaneOrdinary, 1, "2026-02-24 18:00"},
		"urgent signer":   {LaneUrgent, 1, "2026-02-14 17:30"},
	} {
		if due := p.Due(route[tt.step], tt.lane, eve); !due.Equal(china(tt.want)) {
			t.Errorf("%s: %v", name, due.In(chinaTime))
		}
	}
	if due := p.EscalationOf(route[1], LaneOrdinary, china("2026-02-24 18:00")); !due.At.Equal(china("2026-02-25 18:00")) {
		t.Error(due)
	}
}
