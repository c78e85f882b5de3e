package store

import (
	"context"
	"time"

	"shenfa/models"
)

// withdrawalRow is a row of withdrawals.
type withdrawalRow struct {
	ReleaseID string `gorm:"primaryKey"`
	ID        string
	Reason    string
	Text      string
	Document  string
	Digest    string
	DecidedBy string
	Role      string
	At        int64
	DoneAt    int64

	OnBehalfOf string
}

func (withdrawalRow) TableName() string { return "withdrawals" }

// InsertWithdrawal writes the withdrawal of a release; a second one is a conflict.
func (t *Tx) InsertWithdrawal(w models.Withdrawal) error {
	return taken(insert(t, withdrawalRow{ReleaseID: w.ReleaseID, ID: w.ID, Reason: string(w.Reason), Text: w.Text, Document: w.Document,
		Digest: w.Digest, DecidedBy: w.By, OnBehalfOf: w.OnBehalfOf, Role: string(w.Role), At: millis(w.At), DoneAt: millis(w.DoneAt)}), "该签发件已经撤回。")
}

// FinishWithdrawal writes when the last channel acknowledged.
func (t *Tx) FinishWithdrawal(releaseID string, at time.Time) error {
	_, err := t.exec("UPDATE withdrawals SET done_at=? WHERE release_id=?", millis(at), releaseID)
	return err
}

// Withdrawal reads the withdrawal of a release.
func (s *Store) Withdrawal(ctx context.Context, releaseID string) (models.Withdrawal, error) {
	var r withdrawalRow
	if err := s.reads.WithContext(ctx).Where("release_id = ?", releaseID).Take(&r).Error; err != nil {
		return models.Withdrawal{}, found(err, "该签发件没有撤回。")
	}
	return models.Withdrawal{ID: r.ID, ReleaseID: r.ReleaseID, Reason: models.WithdrawalReason(r.Reason), Text: r.Text, Document: r.Document,
		Digest: r.Digest, By: r.DecidedBy, OnBehalfOf: r.OnBehalfOf, Role: models.Role(r.Role), At: timeOf(r.At), DoneAt: timeOf(r.DoneAt)}, nil
}

// scheduleRow is a row of schedules: a release that enters the feed later.
type scheduleRow struct {
	ReleaseID string `gorm:"primaryKey"`
	DueAt     int64
}

func (scheduleRow) TableName() string { return "schedules" }

// InsertSchedule has a release wait for its time.
func (t *Tx) InsertSchedule(releaseID string, due time.Time) error {
	return insert(t, scheduleRow{ReleaseID: releaseID, DueAt: millis(due)})
}

// ClaimSchedule takes a release out of the schedule: false if it is not there
// any more, because another replica was faster or it was withdrawn.
func (t *Tx) ClaimSchedule(releaseID string) (bool, error) {
	n, err := t.exec("DELETE FROM schedules WHERE release_id=?", releaseID)
	return n == 1, err
}

// Scheduled says whether a release still waits for its time.
func (s *Store) Scheduled(ctx context.Context, releaseID string) (bool, error) {
	var n int64
	err := s.reads.WithContext(ctx).Raw("SELECT COUNT(*) FROM schedules WHERE release_id=?", releaseID).Scan(&n).Error
	return n > 0, explain(err)
}

// DueSchedules lists releases whose time has come, the oldest first.
func (s *Store) DueSchedules(ctx context.Context, at time.Time, limit int) ([]string, error) {
	var ids []string
	err := s.reads.WithContext(ctx).Raw("SELECT release_id FROM schedules WHERE due_at<=? ORDER BY due_at, release_id LIMIT ?", millis(at), limit).Scan(&ids).Error
	return ids, explain(err)
}
