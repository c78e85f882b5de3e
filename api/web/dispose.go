package web

import (
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// hitCard is a hit in the list beside the text, with what was done about it.
type hitCard struct {
	*markedHit
	Disposition *models.Disposition
	By          string
	ConfirmedBy string
	MayDispose  bool
	MayExempt   bool
	Form        workflow.DispositionInput // what a refused form had in it
	Error       string
}

func newHitCard(h *markedHit, view workflow.View) hitCard {
	card := hitCard{markedHit: h, MayExempt: workflow.Exemptible(h.Category)}
	for _, d := range view.Dispositions {
		if d.HitID == h.ID {
			card.Disposition, card.By, card.ConfirmedBy = &d, view.Names[d.By], view.Names[d.ConfirmedBy]
		}
	}
	card.MayDispose = view.MayDispose && h.Severity == models.SeverityBlock &&
		(card.Disposition == nil || card.Disposition.ConfirmedBy == "")
	return card
}

// dispose records what the person says of one hit.
func (v *visit) dispose() error {
	id := v.Param("id")
	in := workflow.DispositionInput{
		HitID:     v.PostForm("hit_id"),
		Kind:      models.DispositionKind(v.PostForm("kind")),
		Reason:    strings.TrimSpace(lines(v.PostForm("reason"))),
		BasisKind: models.BasisKind(v.PostForm("basis_kind")),
		Document:  strings.TrimSpace(v.PostForm("document")),
		Fields:    words(v.PostForm("fields")),
	}
	if in.Kind == models.DispositionFalsePositive {
		in.BasisKind, in.Document, in.Fields = "", "", nil
	}
	var draft models.Draft
	err := checkDisposition(in)
	if err == nil {
		draft, err = v.site.workflow.Dispose(v.ctx(), v.once(), id, []workflow.DispositionInput{in})
	}
	if err != nil {
		refusal := v.site.refuse(v.Context, err)
		return v.showDraft(refusal.Status, id, func(p *draftPage) {
			p.Refusal = &refusal
			for i := range p.Hits {
				if p.Hits[i].ID == in.HitID {
					p.Hits[i].Form, p.Hits[i].Error = in, refusal.Message
				}
			}
		})
	}
	if draft.State != models.StateBlocked { // that was the last one: the draft was submitted
		v.saySubmitted(draft)
		return v.goOn("/drafts/"+id, "")
	}
	return v.goOn("/drafts/"+id+"#hit-"+in.HitID, "处置已记录。")
}

// checkDisposition finds what is missing before the workflow is asked.
func checkDisposition(in workflow.DispositionInput) error {
	var missing []string
	switch in.Kind {
	case models.DispositionFalsePositive:
		if in.Reason == "" {
			missing = append(missing, "理由")
		}
	case models.DispositionExempt:
		for _, each := range []struct {
			label string
			given bool
		}{
			{"豁免依据", in.BasisKind != ""}, {"依据文号", in.Document != ""}, {"公开的信息项", len(in.Fields) > 0},
		} {
			if !each.given {
				missing = append(missing, each.label)
			}
		}
	default:
		return models.Errorf(models.CodeInvalid, "请选择处置方式：误报或豁免。")
	}
	if len(missing) > 0 {
		return models.Errorf(models.CodeInvalid, "处置没有提交，请填写：%s。", strings.Join(missing, "、"))
	}
	return nil
}

// words cuts a list that a person typed at commas, enumeration commas and white space.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；; \t\r\n　", r) })
}
