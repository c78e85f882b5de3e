package store

import (
	"context"
	"time"

	"shenfa/models"
)

// reminderRow is a row of reminders. Its key is one time that a draft waits,
// so that only one replica can write it.
type reminderRow struct {
	DraftID     string `gorm:"primaryKey"`
	State       string `gorm:"primaryKey"`
	DueAt       int64  `gorm:"primaryKey;autoIncrement:false"`
	SentAt      int64
	EscalateAt  int64
	EscalatedAt int64
}

func (reminderRow) TableName() string { return "reminders" }

// Unreminded lists drafts whose waiting step is due and has no reminder yet, the longest due first.
func (s *Store) Unreminded(ctx context.Context, at time.Time, limit int) ([]models.Draft, error) {
	var rows []draftRow
	query := "SELECT d.* FROM drafts d" + s.via("drafts_due") + ` LEFT JOIN reminders r ON r.draft_id=d.id AND r.state=d.state AND r.due_at=d.due_at
		WHERE d.due_at<=? AND r.draft_id IS NULL ORDER BY d.due_at, d.id LIMIT ?`
	if err := s.reads.WithContext(ctx).Raw(query, millis(at), limit).Scan(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return each(rows, draftRow.model)
}

// ClaimReminder makes the caller the one who reminds of a draft as it waits:
// false if another was faster or the draft does not wait like that any more.
// A zero escalate means that nothing follows.
func (t *Tx) ClaimReminder(d models.Draft, at, escalate time.Time) (bool, error) {
	n, err := t.exec(`INSERT INTO reminders (draft_id, state, due_at, sent_at, escalate_at, escalated_at)
		SELECT id, state, due_at, ?, ?, 0 FROM drafts WHERE id=? AND state=? AND due_at=?`,
		millis(at), dueMillis(escalate), d.ID, string(d.State), dueMillis(d.DueAt))
	if isDuplicate(err) {
		return false, nil
	}
	return n == 1, err
}

// Unescalated lists drafts that were reminded of and whose escalation is due.
// One that does not wait like that any more has the zero State.
func (s *Store) Unescalated(ctx context.Context, at time.Time, limit int) ([]models.Overdue, error) {
	var rows []struct {
		Draft    draftRow    `gorm:"embedded;embeddedPrefix:d_"`
		Reminder reminderRow `gorm:"embedded;embeddedPrefix:r_"`
	}
	query := "SELECT " + tableOf[reminderRow](s).selected("r", "r_") + "," + tableOf[draftRow](s).selected("d", "d_") +
		" FROM reminders r" + s.via("reminders_escalate") + " JOIN drafts d ON d.id=r.draft_id WHERE r.escalate_at<=? ORDER BY r.escalate_at, r.draft_id LIMIT ?"
	if err := s.reads.WithContext(ctx).Raw(query, millis(at), limit).Scan(&rows).Error; err != nil {
		return nil, explain(err)
	}
	overdue := make([]models.Overdue, len(rows))
	for i, row := range rows {
		d, err := row.Draft.model()
		if err != nil {
			return nil, err
		}
		if d.State != models.State(row.Reminder.State) || row.Draft.DueAt != row.Reminder.DueAt {
			d.State = ""
		}
		overdue[i] = models.Overdue{Draft: d, State: models.State(row.Reminder.State), DueAt: dueOf(row.Reminder.DueAt)}
	}
	return overdue, nil
}

// ClaimEscalation makes the caller the one who escalates: false if another was faster.
func (t *Tx) ClaimEscalation(o models.Overdue, at time.Time) (bool, error) {
	n, err := t.exec("UPDATE reminders SET escalated_at=?, escalate_at=? WHERE draft_id=? AND state=? AND due_at=? AND escalated_at=0",
		millis(at), noLimit, o.Draft.ID, string(o.State), dueMillis(o.DueAt))
	return n == 1, err
}
