package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

var errNoDraft = models.Errorf(models.CodeNotFound, "没有这份稿件，或您无权查看。")

// seesSealed are the roles to which a sealed draft stays visible.
var seesSealed = []models.Role{models.RoleSecrecyReviewer, models.RolePrincipalLead}

// visibleDraft reads a draft that the actor may see whole. To its author a
// sealed draft is known, but not open: CodeConflict.
func (w *Workflow) visibleDraft(ctx context.Context, actor models.Actor, id string) (models.Draft, error) {
	d, hidden, err := w.knownDraft(ctx, actor, id)
	switch {
	case err != nil || !hidden:
		return d, err
	case d.State == models.StateLocked:
		return d, models.Errorf(models.CodeConflict, "稿件已涉密锁定，等待保密审查，期间不能查看或处理。")
	}
	return d, models.Errorf(models.CodeConflict, "稿件经保密审查不予发布，内容已封存，不能查看或处理。")
}

// knownDraft reads a draft that the actor may know of; hidden says that only its title is for them.
func (w *Workflow) knownDraft(ctx context.Context, actor models.Actor, id string) (d models.Draft, hidden bool, err error) {
	if d, err = w.store.Draft(ctx, id); err != nil {
		return d, false, err
	}
	switch {
	case actor.Kind != models.ActorUser:
	case d.Sealed() && actor.Holds(d.AccountID, seesSealed...):
		return d, false, nil
	case d.Sealed() && slices.Contains(d.Writers, actor.ID):
		return d, true, nil
	case d.Sealed():
	case actor.Sees(d.AccountID):
		return d, false, nil
	case len(d.Consult) > 0 && slices.ContainsFunc(actor.ConsultedUnits(), func(unit string) bool { return slices.Contains(d.Consult, unit) }):
		asked, err := w.store.Consultations(ctx, d.ID)
		if err != nil {
			return models.Draft{}, false, err
		}
		if slices.ContainsFunc(asked, func(c models.Consultation) bool { return slices.Contains(actor.ConsultedUnits(), c.UnitID) }) {
			return d, false, nil
		}
	}
	return models.Draft{}, false, errNoDraft
}

// View reads one draft with all that the actor may see of it and do with it.
func (w *Workflow) View(ctx context.Context, actor models.Actor, id string) (View, error) {
	d, hidden, err := w.knownDraft(ctx, actor, id)
	if err != nil {
		return View{}, err
	}
	v := View{Draft: d, StateLabel: w.LabelOf(ctx, d), Names: map[string]string{}}
	v.name(ctx, w, d.CreatedBy)
	if hidden {
		v.Hidden = true
		v.Draft = titleOnly(d)
		return v, nil
	}
	v.name(ctx, w, d.Writers...)
	revision, err := w.store.Revision(ctx, d.ID, d.Revision)
	if err != nil {
		return View{}, err
	}
	v.Content = revision.Content
	if d.Outcome != "" {
		stored, err := w.store.LastReport(ctx, d.ID)
		if err != nil {
			return View{}, err
		}
		if stored.Digest == d.Digest {
			v.Report = &stored.Report
		}
		if v.Dispositions, err = w.dispositionsOf(ctx, d); err != nil {
			return View{}, err
		}
	}
	for _, x := range v.Dispositions {
		v.name(ctx, w, x.By, x.ConfirmedBy)
	}
	k, err := w.deskOf(ctx, d)
	if err != nil {
		return View{}, err
	}
	v.Decisions, v.Consultations = k.decisions, k.consultations
	v.OpinionDue = map[string]time.Time{}
	for _, c := range v.Consultations {
		if at := k.profile.opinionDue(d, []models.Consultation{c}); !at.IsZero() {
			v.OpinionDue[c.UnitID] = at
		}
	}
	for _, x := range v.Decisions {
		v.name(ctx, w, x.PersonID, x.OnBehalfOf)
	}
	for _, x := range v.Consultations {
		v.name(ctx, w, x.By)
	}
	if d.ReleaseID != "" {
		switch withdrawal, err := w.store.Withdrawal(ctx, d.ReleaseID); models.CodeOf(err) {
		case "":
			v.Withdrawal = &withdrawal
			v.name(ctx, w, withdrawal.By, withdrawal.OnBehalfOf)
		case models.CodeNotFound:
		default:
			return View{}, err
		}
	}
	if actor.Sees(d.AccountID) { // not a consulted unit
		if v.CorrectsDraft, v.SupersededBy, err = w.neighbours(ctx, d); err != nil {
			return View{}, err
		}
	}
	v.DueProvisional = k.profile.Provisional(d)
	for _, step := range d.Route {
		v.StepLabels = append(v.StepLabels, k.profile.stepNames(step))
	}
	v.allow(actor, k)
	v.name(ctx, w, v.ActsFor)
	return v, nil
}

// titleOnly is what its author may see of a sealed draft.
func titleOnly(d models.Draft) models.Draft {
	return models.Draft{ID: d.ID, Number: d.Number, UnitID: d.UnitID, AccountID: d.AccountID, State: d.State, Step: -1,
		Title: d.Title, CreatedBy: d.CreatedBy, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt}
}

