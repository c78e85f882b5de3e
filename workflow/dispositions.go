package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenfa/models"
	"shenfa/models/store"
)

// neverExempt are the categories (a trailing dot: all of the family) whose hits
// no exemption covers: 办法第二十一条, 个人信息保护法第二十八条, 未成年人保护法第一百零三条, 广告法.
var neverExempt = []string{"pii.id_card", "pii.mobile", "pii.landline", "pii.address", "pii.bank_card", "pii.minor", "secrecy.", "ad."}

// Exemptible says whether an exemption may cover hits of a category.
func Exemptible(category string) bool {
	return !slices.ContainsFunc(neverExempt, func(c string) bool {
		return category == c || strings.HasSuffix(c, ".") && strings.HasPrefix(category, c)
	})
}

// maxFields is how many fields an exemption may cover.
const maxFields = 50

// checkFields checks the fields that an exemption covers: each is named, and
// none is one that no exemption covers, whatever hit it stands beside.
func checkFields(f *faults, at string, fields []string) {
	if len(fields) == 0 {
		f.add(at+"/fields", "豁免须写明所涵盖的信息项。")
	}
	if len(fields) > maxFields {
		f.add(at+"/fields", "共 %d 项，超出上限 %d 项。", len(fields), maxFields)
		return
	}
	for i, field := range fields {
		pointer := fmt.Sprintf("%s/fields/%d", at, i)
		f.text(pointer, field, 100, false)
		if strings.TrimSpace(field) == "" {
			f.add(pointer, "信息项不能为空。")
		}
		named := slices.ContainsFunc(neverExempt, func(c string) bool {
			label := CategoryLabel(c)
			return label != c && strings.Contains(field, label)
		})
		if named || !Exemptible(strings.TrimSpace(field)) {
			f.add(pointer, "“%s”不得豁免，请修改稿件。", field)
		}
	}
}

// dispositionsOf are the dispositions of the draft's present content, the last one of each hit.
func (w *Workflow) dispositionsOf(ctx context.Context, d models.Draft) ([]models.Disposition, error) {
	if d.Outcome == "" {
		return nil, nil // never screened
	}
	all, err := w.store.Dispositions(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	var present []models.Disposition
	for _, x := range all {
		if x.Digest != d.Digest {
			continue
		}
		present = slices.DeleteFunc(present, func(p models.Disposition) bool { return p.HitID == x.HitID })
		present = append(present, x)
	}
	return present, nil
}

// disposed is the set of hits that dispositions take out of the outcome.
func disposed(dispositions []models.Disposition) map[string]bool {
	set := map[string]bool{}
	for _, x := range dispositions {
		set[x.HitID] = true
	}
	return set
}

// confirmedBy are the dispositions that an approval confirms: the editor's all
// false positives, the signer's all that are still open.
func confirmedBy(x models.Decision, dispositions []models.Disposition) []string {
	var ids []string
	for _, p := range dispositions {
		if p.ConfirmedBy == "" && (x.Signs || p.Kind == models.DispositionFalsePositive) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Dispose disposes of blocking hits of a blocked draft. When none is left the
// draft is submitted; reviewers confirm each disposition by their approval.
// Errors: CodeInvalid naming item and field, CodeConflict where the draft is not blocked.
func (w *Workflow) Dispose(ctx context.Context, actor models.Actor, id string, in []DispositionInput) (models.Draft, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.replayedDraft(ctx, done, err)
	}
	d, err := w.visibleDraft(ctx, actor, id)
	if err != nil {
		return models.Draft{}, err
	}
	if err := w.mayDispose(ctx, actor, d); err != nil {
		return models.Draft{}, err
	}
	if d.State != models.StateBlocked {
		return models.Draft{}, models.Errorf(models.CodeConflict, "稿件当前处于“%s”状态，只有机审拦截的稿件可以处置命中。", w.LabelOf(ctx, d))
	}
	stored, err := w.store.LastReport(ctx, d.ID)
	if err != nil {
		return models.Draft{}, err
	}
	fresh, err := dispositionsFrom(in, d, stored.Report, actor.ID)
	if err != nil {
		return models.Draft{}, err
	}
	at := w.clock()
	hits := make([]string, len(fresh))
	for i := range fresh {
		fresh[i].ID, fresh[i].At = newID(), at
		hits[i] = fresh[i].HitID
	}
	before, err := w.dispositionsOf(ctx, d)
	if err != nil {
		return models.Draft{}, err
	}
	c := change{was: d, now: d, kind: "disposed", data: map[string]any{"hits": hits, "dispositions": disposedHits(fresh)},
		also: func(tx *store.Tx, _ models.AuditEvent) error { return tx.InsertDispositions(fresh) }}
	all := append(before, fresh...)
	if models.OutcomeOf(stored.Report.Hits, disposed(all)) != models.OutcomeBlocked {
		revision, err := w.store.Revision(ctx, d.ID, d.Revision)
		if err != nil {
			return models.Draft{}, err
		}
		routed, err := w.screenAndRoute(ctx, d, revision.Content, all)
		if err != nil {
			return models.Draft{}, err
		}
		c = c.with(routed)
		c.kind = "disposed"
	}
	return w.commit(ctx, actor, c)
}

// mayDispose lets authors, editors and signers dispose of hits; a signer who
// does so leaves the confirmation to another.
func (w *Workflow) mayDispose(ctx context.Context, actor models.Actor, d models.Draft) error {
	_, profile, err := w.accountOf(ctx, d)
	if err != nil || actor.Holds(d.AccountID, profile.signers()...) {
		return err
	}
	return w.mayRevise(ctx, actor, d)
}

// dispositionsFrom checks the inputs against the report that they speak of.
func dispositionsFrom(in []DispositionInput, d models.Draft, report models.Report, person string) ([]models.Disposition, error) {
	var f faults
	if len(in) == 0 {
		f.add("/hit_id", "须指明要处置的命中。")
	}
	var out []models.Disposition
	for i, x := range in {
		at := ""
		if len(in) > 1 {
			at = fmt.Sprintf("/%d", i)
		}
		n := slices.IndexFunc(report.Hits, func(h models.Hit) bool { return h.ID == x.HitID })
		if n < 0 || report.Hits[n].Severity != models.SeverityBlock {
			f.add(at+"/hit_id", "本稿没有这个须处置的命中。")
			continue
		}
		hit := report.Hits[n]
		f.text(at+"/reason", x.Reason, MaxComment, true)
		f.text(at+"/document", x.Document, 200, false)
		switch x.Kind {
		case models.DispositionFalsePositive:
			if strings.TrimSpace(x.Reason) == "" {
				f.add(at+"/reason", "认定误报须写明理由。")
			}
		case models.DispositionExempt:
			oneOf(&f, at+"/basis_kind", x.BasisKind, models.BasisPunishment, models.BasisStatutory)
			if strings.TrimSpace(x.Document) == "" {
				f.add(at+"/document", "豁免须写明依据文书的文号。")
			}
			checkFields(&f, at, x.Fields)
			if !Exemptible(hit.Category) {
				f.add(at+"/kind", "“%s”不得豁免，请修改稿件。", CategoryLabel(hit.Category))
			}
		default:
			oneOf(&f, at+"/kind", x.Kind, models.DispositionFalsePositive, models.DispositionExempt)
		}
		out = append(out, models.Disposition{DraftID: d.ID, Digest: d.Digest, HitID: x.HitID, Category: hit.Category, Kind: x.Kind,
			Reason: x.Reason, BasisKind: x.BasisKind, Document: x.Document, Fields: x.Fields, By: person})
	}
	return out, models.Invalid(f)
}
