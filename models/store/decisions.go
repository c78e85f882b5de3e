package store

import (
	"context"
	"time"

	"shenfa/models"
)

// decisionRow is a row of decisions. Approval is 1 for an approval in force
// and NULL otherwise: the unique key (draft, round, step, person, approval)
// then lets a person approve a step of a round once.
type decisionRow struct {
	ID         string `gorm:"primaryKey"`
	DraftID    string
	Revision   int
	Round      int
	Step       string
	Role       string
	Action     string
	Signs      bool
	PersonID   string
	OnBehalfOf string
	Digest     string
	Comment    string
	Tier       string
	At         int64
	VoidedAt   int64
	Approval   *int
}

func (decisionRow) TableName() string { return "decisions" }

func (r decisionRow) model() models.Decision {
	return models.Decision{ID: r.ID, DraftID: r.DraftID, Revision: r.Revision, Round: r.Round, Step: r.Step,
		Role: models.Role(r.Role), Action: models.Action(r.Action), Signs: r.Signs, PersonID: r.PersonID,
		OnBehalfOf: r.OnBehalfOf, Digest: r.Digest, Comment: r.Comment, Tier: models.Tier(r.Tier),
		At: timeOf(r.At), VoidedAt: timeOf(r.VoidedAt)}
}

// InsertDecision writes a decision; a second approval in force by one person
// at one step of one round is a conflict.
func (t *Tx) InsertDecision(d models.Decision) error {
	row := decisionRow{ID: d.ID, DraftID: d.DraftID, Revision: d.Revision, Round: d.Round, Step: d.Step,
		Role: string(d.Role), Action: string(d.Action), Signs: d.Signs, PersonID: d.PersonID,
		OnBehalfOf: d.OnBehalfOf, Digest: d.Digest, Comment: d.Comment, Tier: string(d.Tier),
		At: millis(d.At), VoidedAt: millis(d.VoidedAt)}
	if d.Action == models.ActionApprove && d.VoidedAt.IsZero() {
		one := 1
		row.Approval = &one
	}
	return taken(insert(t, row), "您已在该环节作出同意决定，无需重复操作。")
}

// VoidDecisions ends the force of all decisions of a draft that are in force.
// It is, with VoidSignOffs, the only change that a decision ever sees.
func (t *Tx) VoidDecisions(draftID string, at time.Time) error {
	_, err := t.exec("UPDATE decisions SET voided_at=?, approval=NULL WHERE draft_id=? AND voided_at=0", millis(at), draftID)
	return err
}

// VoidSignOffs is VoidDecisions for the sign-offs alone.
func (t *Tx) VoidSignOffs(draftID string, at time.Time) error {
	_, err := t.exec("UPDATE decisions SET voided_at=?, approval=NULL WHERE draft_id=? AND voided_at=0 AND signs", millis(at), draftID)
	return err
}

// Decisions reads all decisions on a draft, oldest first, voided ones too.
func (s *Store) Decisions(ctx context.Context, draftID string) ([]models.Decision, error) {
	var rows []decisionRow
	if err := s.reads.WithContext(ctx).Where("draft_id = ?", draftID).Order("at, id").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, decisionRow.model), nil
}

// dispositionRow is a row of dispositions.
type dispositionRow struct {
	ID          string `gorm:"primaryKey"`
	DraftID     string
	Digest      string
	HitID       string
	Category    string
	Kind        string
	Reason      string
	BasisKind   string
	Document    string
	Fields      string
	ProposedBy  string
	At          int64
	ConfirmedBy string
	ConfirmedAt int64
}

func (dispositionRow) TableName() string { return "dispositions" }

func (r dispositionRow) model() (models.Disposition, error) {
	d := models.Disposition{ID: r.ID, DraftID: r.DraftID, Digest: r.Digest, HitID: r.HitID, Category: r.Category,
		Kind: models.DispositionKind(r.Kind), Reason: r.Reason, BasisKind: models.BasisKind(r.BasisKind), Document: r.Document,
		By: r.ProposedBy, At: timeOf(r.At), ConfirmedBy: r.ConfirmedBy, ConfirmedAt: timeOf(r.ConfirmedAt)}
	return d, parse(r.Fields, &d.Fields)
}

// InsertDispositions writes dispositions of hits.
func (t *Tx) InsertDispositions(ds []models.Disposition) error {
	rows := make([]dispositionRow, len(ds))
	for i, d := range ds {
		fields, err := listText(d.Fields)
		if err != nil {
			return err
		}
		rows[i] = dispositionRow{ID: d.ID, DraftID: d.DraftID, Digest: d.Digest, HitID: d.HitID, Category: d.Category,
			Kind: string(d.Kind), Reason: d.Reason, BasisKind: string(d.BasisKind), Document: d.Document, Fields: fields,
			ProposedBy: d.By, At: millis(d.At), ConfirmedBy: d.ConfirmedBy, ConfirmedAt: millis(d.ConfirmedAt)}
	}
	return taken(insert(t, rows...), "该处置已经登记。")
}

// ConfirmDispositions confirms proposed dispositions. If one of them is
// missing or already confirmed the error is a conflict.
func (t *Tx) ConfirmDispositions(ids []string, by string, at time.Time) error {
	ids = distinct(ids)
	if len(ids) == 0 {
		return nil
	}
	args := []any{by, millis(at)}
	for _, id := range ids {
		args = append(args, id)
	}
	n, err := t.exec("UPDATE dispositions SET confirmed_by=?, confirmed_at=? WHERE id IN ("+marks(len(ids))+") AND confirmed_by=''", args...)
	if err != nil {
		return err
	}
	if n != int64(len(ids)) {
		return models.Errorf(models.CodeConflict, "部分处置已被他人确认，请刷新后再试。")
	}
	return nil
}

// Dispositions reads all dispositions of a draft, oldest first.
func (s *Store) Dispositions(ctx context.Context, draftID string) ([]models.Disposition, error) {
	var rows []dispositionRow
	if err := s.reads.WithContext(ctx).Where("draft_id = ?", draftID).Order("at, id").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return each(rows, dispositionRow.model)
}
