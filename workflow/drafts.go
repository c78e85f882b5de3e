package workflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/screening"
)

// chinaTime is the zone of numbers and dates that people read.
var chinaTime = time.FixedZone("UTC+8", 8*60*60)

// CreateDraft stores a new draft of an account on which the actor is an
// author. Errors: CodeInvalid with the fields, CodeNotFound for an account
// that the actor has no role on, CodeForbidden, CodeKeyReused.
func (w *Workflow) CreateDraft(ctx context.Context, actor models.Actor, in DraftInput) (models.Draft, error) {
	in = normalise(in)
	if id, err := w.once(ctx, actor); err != nil || id != "" {
		return w.replayedDraft(ctx, id, err)
	}
	if err := mayWrite(actor, in.AccountID, models.RoleAuthor); err != nil {
		return models.Draft{}, err
	}
	if err := validate(in); err != nil {
		return models.Draft{}, err
	}
	account, err := w.account(ctx, in.AccountID)
	if err != nil {
		return models.Draft{}, err
	}
	profile, err := w.profileOf(account)
	if err != nil {
		return models.Draft{}, err
	}
	if in.Consult, err = w.unitIDs(ctx, in.Consult); err != nil {
		return models.Draft{}, err
	}
	return w.insertDraft(ctx, actor, creation{draft: w.newDraft(account, profile, actor.ID, in), input: in, data: map[string]any{}})
}

// creation is a new draft with its first revision, and what goes with it.
type creation struct {
	draft models.Draft
	input DraftInput
	data  map[string]any           // of the audit event
	also  func(tx *store.Tx) error // further writes; may be nil
}

// newDraft is a draft that nobody has stored yet, with its first revision by the author.
func (w *Workflow) newDraft(account models.Account, profile *Profile, author string, in DraftInput) models.Draft {
	at := w.clock()
	return withRevision(models.Draft{
		ID: newID(), UnitID: account.UnitID, AccountID: account.ID, State: models.StateDraft, Step: -1,
		Tier: in.DeclaredTier, TierReasons: []models.TierReason{}, Profile: profile.ID(),
		CreatedBy: author, CreatedAt: at, UpdatedAt: at,
	}, in, author)
}

// insertDraft stores a new draft with its first revision and event, and gives it its number.
func (w *Workflow) insertDraft(ctx context.Context, actor models.Actor, c creation) (models.Draft, error) {
	d := c.draft
	c.data["account"], c.data["revision"], c.data["digest"], c.data["state"] = d.AccountID, d.Revision, d.Digest, d.State
	event, err := newEvent(d.ID, 0, "", d.CreatedAt, actor, "created", c.data)
	if err != nil {
		return models.Draft{}, err
	}
	d.ChainN, d.ChainHead, d.Version = event.N, event.Hash, 1
	year := d.CreatedAt.In(chinaTime).Year()
	committed := func() bool {
		_, err := w.store.Draft(context.WithoutCancel(ctx), d.ID)
		return err == nil
	}
	replayed, err := w.update(ctx, actor, d.ID, committed, func(tx *store.Tx) error {
		n, err := tx.Count(fmt.Sprintf("draft/%s/%d", d.AccountID, year))
		if err != nil {
			return err
		}
		d.Number = fmt.Sprintf("%d-%05d", year, n)
		if err := tx.InsertDraft(d); err != nil {
			return err
		}
		if err := tx.InsertRevision(revisionOf(d, c.input, d.CreatedAt)); err != nil {
			return err
		}
		if err := tx.InsertEvents([]models.AuditEvent{event}); err != nil || c.also == nil {
			return err
		}
		return c.also(tx)
	})
	if err != nil {
		return models.Draft{}, err
	}
	if replayed {
		id, err := w.once(ctx, actor)
		return w.replayedDraft(ctx, id, err)
	}
	return d, nil
}

func (w *Workflow) replayedDraft(ctx context.Context, id string, err error) (models.Draft, error) {
	if err != nil {
		return models.Draft{}, err
	}
	return w.store.Draft(ctx, id)
}

