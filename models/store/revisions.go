package store

import (
	"context"
	"errors"

	"shenfa/models"
)

// revisionRow is a row of revisions: one content of a draft, never changed.
type revisionRow struct {
	DraftID   string `gorm:"primaryKey"`
	N         int    `gorm:"primaryKey;autoIncrement:false"`
	AccountID string
	Title     string
	Format    string
	Kind      string
	Source    string
	Media     string
	NotBefore *int64 // milliseconds; NULL: at once
	Digest    string
	Author    string
	CreatedAt int64
	Body      string
}

func (revisionRow) TableName() string { return "revisions" }

func (r revisionRow) model() (models.Revision, error) {
	c := models.Content{AccountID: r.AccountID, Title: r.Title, Body: r.Body, Format: models.Format(r.Format), Kind: models.Kind(r.Kind)}
	if r.NotBefore != nil {
		at := timeOf(*r.NotBefore)
		c.NotBefore = &at
	}
	err := errors.Join(parse(r.Source, &c.Source), parse(r.Media, &c.Media))
	return models.Revision{DraftID: r.DraftID, N: r.N, Content: c, Digest: r.Digest, Author: r.Author, CreatedAt: timeOf(r.CreatedAt)}, err
}

// InsertRevision writes a new content of a draft.
func (t *Tx) InsertRevision(r models.Revision) error {
	c := r.Content
	row := revisionRow{DraftID: r.DraftID, N: r.N, AccountID: c.AccountID, Title: c.Title, Format: string(c.Format),
		Kind: string(c.Kind), Digest: r.Digest, Author: r.Author, CreatedAt: millis(r.CreatedAt), Body: c.Body}
	if c.NotBefore != nil {
		ms := c.NotBefore.UnixMilli()
		row.NotBefore = &ms
	}
	var err error
	if c.Source != nil {
		if row.Source, err = jsonText(c.Source); err != nil {
			return err
		}
	}
	if row.Media, err = listText(c.Media); err != nil {
		return err
	}
	return taken(insert(t, row), "该稿件已被他人修改，请刷新后再试。")
}

// Revision reads one content of a draft.
func (s *Store) Revision(ctx context.Context, draftID string, n int) (models.Revision, error) {
	var row revisionRow
	if err := s.reads.WithContext(ctx).Where("draft_id = ? AND n = ?", draftID, n).Take(&row).Error; err != nil {
		return models.Revision{}, found(err, "没有找到该版本。")
	}
	return row.model()
}

// Revisions reads all contents of a draft, oldest first.
func (s *Store) Revisions(ctx context.Context, draftID string) ([]models.Revision, error) {
	var rows []revisionRow
	if err := s.reads.WithContext(ctx).Where("draft_id = ?", draftID).Order("n").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return each(rows, revisionRow.model)
}

// reportRow is a row of reports: what one screening found, as JSON.
type reportRow struct {
	ID        string `gorm:"primaryKey"`
	DraftID   string
	Revision  int
	Digest    string
	CreatedAt int64
	Report    string
}

func (reportRow) TableName() string { return "reports" }

// InsertReport writes a report. The report of a draft with the latest
// CreatedAt, then the greatest id, is its last.
func (t *Tx) InsertReport(r models.StoredReport) error {
	text, err := jsonText(r.Report)
	if err != nil {
		return err
	}
	return insert(t, reportRow{ID: r.ID, DraftID: r.DraftID, Revision: r.Revision, Digest: r.Digest,
		CreatedAt: millis(r.CreatedAt), Report: text})
}

// LastReport reads the last report of a draft.
func (s *Store) LastReport(ctx context.Context, draftID string) (models.StoredReport, error) {
	var row reportRow
	err := s.reads.WithContext(ctx).Where("draft_id = ?", draftID).Order("created_at DESC, id DESC").Take(&row).Error
	if err != nil {
		return models.StoredReport{}, found(err, "该稿件尚未机审。")
	}
	r := models.StoredReport{ID: row.ID, DraftID: row.DraftID, Revision: row.Revision, Digest: row.Digest, CreatedAt: timeOf(row.CreatedAt)}
	return r, parse(row.Report, &r.Report)
}
