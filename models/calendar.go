package models

import "time"

// CalendarYear is what the State Council ordered for one year: the days off
// beside the weekends, and the weekend days that are worked to make up for
// them. An entry is a day, 2026-10-10, or its first and last, 2026-10-01..2026-10-07.
type CalendarYear struct {
	Year       int
	Source     string   // title of the notice
	Papers     []string // where it was published
	Off        []string
	Work       []string
	ImportedBy string
	ImportedAt time.Time
}
