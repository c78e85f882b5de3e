package store

import (
	"context"
	"time"

	"shenfa/models"
)

// rescanRow is a row of rescans. Owner and LeaseUntil say which process works
// on it, and until when nobody else may.
type rescanRow struct {
	ID         string `gorm:"primaryKey"`
	Edition    string
	Since      string
	Position   string
	Total      int64
	Done       int64
	Hits       int64
	StartedBy  string
	StartedAt  int64
	FinishedAt int64
	Owner      string
	LeaseUntil int64
}

func (rescanRow) TableName() string { return "rescans" }

func (r rescanRow) model() models.Rescan {
	return models.Rescan{ID: r.ID, Edition: r.Edition, Since: r.Since, Position: r.Position, Total: r.Total, Done: r.Done, Hits: r.Hits,
		StartedBy: r.StartedBy, StartedAt: timeOf(r.StartedAt), FinishedAt: timeOf(r.FinishedAt)}
}

// InsertRescan writes a rescan that nobody works on yet.
func (t *Tx) InsertRescan(r models.Rescan) error {
	return insert(t, rescanRow{ID: r.ID, Edition: r.Edition, Since: r.Since, Position: r.Position, Total: r.Total, Done: r.Done, Hits: r.Hits,
		StartedBy: r.StartedBy, StartedAt: millis(r.StartedAt), FinishedAt: millis(r.FinishedAt)})
}

// ClaimRescan has owner work on an unfinished rescan until a time; false if
// somebody else does.
func (t *Tx) ClaimRescan(id, owner string, now, until time.Time) (bool, error) {
	n, err := t.exec("UPDATE rescans SET owner=?, lease_until=? WHERE id=? AND finished_at=0 AND (owner=? OR lease_until<?)",
		owner, millis(until), id, owner, millis(now))
	return n == 1, err
}

// LeaveRescan gives the work up, so that another may claim it at once.
func (t *Tx) LeaveRescan(id, owner string) error {
	_, err := t.exec("UPDATE rescans SET lease_until=0 WHERE id=? AND owner=?", id, owner)
	return err
}

// AdvanceRescan moves a rescan on from the position that it was read at; false
// if owner no longer works on it.
func (t *Tx) AdvanceRescan(r models.Rescan, from, owner string, until time.Time) (bool, error) {
	n, err := t.exec("UPDATE rescans SET position=?, done=?, hits=?, finished_at=?, lease_until=? WHERE id=? AND owner=? AND position=?",
		r.Position, r.Done, r.Hits, millis(r.FinishedAt), millis(until), r.ID, owner, from)
	return n == 1, err
}

// Rescan reads one rescan.
func (s *Store) Rescan(ctx context.Context, id string) (models.Rescan, error) {
	var row rescanRow
	if err := s.reads.WithContext(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return models.Rescan{}, found(err, "没有这次归档复审。")
	}
	return row.model(), nil
}

// Rescans lists rescans, the latest first.
func (s *Store) Rescans(ctx context.Context, limit int) ([]models.Rescan, error) {
	var rows []rescanRow
	if err := s.reads.WithContext(ctx).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, rescanRow.model), nil
}

// CountReleases counts the releases after one ("": all).
func (s *Store) CountReleases(ctx context.Context, after string) (int64, error) {
	var n int64
	err := s.reads.WithContext(ctx).Raw("SELECT COUNT(*) FROM releases WHERE id > ?", after).Scan(&n).Error
	return n, explain(err)
}