// neighbours are the drafts before and after one in a row of corrections.
func (w *Workflow) neighbours(ctx context.Context, d models.Draft) (before, after string, err error) {
	if d.Corrects != "" {
		r, err := w.store.Release(ctx, d.Corrects)
		if err != nil {
			return "", "", err
		}
		before = r.DraftID
	}
	if d.State != models.StateSuperseded {
		return before, "", nil
	}
	events, err := w.store.Events(ctx, d.ID, 0, timelineLimit)
	for _, e := range events {
		if e.Kind == kindSuperseded {
			var data struct {
				By string `json:"by"`
			}
			if err := json.Unmarshal(e.Data, &data); err != nil {
				return before, "", err
			}
			after = data.By
		}
	}
	return before, after, err
}

func (v *View) name(ctx context.Context, w *Workflow, ids ...string) {
	for _, id := range ids {
		if _, known := v.Names[id]; !known && id != "" {
			v.Names[id] = w.personName(ctx, id)
		}
	}
}

// actions in the order in which people are offered them.
var actions = []models.Action{models.ActionApprove, models.ActionReturn, models.ActionReject, models.ActionRaise,
	models.ActionLower, models.ActionRecall, models.ActionCancel}

// allow works out what the actor may do, by the same checks that the acts make.
func (v *View) allow(actor models.Actor, k desk) {
	d := k.draft
	proposed := slices.ContainsFunc(v.Dispositions, func(x models.Disposition) bool { return x.By == actor.ID && x.Kind != models.DispositionCleared })
	for _, a := range actions {
		as, err := k.may(actor, a)
		switch {
		case err != nil, a == models.ActionApprove && proposed,
			a == models.ActionRaise && d.Tier == models.TierMajor, a == models.ActionLower && d.Tier == models.TierGeneral:
			continue
		}
		v.Allowed = append(v.Allowed, a)
		v.ActsFor = cmp.Or(v.ActsFor, as.onBehalfOf)
	}
	author, editor := actor.Holds(d.AccountID, models.RoleAuthor), actor.Holds(d.AccountID, k.profile.editors()...)
	_, revisable := transitionOf(eventRevise, d.State, d.Route)
	_, waiting := waitingRole(d.State)
	_, screenable := transitionOf(eventLock, d.State, d.Route)
	for _, c := range k.consultations {
		if c.State == models.ConsultationOpen && waiting && (editor || slices.Contains(actor.ConsultedUnits(), c.UnitID)) {
			v.MayAnswer = append(v.MayAnswer, c.UnitID)
		}
	}
	_, withdrawable := transitionOf(eventWithdraw, d.State, d.Route)
	_, capable := withdrawer(actor, d, k.profile)
	v.MayWithdraw = withdrawable && capable && v.Withdrawal == nil
	v.MayCorrect = withdrawable && (capable || author)
	v.MayEdit = revisable && (author || editor)
	v.MaySubmit = author && screenable && !waiting
	v.MayDispose = d.State == models.StateBlocked && (author || editor || actor.Holds(d.AccountID, k.profile.signers()...))
}

// Drafts lists the drafts of the actor's accounts, newest first. Sealed drafts
// stand in the lists of those alone who may see them, of their author by title.
func (w *Workflow) Drafts(ctx context.Context, actor models.Actor, q DraftsQuery) (DraftPage, error) {
	accounts := actor.VisibleAccounts()
	if actor.Kind != models.ActorUser {
		accounts = nil
	}
	if q.Account != "" {
		if !slices.Contains(accounts, q.Account) {
			return DraftPage{}, models.Errorf(models.CodeNotFound, "没有这个账号，或您在该账号没有角色。")
		}
		accounts = []string{q.Account}
	}
	if q.Limit <= 0 || q.Limit > MaxFeedLimit {
		q.Limit = defaultPerPage
	}
	if len(accounts) == 0 {
		return DraftPage{Items: []models.Draft{}}, nil
	}
	sealed := slices.DeleteFunc(slices.Clone(accounts), func(id string) bool { return !actor.Holds(id, seesSealed...) })
	items, err := w.store.Drafts(ctx, store.DraftFilter{Accounts: accounts, States: q.States, Text: q.Text, Before: q.After, Limit: q.Limit + 1,
		Sealed: sealed, SealedOf: actor.ID})
	if err != nil {
		return DraftPage{}, err
	}
	for i, d := range items {
		if d.Sealed() && !slices.Contains(sealed, d.AccountID) {
			items[i] = titleOnly(d)
		}
	}
	page := DraftPage{Items: items}
	if len(items) > q.Limit {
		page.Items = items[:q.Limit]
		page.Next = page.Items[q.Limit-1].ID
	}
	return page, nil
}

// Revisions are all contents that the draft had, oldest first.
func (w *Workflow) Revisions(ctx context.Context, actor models.Actor, id string) ([]models.Revision, error) {
	d, err := w.visibleDraft(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return w.store.Revisions(ctx, d.ID)
}

// timelineLimit is more events than any draft has.
const timelineLimit = 10_000

// Timeline is the audit chain of the draft, oldest first.
func (w *Workflow) Timeline(ctx context.Context, actor models.Actor, id string) ([]models.AuditEvent, error) {
	d, err := w.visibleDraft(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return w.store.Events(ctx, d.ID, 0, timelineLimit)
}
