package store

import (
	"context"
	"strings"

	"shenfa/models"
)

// pullRow is a row of pulls.
type pullRow struct {
	ReleaseID   string `gorm:"primaryKey"`
	Integration string `gorm:"primaryKey"`
	Position    int64  `gorm:"primaryKey;autoIncrement:false"`
	At          int64
}

func (pullRow) TableName() string { return "pulls" }

// InsertPulls keeps that feed entries were pulled; what is kept already stays as it is.
func (t *Tx) InsertPulls(pulls []models.Pull) error {
	if len(pulls) == 0 {
		return nil
	}
	table := tableOf[pullRow](t.store)
	verb := "INSERT IGNORE"
	if t.store.dialect == SQLite {
		verb = "INSERT OR IGNORE"
	}
	for len(pulls) > 0 {
		n := min(len(pulls), maxInsertRows)
		args := make([]any, 0, n*len(table.columns))
		for _, p := range pulls[:n] {
			args = table.values(args, pullRow{ReleaseID: p.ReleaseID, Integration: p.Integration, Position: p.Position, At: millis(p.At)})
		}
		query := verb + strings.TrimPrefix(table.one, "INSERT") + strings.Repeat(","+table.row, n-1)
		if _, err := t.exec(query, args...); err != nil {
			return err
		}
		pulls = pulls[n:]
	}
	return nil
}

// Pulls reads who pulled a release, in the order of the feed.
func (s *Store) Pulls(ctx context.Context, releaseID string) ([]models.Pull, error) {
	var rows []pullRow
	if err := s.reads.WithContext(ctx).Where("release_id = ?", releaseID).Order("position, integration").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, func(r pullRow) models.Pull {
		return models.Pull{ReleaseID: r.ReleaseID, Integration: r.Integration, Position: r.Position, At: timeOf(r.At)}
	}), nil
}