// mayWrite checks that the actor holds one of the roles on the account; an
// account without any role of theirs is not found.
func mayWrite(actor models.Actor, accountID string, roles ...models.Role) error {
	switch {
	case actor.Holds(accountID, roles...):
		return nil
	case len(actor.RolesOn(accountID)) == 0:
		return models.Errorf(models.CodeNotFound, "没有这个账号，或您在该账号没有角色。")
	}
	return models.Errorf(models.CodeForbidden, "您在该账号没有执行此操作的角色。")
}

// mayRevise checks that the actor is an author of the draft's account, or does an editor's part there.
func (w *Workflow) mayRevise(ctx context.Context, actor models.Actor, d models.Draft) error {
	_, profile, err := w.accountOf(ctx, d)
	if err != nil {
		return err
	}
	if actor.Holds(d.AccountID, models.RoleAuthor) || actor.Holds(d.AccountID, profile.editors()...) {
		return nil
	}
	if len(actor.RolesOn(d.AccountID)) == 0 {
		return mayWrite(actor, d.AccountID)
	}
	return models.Errorf(models.CodeForbidden, "修改稿件、处置命中由%s办理，您没有相应的角色。", profile.roleNames(append([]models.Role{models.RoleAuthor}, profile.editors()...), "或"))
}

// withRevision puts a new content into the row.
func withRevision(d models.Draft, in DraftInput, person string) models.Draft {
	d.Title, d.Kind, d.Format = in.Title, in.Kind, in.Format
	d.DeclaredTier, d.Urgent, d.Consult = in.DeclaredTier, in.Urgent, in.Consult
	d.Digest = in.Content.Digest()
	d.Revision++
	d.LastEditor = person
	if !slices.Contains(d.Writers, person) {
		d.Writers = append(slices.Clone(d.Writers), person)
	}
	return d
}

func revisionOf(d models.Draft, in DraftInput, at time.Time) models.Revision {
	return models.Revision{DraftID: d.ID, N: d.Revision, Content: in.Content, Digest: d.Digest, Author: d.LastEditor, CreatedAt: at}
}

// ReviseDraft stores a new revision. ifMatch is the digest that the editor
// saw: "" is CodeDigestRequired, any other than the present one CodeStale.
// A change of content voids the approvals; saving without change voids
// nothing. An author's revision goes back to draft and is submitted again;
// an editor's, made while the draft waits, is screened and begins the route anew.
func (w *Workflow) ReviseDraft(ctx context.Context, actor models.Actor, id, ifMatch string, in DraftInput) (models.Draft, error) {
	in = normalise(in)
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.replayedDraft(ctx, done, err)
	}
	d, err := w.visibleDraft(ctx, actor, id)
	if err != nil {
		return models.Draft{}, err
	}
	if in.AccountID == "" {
		in.AccountID = d.AccountID
	}
	if err := w.mayRevise(ctx, actor, d); err != nil {
		return models.Draft{}, err
	}
	switch {
	case ifMatch == "":
		return models.Draft{}, models.Errorf(models.CodeDigestRequired, "修改稿件须在 If-Match 中写明所依据内容的摘要。")
	case ifMatch != d.Digest:
		return models.Draft{}, staleError()
	}
	if in.AccountID != d.AccountID {
		return models.Draft{}, models.Invalid([]models.FieldError{{Pointer: "/account_id", Message: "稿件不能改投其他账号。"}})
	}
	if err := validate(in); err != nil {
		return models.Draft{}, err
	}
	if in.Consult, err = w.unitIDs(ctx, in.Consult); err != nil {
		return models.Draft{}, err
	}
	to, err := move(ctx, d.State, d.Route, eventRevise, "")
	if err != nil {
		return models.Draft{}, err
	}
	if in.Content.Digest() == d.Digest && in.DeclaredTier == d.DeclaredTier && in.Urgent == d.Urgent && slices.Equal(in.Consult, d.Consult) {
		return d, nil
	}
	now := withRevision(d, in, actor.ID)
	now.State, now.Step, now.DueAt = to, -1, time.Time{}
	at := w.clock()
	c := change{was: d, now: now, kind: "revised", data: map[string]any{"revision": now.Revision}, also: func(tx *store.Tx, _ models.AuditEvent) error {
		if err := tx.InsertRevision(revisionOf(now, in, at)); err != nil {
			return err
		}
		if d.SubmittedAt.IsZero() {
			return nil
		}
		return tx.VoidDecisions(d.ID, at)
	}}
	c = c.then(voidConsultations(d, at))
	_, waiting := waitingRole(d.State)
	if waiting && !actor.Holds(d.AccountID, models.RoleAuthor) {
		routed, err := w.screenAndRoute(ctx, now, in.Content, nil)
		if err != nil {
			return models.Draft{}, err
		}
		c = c.with(routed)
		c.kind = "revised"
	}
	return w.commit(ctx, actor, c)
}

