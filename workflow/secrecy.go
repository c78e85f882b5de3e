package workflow

import (
	"context"
	"strings"

	"shenfa/models"
	"shenfa/models/store"
)

// cleared takes a draft out of the lock by the secrecy reviewer's written
// conclusion: it clears the very hits of the report, and the draft goes where
// screening of what is left sends it. Its tier stays as high as it was.
func (w *Workflow) cleared(ctx context.Context, k desk, x models.Decision) (change, error) {
	if strings.TrimSpace(x.Comment) == "" {
		return change{}, models.Invalid([]models.FieldError{{Pointer: "/comment", Message: "解除涉密锁定须写明保密审查结论。"}})
	}
	d := k.draft
	stored, err := w.store.LastReport(ctx, d.ID)
	if err != nil {
		return change{}, err
	}
	dispositions, err := w.dispositionsOf(ctx, d)
	if err != nil {
		return change{}, err
	}
	var fresh []models.Disposition
	for _, h := range stored.Report.Hits {
		if h.Severity == models.SeverityLock {
			fresh = append(fresh, models.Disposition{ID: newID(), DraftID: d.ID, Digest: d.Digest, HitID: h.ID, Category: h.Category,
				Kind: models.DispositionCleared, Reason: x.Comment, By: x.PersonID, At: x.At, ConfirmedBy: x.PersonID, ConfirmedAt: x.At})
		}
	}
	revision, err := w.store.Revision(ctx, d.ID, d.Revision)
	if err != nil {
		return change{}, err
	}
	routed, err := w.screenAndRoute(ctx, d, revision.Content, append(dispositions, fresh...))
	if err != nil {
		return change{}, err
	}
	x.Step = "secrecy"
	c := decisionChange(d, d, x).then(func(tx *store.Tx, _ models.AuditEvent) error { return tx.InsertDispositions(fresh) }).with(routed)
	c.kind, c.data["dispositions"] = "cleared", disposedHits(fresh)
	return c, nil
}
