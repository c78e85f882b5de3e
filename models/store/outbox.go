package store

import (
	"context"
	"fmt"
	"time"

	"shenfa/models"
)

// noticeRow is a row of notices: a side effect that leaves after its transaction.
type noticeRow struct {
	ID      string `gorm:"primaryKey"`
	Kind    string
	DraftID string
	Payload string
	At      int64

	DispatchedAt int64 // to the webhooks; 0: not yet
}

func (noticeRow) TableName() string { return "notices" }

// InsertNotices puts notices into the outbox with one statement.
func (t *Tx) InsertNotices(ns []models.Notice) error {
	rows := make([]noticeRow, len(ns))
	for i, n := range ns {
		rows[i] = noticeRow{ID: n.ID, Kind: n.Kind, DraftID: n.DraftID, Payload: string(n.Payload), At: millis(n.At)}
	}
	return insert(t, rows...)
}

// OnceRow remembers one write of one caller (Idempotency-Key).
type OnceRow struct {
	Actor    string
	Key      string
	Request  string // SHA-256 of the request
	Resource string // id of what the write made or changed
	At       time.Time
}

type onceRow struct {
	Actor    string `gorm:"primaryKey"`
	OnceKey  string `gorm:"primaryKey"`
	Request  string
	Resource string
	At       int64
}

func (onceRow) TableName() string { return "once_keys" }

// InsertOnce remembers the write that its transaction makes. If the caller has
// used the key before, the error is a conflict with errors.Is(err,
// ErrOnceTaken); while another transaction with the key runs, it waits for it.
func (t *Tx) InsertOnce(o OnceRow) error {
	err := insert(t, onceRow{Actor: o.Actor, OnceKey: o.Key, Request: o.Request, Resource: o.Resource, At: millis(o.At)})
	if isDuplicate(err) {
		return models.Errorf(models.CodeConflict, "该请求已经处理过。").Because(fmt.Errorf("%w: %w", ErrOnceTaken, err))
	}
	return err
}

// Once reads what a caller's key was used for.
func (s *Store) Once(ctx context.Context, actor, key string) (OnceRow, error) {
	var row onceRow
	if err := s.reads.WithContext(ctx).Where("actor = ? AND once_key = ?", actor, key).Take(&row).Error; err != nil {
		return OnceRow{}, found(err, "没有找到该请求的记录。")
	}
	return OnceRow{Actor: row.Actor, Key: row.OnceKey, Request: row.Request, Resource: row.Resource, At: timeOf(row.At)}, nil
}
