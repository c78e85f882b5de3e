package store

import (
	"context"
	"errors"

	"shenfa/models"
)

// calendarRow is a row of calendar_years.
type calendarRow struct {
	Year       int `gorm:"primaryKey;autoIncrement:false"`
	Source     string
	Papers     string
	OffDays    string
	WorkDays   string
	ImportedBy string
	ImportedAt int64
}

func (calendarRow) TableName() string { return "calendar_years" }

// PutCalendarYear writes a year of the calendar over the one before.
func (t *Tx) PutCalendarYear(y models.CalendarYear) error {
	papers, err1 := listText(y.Papers)
	off, err2 := listText(y.Off)
	work, err3 := listText(y.Work)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM calendar_years WHERE year=?", y.Year); err != nil {
		return err
	}
	return insert(t, calendarRow{Year: y.Year, Source: y.Source, Papers: papers, OffDays: off, WorkDays: work,
		ImportedBy: y.ImportedBy, ImportedAt: millis(y.ImportedAt)})
}

// CalendarYears reads the years that were imported, in their order.
func (s *Store) CalendarYears(ctx context.Context) ([]models.CalendarYear, error) {
	var rows []calendarRow
	if err := s.reads.WithContext(ctx).Order("year").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return each(rows, func(r calendarRow) (models.CalendarYear, error) {
		y := models.CalendarYear{Year: r.Year, Source: r.Source, ImportedBy: r.ImportedBy, ImportedAt: timeOf(r.ImportedAt)}
		return y, errors.Join(parse(r.Papers, &y.Papers), parse(r.OffDays, &y.Off), parse(r.WorkDays, &y.Work))
	})
}
