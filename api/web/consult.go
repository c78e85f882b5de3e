package web

import (
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// consultPart is the consultations of a draft, with the forms to answer them.
type consultPart struct {
	Items []consultItem
	Asks  bool // the person's own unit is asked
}

type consultItem struct {
	models.Consultation
	Person string
	Due    *due
	Form   *answerForm // nil where the person may not answer
}

// answerForm is the opinion of a unit: of the person's own, or, Paper, one
// that came on paper and that an editor records.
type answerForm struct {
	DraftID, Digest, Unit string
	Paper                 bool
	States                []choice
	Opinion, Reference    string
	Errors                map[string]string // by pointer
}

var answerStates = []models.ConsultationState{models.ConsultationAgree, models.ConsultationChanges, models.ConsultationDisagree}

func newConsultPart(view workflow.View, actor models.Actor, now time.Time) consultPart {
	var part consultPart
	for _, c := range view.Consultations {
		item := consultItem{Consultation: c, Person: view.Names[c.By], Due: dueOf(view.OpinionDue[c.UnitID], now)}
		if slices.Contains(view.MayAnswer, c.UnitID) {
			own := slices.Contains(actor.ConsultedUnits(), c.UnitID)
			item.Form = &answerForm{DraftID: view.Draft.ID, Digest: view.Draft.Digest, Unit: c.UnitID, Paper: !own,
				States: choices("", opinionLabel, answerStates...)}
			part.Asks = part.Asks || own
		}
		part.Items = append(part.Items, item)
	}
	return part
}

// due is the first time limit of the units that the person answers for; nil if there is none.
func (p consultPart) due() *due {
	var first *due
	for _, item := range p.Items {
		if item.Form != nil && item.Due != nil && (first == nil || item.Due.At.Before(first.At)) {
			first = item.Due
		}
	}
	return first
}

// answer records the opinion of a consulted unit.
func (v *visit) answer() error {
	id, unit := v.Param("id"), v.Param("unit")
	in := workflow.AnswerInput{State: models.ConsultationState(v.PostForm("state")), Opinion: strings.TrimSpace(lines(v.PostForm("opinion"))),
		Reference: strings.TrimSpace(v.PostForm("reference")), Digest: v.PostForm("digest")}
	var err error
	if in.Digest == "" {
		err = models.Errorf(models.CodeDigestRequired, "会签意见须针对所见的内容。")
	} else {
		_, err = v.site.workflow.Answer(v.ctx(), v.once(), id, unit, in)
	}
	if err == nil {
		return v.goOn("/drafts/"+id+"#consult", "会签意见已记录。")
	}
	refusal := v.site.refuse(v.Context, err)
	return v.showDraft(refusal.Status, id, func(p *draftPage) {
		p.Refusal = &refusal
		for _, item := range p.Consult.Items {
			if item.UnitID != unit || item.Form == nil {
				continue
			}
			f := item.Form
			f.Opinion, f.Reference, f.Errors = in.Opinion, in.Reference, refusal.Fields
			if in.Digest == f.Digest { // an opinion on another text is to be formed anew
				f.States = choices(in.State, opinionLabel, answerStates...)
			}
		}
	})
}

// unitsToConsult are the names of the units that a draft is to be shown to.
func (v *visit) unitsToConsult(d models.Draft) ([]string, error) {
	if len(d.Consult) == 0 {
		return nil, nil
	}
	names, err := v.site.workflow.UnitNames(v.ctx())
	if err != nil {
		return nil, err
	}
	var units []string
	for _, id := range d.Consult {
		units = append(units, names[id])
	}
	return units, nil
}