func staleError() error {
	return models.Errorf(models.CodeStale, "稿件内容已有更新，请刷新后按最新内容处理。")
}

// with joins a routed draft and its writes to a change.
func (c change) with(r routed) change {
	c.now = r.draft
	c.kind = r.kind
	if c.data == nil {
		c.data = map[string]any{}
	}
	for k, v := range r.data {
		c.data[k] = v
	}
	c.notices = append(c.notices, r.notices...)
	return c.then(func(tx *store.Tx, _ models.AuditEvent) error {
		if err := tx.InsertReport(r.report); err != nil || len(r.draft.Consult) == 0 {
			return err
		}
		if err := tx.VoidConsultations(r.draft.ID, r.report.CreatedAt); err != nil {
			return err
		}
		return tx.InsertConsultations(r.opened)
	})
}

// Submit screens a draft and routes it: to locked, to blocked, or to the first
// step of the route of its tier. A draft that already waits is given as it is.
func (w *Workflow) Submit(ctx context.Context, actor models.Actor, id string) (models.Draft, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.replayedDraft(ctx, done, err)
	}
	d, err := w.visibleDraft(ctx, actor, id)
	if err != nil {
		return models.Draft{}, err
	}
	if err := mayWrite(actor, d.AccountID, models.RoleAuthor); err != nil {
		return models.Draft{}, err
	}
	if _, waiting := waitingRole(d.State); waiting {
		return d, nil
	}
	if _, err := move(ctx, d.State, d.Route, eventLock, ""); err != nil {
		return models.Draft{}, err // the states that can be screened are those that can be locked
	}
	revision, err := w.store.Revision(ctx, d.ID, d.Revision)
	if err != nil {
		return models.Draft{}, err
	}
	dispositions, err := w.dispositionsOf(ctx, d)
	if err != nil {
		return models.Draft{}, err
	}
	routed, err := w.screenAndRoute(ctx, d, revision.Content, dispositions)
	if err != nil {
		return models.Draft{}, err
	}
	return w.commit(ctx, actor, change{was: d, data: map[string]any{"act": "submit"}}.with(routed))
}

// routed is where screening sends a draft, and what is to be written with it.
type routed struct {
	draft   models.Draft
	kind    string
	data    map[string]any
	notices []models.Notice
	report  models.StoredReport
	opened  []models.Consultation
}

