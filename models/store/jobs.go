package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// turnRow is a row of job_turns: until then a periodic job counts as done.
type turnRow struct {
	Name  string `gorm:"primaryKey"`
	Until int64
}

func (turnRow) TableName() string { return "job_turns" }

// ClaimTurn makes the caller the one replica that does a periodic job, until the time given.
func (t *Tx) ClaimTurn(name string, now, until time.Time) (bool, error) {
	n, err := t.exec("UPDATE job_turns SET until=? WHERE name=? AND until<=?", millis(until), name, millis(now))
	if err != nil || n == 1 {
		return n == 1, err
	}
	switch err := insert(t, turnRow{Name: name, Until: millis(until)}); {
	case isDuplicate(err):
		return false, nil
	default:
		return err == nil, err
	}
}

// Turn says until when a periodic job counts as done.
func (s *Store) Turn(ctx context.Context, name string) (time.Time, error) {
	var until int64
	err := s.reads.WithContext(ctx).Raw("SELECT COALESCE(MAX(until), 0) FROM job_turns WHERE name=?", name).Scan(&until).Error
	return timeOf(until), explain(err)
}

// cleanBatch bounds the rows that one transaction deletes.
const cleanBatch = 1000

// CleanOnce forgets the Idempotency-Keys used before a time; how many, at most a batch.
func (s *Store) CleanOnce(ctx context.Context, before time.Time) (int, error) {
	return s.clean(ctx, "once_keys", "at", before)
}

// CleanDeliveries forgets the deliveries that ended before a time; how many, at most a batch.
func (s *Store) CleanDeliveries(ctx context.Context, before time.Time) (int, error) {
	return s.clean(ctx, "deliveries", "done_at", before)
}

// clean deletes the oldest rows of a table by an indexed time; zero times stay.
func (s *Store) clean(ctx context.Context, table, column string, before time.Time) (n int, err error) {
	err = s.Update(ctx, func(t *Tx) error {
		last := millis(before)
		err := t.queryRow("SELECT "+column+" FROM "+table+" WHERE "+column+">0 AND "+column+"<? ORDER BY "+column+" LIMIT 1 OFFSET ?",
			[]any{last, cleanBatch}, &last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		gone, err := t.exec("DELETE FROM "+table+" WHERE "+column+">0 AND "+column+"<?", last)
		n = int(gone)
		return err
	})
	return n, err
}
