package store

import (
	"context"

	"shenfa/models"
)

// editionRow is a row of editions.
type editionRow struct {
	ID        string `gorm:"primaryKey"`
	Complete  bool
	Note      string
	Archive   []byte
	CreatedBy string
	CreatedAt int64
}

type installationRow struct {
	Version     int64 `gorm:"primaryKey;autoIncrement:false"`
	UnitID      string
	Edition     string
	InstalledBy string
	At          int64
}

func (editionRow) TableName() string      { return "editions" }
func (installationRow) TableName() string { return "installations" }

func (r editionRow) model() models.Edition {
	return models.Edition{ID: r.ID, Complete: r.Complete, Note: r.Note, CreatedBy: r.CreatedBy, CreatedAt: timeOf(r.CreatedAt)}
}

func (r installationRow) model() models.Installation {
	return models.Installation{Version: r.Version, UnitID: r.UnitID, Edition: r.Edition, By: r.InstalledBy, At: timeOf(r.At)}
}

// InsertEdition writes an edition with its archive. It never changes; a second time is a conflict.
func (t *Tx) InsertEdition(e models.Edition, archive []byte) error {
	return taken(insert(t, editionRow{ID: e.ID, Complete: e.Complete, Note: e.Note, Archive: archive,
		CreatedBy: e.CreatedBy, CreatedAt: millis(e.CreatedAt)}), "该版次已经导入。")
}

// Install writes an installation. Someone who was faster has its version: a conflict.
func (t *Tx) Install(i models.Installation) error {
	err := insert(t, installationRow{Version: i.Version, UnitID: i.UnitID, Edition: i.Edition, InstalledBy: i.By, At: millis(i.At)})
	return taken(err, "词库刚刚由他人更换，请核对后重试。")
}

// Edition reads an edition and its archive.
func (s *Store) Edition(ctx context.Context, id string) (models.Edition, []byte, error) {
	row, err := one[editionRow](ctx, s, "没有找到该词库版次。", "id = ?", id)
	return row.model(), row.Archive, err
}

// Editions reads all editions without their archives, oldest first.
func (s *Store) Editions(ctx context.Context) ([]models.Edition, error) {
	var rows []editionRow
	if err := s.reads.WithContext(ctx).Omit("archive").Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, editionRow.model), nil
}

// Installed is the version of the last installation; 0 before the first.
func (s *Store) Installed(ctx context.Context) (version int64, err error) {
	err = s.pool.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM installations").Scan(&version)
	return version, explain(err)
}

// Installed is that of the store, as the transaction sees it.
func (t *Tx) Installed() (version int64, err error) {
	err = t.queryRow("SELECT COALESCE(MAX(version), 0) FROM installations", nil, &version)
	return version, err
}

// Installations reads all installations, oldest first.
func (s *Store) Installations(ctx context.Context) ([]models.Installation, error) {
	var rows []installationRow
	if err := s.reads.WithContext(ctx).Order("version").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, installationRow.model), nil
}