// screenAndRoute screens the content of d and works out where it goes, in a
// new round: approvals of earlier rounds count no more.
func (w *Workflow) screenAndRoute(ctx context.Context, d models.Draft, content models.Content, dispositions []models.Disposition) (routed, error) {
	engine, err := w.engineOf(ctx, d.UnitID)
	if err != nil {
		return routed{}, err
	}
	report, err := engine.Screen(ctx, textOf(content))
	if err != nil {
		return routed{}, err
	}
	account, err := w.account(ctx, d.AccountID)
	if err != nil {
		return routed{}, err
	}
	profile, err := w.profileOf(account)
	if err != nil {
		return routed{}, err
	}
	at := w.clock()
	r := routed{report: models.StoredReport{ID: newID(), DraftID: d.ID, Revision: d.Revision, Digest: d.Digest, Report: report, CreatedAt: at}}
	d.Outcome = models.OutcomeOf(report.Hits, disposed(dispositions))
	d.Edition, d.Profile = report.Edition, profile.ID()
	d.Tier, d.TierReasons = tierOf(d, report, dispositions)
	d.TierFloor = d.Tier
	d.SubmittedAt = at
	r.data = map[string]any{"outcome": d.Outcome, "edition": d.Edition, "tier": d.Tier, "revision": d.Revision}
	from := d.State
	by := func(e event) event {
		switch from {
		case models.StateLocked:
			return eventClear // what leaves the lock leaves it by the reviewer's conclusion
		case models.StateReleased:
			return eventHold // what is signed is held by the gate alone
		}
		return e
	}
	send := func(e event, to models.State) (models.State, error) {
		return move(ctx, from, d.Route, by(e), to)
	}
	switch d.Outcome {
	case models.OutcomeLocked:
		r.kind = "locked"
		d.State, err = send(eventLock, models.StateLocked)
		d.Step, d.DueAt = -1, time.Time{}
		d.Round++ // each lock has a conclusion of its own
		r.notices = []models.Notice{notice("locked", nil)}
	case models.OutcomeBlocked:
		r.kind = "blocked"
		d.State, err = send(eventBlock, models.StateBlocked)
		d.Step, d.DueAt = -1, time.Time{}
		r.notices = []models.Notice{notice("blocked", map[string]any{"person": d.CreatedBy})}
	default:
		r.kind = "submitted"
		var route []models.Step
		if route, err = routeOf(profile, account, d); err != nil {
			return routed{}, err
		}
		d.Round++
		if r.opened, err = w.toConsult(ctx, d, at); err != nil {
			return routed{}, err
		}
		d, err = w.enter(ctx, profile, d, by(eventRoute), route, 0, r.opened)
		r.notices = []models.Notice{notice("step", map[string]any{"state": d.State})}
		for _, c := range r.opened {
			r.notices = append(r.notices, notice("consult", map[string]any{"unit": c.UnitID}))
		}
	}
	r.draft = d
	return r, err
}

// routeOf is the route of the draft's class; a profile that has none is an error.
func routeOf(p *Profile, account models.Account, d models.Draft) ([]models.Step, error) {
	route := p.Route(Class{Tier: d.Tier, Medium: account.Medium, Kind: d.Kind})
	if len(route) == 0 {
		return nil, models.Errorf(models.CodeConflict, "规则配置“%s”没有规定此类稿件的审签流程，请联系管理员。", p.ID())
	}
	return route, nil
}

// enter puts the draft at a step of a route, which may be another than it had,
// and sets when that is due. Where the step signs and a consultation is open
// the draft waits for the consulted units first.
func (w *Workflow) enter(ctx context.Context, p *Profile, d models.Draft, e event, route []models.Step, step int, consultations []models.Consultation) (models.Draft, error) {
	to, due := route[step].State(), p.Due(route[step], laneOf(d), w.clock())
	if open(consultations) && route[step].Signs {
		to, due = models.StateAwaitingConsultees, p.opinionDue(d, consultations)
		if e == eventApprove || e == eventRoute {
			e = eventConsult
		}
	}
	state, err := move(ctx, d.State, slices.Concat(d.Route, route), e, to)
	if err != nil {
		return d, err
	}
	d.State, d.Route, d.Step, d.DueAt = state, route, step, due
	return d, nil
}

func laneOf(d models.Draft) Lane {
	if d.Urgent {
		return LaneUrgent
	}
	return LaneOrdinary
}

func textOf(c models.Content) screening.Text {
	return screening.Text{Title: c.Title, Body: c.Body, Format: c.Format, Kind: c.Kind, Source: c.Source}
}
