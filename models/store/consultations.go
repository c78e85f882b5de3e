package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shenfa/models"
)

// consultationRow is a row of consultations.
type consultationRow struct {
	ID         string `gorm:"primaryKey"`
	DraftID    string
	Round      int
	Digest     string
	UnitID     string
	UnitName   string
	State      string
	Opinion    string
	Reference  string
	AnsweredBy string
	At         int64
	OpenedAt   int64
}

func (consultationRow) TableName() string { return "consultations" }

func (r consultationRow) model() models.Consultation {
	return models.Consultation{ID: r.ID, DraftID: r.DraftID, Round: r.Round, Digest: r.Digest, UnitID: r.UnitID, UnitName: r.UnitName,
		State: models.ConsultationState(r.State), Opinion: r.Opinion, Reference: r.Reference, By: r.AnsweredBy,
		At: timeOf(r.At), OpenedAt: timeOf(r.OpenedAt)}
}

// InsertConsultations asks units for their opinions on a content, each once.
func (t *Tx) InsertConsultations(cs []models.Consultation) error {
	rows := make([]consultationRow, len(cs))
	for i, c := range cs {
		rows[i] = consultationRow{ID: c.ID, DraftID: c.DraftID, Round: c.Round, Digest: c.Digest, UnitID: c.UnitID, UnitName: c.UnitName,
			State: string(c.State), Opinion: c.Opinion, Reference: c.Reference, AnsweredBy: c.By, At: millis(c.At), OpenedAt: millis(c.OpenedAt)}
	}
	return taken(insert(t, rows...), "该单位的会签已经发起。")
}

// AnswerConsultation writes the opinion of an open consultation; one that is
// answered already is a conflict.
func (t *Tx) AnswerConsultation(c models.Consultation) error {
	n, err := t.exec("UPDATE consultations SET state=?, opinion=?, reference=?, answered_by=?, at=? WHERE id=? AND state=?",
		string(c.State), c.Opinion, c.Reference, c.By, millis(c.At), c.ID, string(models.ConsultationOpen))
	if err == nil && n == 0 {
		return models.Errorf(models.CodeConflict, "该单位已经答复会签。")
	}
	return err
}

// VoidConsultations ends the open consultations of a draft.
func (t *Tx) VoidConsultations(draftID string, at time.Time) error {
	_, err := t.exec("UPDATE consultations SET state=?, at=? WHERE draft_id=? AND state=?",
		string(models.ConsultationVoid), millis(at), draftID, string(models.ConsultationOpen))
	return err
}

// Consultations reads all consultations of a draft, oldest first.
func (s *Store) Consultations(ctx context.Context, draftID string) ([]models.Consultation, error) {
	var rows []consultationRow
	if err := s.reads.WithContext(ctx).Where("draft_id = ?", draftID).Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	slices.SortFunc(rows, func(a, b consultationRow) int {
		return cmp.Or(cmp.Compare(a.OpenedAt, b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return plain(rows, consultationRow.model), nil
}

// OpenConsultations reads what waits for the units' opinions, oldest first.
func (s *Store) OpenConsultations(ctx context.Context, units []string, limit int) ([]models.Consultation, error) {
	var rows []consultationRow
	err := s.reads.WithContext(ctx).Where("unit_id IN ? AND state = ?", units, string(models.ConsultationOpen)).
		Order("id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, explain(err)
	}
	return plain(rows, consultationRow.model), nil
}
