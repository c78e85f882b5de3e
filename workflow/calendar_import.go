package workflow

import (
	"context"
	"fmt"
	"strings"

	"shenfa/models"
	"shenfa/models/store"
)

// ImportCalendar stores the years of a calendar file in the database, where
// all replicas find them. A year that is there already is replaced.
func (w *Workflow) ImportCalendar(ctx context.Context, actor models.Actor, file string, data []byte) ([]models.CalendarYear, error) {
	if err := mustAdmin(actor); err != nil {
		return nil, err
	}
	years, err := ParseCalendar(file, data)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range years {
		years[i].ImportedBy, years[i].ImportedAt = actor.ID, w.clock()
		names = append(names, fmt.Sprint(years[i].Year))
	}
	_, err = w.administer(ctx, actor, "calendar", "calendar_imported", map[string]any{"years": strings.Join(names, " "), "sources": years[0].Source},
		func(tx *store.Tx) error {
			for _, y := range years {
				if err := tx.PutCalendarYear(y); err != nil {
					return err
				}
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	return years, w.LoadCalendar(ctx)
}

// LoadCalendar takes up what any replica has imported. It is a job, too: a new
// year counts everywhere within a minute.
func (w *Workflow) LoadCalendar(ctx context.Context) error {
	years, err := w.store.CalendarYears(ctx)
	if err != nil {
		return err
	}
	return w.profiles.calendar.load(years)
}

// Calendar lists the years that count.
func (w *Workflow) Calendar(ctx context.Context) ([]models.CalendarYear, error) {
	if err := w.LoadCalendar(ctx); err != nil {
		return nil, err
	}
	return w.profiles.calendar.Years(), nil
}
