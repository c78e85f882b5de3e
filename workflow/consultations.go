package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// AnswerInput is the opinion of a consulted unit. Reference, the document
// number of an answer given on paper, is for editors who record one.
type AnswerInput struct {
	State     models.ConsultationState // agree, agree_with_changes or disagree
	Opinion   string                   // required but for agree
	Reference string
	Digest    string // what the unit read; "" leaves it unsaid
}

// unitIDs gives the ids of units that are named by id or by name.
func (w *Workflow) unitIDs(ctx context.Context, named []string) ([]string, error) {
	if len(named) == 0 {
		return nil, nil
	}
	units, err := w.store.Units(ctx)
	if err != nil {
		return nil, err
	}
	var f faults
	var ids []string
	for i, name := range named {
		n := slices.IndexFunc(units, func(u models.Unit) bool { return u.ID == name || u.Name == name })
		if n < 0 {
			f.add(fmt.Sprintf("/consult/%d", i), "没有名为“%s”的单位；请先由管理员登记该单位。", name)
			continue
		}
		if !slices.Contains(ids, units[n].ID) {
			ids = append(ids, units[n].ID)
		}
	}
	return ids, models.Invalid(f)
}

// consultationsOf are the consultations on the draft's present content.
func (w *Workflow) consultationsOf(ctx context.Context, d models.Draft) ([]models.Consultation, error) {
	if len(d.Consult) == 0 {
		return nil, nil
	}
	all, err := w.store.Consultations(ctx, d.ID)
	return slices.DeleteFunc(all, func(c models.Consultation) bool {
		return c.Digest != d.Digest || c.State == models.ConsultationVoid
	}), err
}

// open says whether an opinion is still missing.
func open(cs []models.Consultation) bool {
	return slices.ContainsFunc(cs, func(c models.Consultation) bool { return c.State == models.ConsultationOpen })
}

// unanswered are the units whose opinion is still missing.
func unanswered(cs []models.Consultation) []string {
	units := []string{}
	for _, c := range cs {
		if c.State == models.ConsultationOpen {
			units = append(units, c.UnitID)
		}
	}
	return units
}

// opinionDue is when the first opinion that is still missing is due, counted
// from when its unit was asked; zero without a limit.
func (p *Profile) opinionDue(d models.Draft, cs []models.Consultation) time.Time {
	var due time.Time
	for _, c := range cs {
		if at := p.Due(consulting, laneOf(d), c.OpenedAt); c.State == models.ConsultationOpen && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	return due
}

// consulting is what a draft waits for in awaiting_consultees, as a step with time limits.
var consulting = models.Step{ID: string(models.RoleConsultee), Roles: []models.Role{models.RoleConsultee}}

// toConsult are the consultations to open in the draft's round: of its units
// those that have not answered on this very content.
func (w *Workflow) toConsult(ctx context.Context, d models.Draft, at time.Time) ([]models.Consultation, error) {
	before, err := w.consultationsOf(ctx, d)
	if err != nil {
		return nil, err
	}
	var fresh []models.Consultation
	for _, id := range d.Consult {
		if slices.ContainsFunc(before, func(c models.Consultation) bool { return c.UnitID == id && c.State != models.ConsultationOpen }) {
			continue
		}
		unit, err := w.store.Unit(ctx, id)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, models.Consultation{ID: newID(), DraftID: d.ID, Round: d.Round, Digest: d.Digest, UnitID: id,
			UnitName: unit.Name, State: models.ConsultationOpen, OpenedAt: at})
	}
	return fresh, nil
}

// voidConsultations ends what is still asked when the content changes or the draft goes away.
func voidConsultations(d models.Draft, at time.Time) func(*store.Tx, models.AuditEvent) error {
	return func(tx *store.Tx, _ models.AuditEvent) error {
		if len(d.Consult) == 0 {
			return nil
		}
		return tx.VoidConsultations(d.ID, at)
	}
}

// Answer records the opinion of a consulted unit: by its own consultee, or, of
// an answer on paper, by an editor with the document's number. After the last
// opinion the draft goes on to its signer, who sees them all.
func (w *Workflow) Answer(ctx context.Context, actor models.Actor, id, unit string, in AnswerInput) (models.Draft, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.replayedDraft(ctx, done, err)
	}
	d, err := w.visibleDraft(ctx, actor, id)
	if err != nil {
		return models.Draft{}, err
	}
	if in.Digest != "" && in.Digest != d.Digest {
		return models.Draft{}, staleError()
	}
	k, err := w.deskOf(ctx, d)
	if err != nil {
		return models.Draft{}, err
	}
	if err := k.mayAnswer(actor, unit, in); err != nil {
		return models.Draft{}, err
	}
	if err := validateAnswer(in); err != nil {
		return models.Draft{}, err
	}
	n := slices.IndexFunc(k.consultations, func(c models.Consultation) bool { return c.UnitID == unit })
	switch _, waits := waitingRole(d.State); {
	case n < 0:
		return models.Draft{}, models.Errorf(models.CodeNotFound, "此稿件没有向该单位发起会签。")
	case k.consultations[n].State != models.ConsultationOpen || !waits:
		return models.Draft{}, models.Errorf(models.CodeConflict, "该单位的会签已经结束。")
	}
	answer := k.consultations[n]
	answer.State, answer.Opinion, answer.Reference, answer.By, answer.At = in.State, in.Opinion, in.Reference, actor.ID, w.clock()
	k.consultations[n] = answer
	c := change{was: d, now: d, kind: "consulted", data: map[string]any{"unit": unit, "answer": in.State, "opinion": in.Opinion, "reference": in.Reference},
		also: func(tx *store.Tx, _ models.AuditEvent) error { return tx.AnswerConsultation(answer) }}
	if d.State == models.StateAwaitingConsultees && !open(k.consultations) {
		if c.now, err = w.enter(ctx, k.profile, d, eventRoute, d.Route, d.Step, nil); err != nil {
			return models.Draft{}, err
		}
		c.notices = []models.Notice{notice("step", map[string]any{"state": c.now.State})}
	}
	return w.commit(ctx, actor, c)
}

func (k desk) mayAnswer(actor models.Actor, unit string, in AnswerInput) error {
	d := k.draft
	switch {
	case actor.Kind != models.ActorUser:
		return models.Errorf(models.CodeForbidden, "会签意见只能由本人提交。")
	case slices.Contains(actor.ConsultedUnits(), unit):
		if slices.Contains(d.Writers, actor.ID) {
			return models.Errorf(models.CodeSelfApproval, "您撰写或修改过此稿件，不能由本人会签。")
		}
		return nil
	case actor.Holds(d.AccountID, k.profile.editors()...):
		if strings.TrimSpace(in.Reference) == "" {
			return models.Invalid([]models.FieldError{{Pointer: "/reference", Message: "代为登记书面会签意见，须写明来文文号。"}})
		}
		return nil
	}
	return models.Errorf(models.CodeForbidden, "您不是该单位的会签人%s。", when(len(k.profile.editors()) > 0, "；书面答复由"+k.profile.names(k.profile.editors())+"登记"))
}

func validateAnswer(in AnswerInput) error {
	var f faults
	oneOf(&f, "/state", in.State, models.ConsultationAgree, models.ConsultationChanges, models.ConsultationDisagree)
	f.text("/opinion", in.Opinion, MaxComment, true)
	f.text("/reference", in.Reference, 200, false)
	if in.State != models.ConsultationAgree && strings.TrimSpace(in.Opinion) == "" {
		f.add("/opinion", "修改后同意、不同意须写明意见。")
	}
	return models.Invalid(f)
}
