package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// needsComment are the actions that must say why.
var needsComment = []models.Action{models.ActionReturn, models.ActionReject, models.ActionRaise, models.ActionLower}

// Decide records the decision of one person on the digest that they saw, and
// moves the draft. Errors: CodeInvalid (action, comment, tier), CodeNotFound,
// CodeStale (another digest; nothing changes), CodeConflict (the state does not
// permit it, or someone was faster), CodeForbidden (not their step),
// CodeSelfApproval (they wrote the text or already approved it).
func (w *Workflow) Decide(ctx context.Context, actor models.Actor, id string, in DecisionInput) (models.Draft, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.replayedDraft(ctx, done, err)
	}
	if err := validateDecision(in); err != nil {
		return models.Draft{}, err
	}
	d, err := w.visibleDraft(ctx, actor, id)
	if err != nil {
		return models.Draft{}, err
	}
	if in.Digest != d.Digest {
		return models.Draft{}, staleError()
	}
	if in.State != "" && in.State != d.State {
		return models.Draft{}, w.movedOn(ctx, d)
	}
	desk, err := w.deskOf(ctx, d)
	if err != nil {
		return models.Draft{}, err
	}
	as, err := desk.may(actor, in.Action)
	if err != nil {
		return models.Draft{}, err
	}
	if in.Action == models.ActionRaise && in.Tier.Rank() <= d.Tier.Rank() || in.Action == models.ActionLower && in.Tier.Rank() >= d.Tier.Rank() {
		return models.Draft{}, models.Invalid([]models.FieldError{{Pointer: "/tier", Message: "稿件现为“" + d.Tier.Label() + "”，请选择更高（上调）或更低（下调）的层级。"}})
	}
	for try := 0; ; try++ {
		c, err := w.decided(ctx, actor, desk, as, in)
		if err != nil {
			return models.Draft{}, err
		}
		d, err = w.commit(ctx, actor, c)
		if !errors.Is(err, errEditionMoved) || try == gateTries {
			return d, err
		}
		if _, err := w.reloadEditions(ctx); err != nil { // nothing was written: decide by the new one
			return models.Draft{}, err
		}
	}
}

// gateTries bounds how often a sign-off is gated again since an edition was
// installed in between.
const gateTries = 3

// errEditionMoved is the end of a release that was gated by an edition which is
// no longer in force, since another replica has installed one.
var errEditionMoved = models.Errorf(models.CodeConflict, "词库刚刚更新，请刷新后再办理。")

// stillInForce checks in a release's transaction that the installation by
// which it was gated is still the last one.
func stillInForce(tx *store.Tx, version int64) error {
	switch now, err := tx.Installed(); {
	case err != nil:
		return err
	case now != version:
		return errEditionMoved
	}
	return nil
}

func validateDecision(in DecisionInput) error {
	var f faults
	if _, known := actionEvents[in.Action]; !known {
		oneOf(&f, "/action", in.Action, models.ActionApprove, models.ActionReturn, models.ActionReject,
			models.ActionRaise, models.ActionLower, models.ActionRecall, models.ActionCancel)
	}
	f.text("/comment", in.Comment, MaxComment, true)
	if slices.Contains(needsComment, in.Action) && strings.TrimSpace(in.Comment) == "" {
		f.add("/comment", "退回、否决、调整层级须写明理由。")
	}
	if in.Action == models.ActionRaise || in.Action == models.ActionLower {
		oneOf(&f, "/tier", in.Tier, models.Tiers...)
	}
	if in.Digest == "" {
		f.add("/digest", "须写明所依据内容的摘要。")
	}
	return models.Invalid(f)
}

// decided works out what a permitted decision does.
func (w *Workflow) decided(ctx context.Context, actor models.Actor, k desk, as capacity, in DecisionInput) (change, error) {
	d := k.draft
	x := models.Decision{
		ID: newID(), DraftID: d.ID, Revision: d.Revision, Round: d.Round, Role: as.role, OnBehalfOf: as.onBehalfOf, Action: in.Action,
		PersonID: actor.ID, Digest: d.Digest, Comment: in.Comment, Tier: d.Tier, At: w.clock(),
	}
	if d.Step >= 0 && as.role != models.RoleAuthor {
		step := d.Route[d.Step]
		x.Step, x.Signs = step.ID, step.Signs && in.Action == models.ActionApprove
	}
	switch eventOf(in.Action, d.State) {
	case eventApprove:
		return w.approved(ctx, actor, k, x)
	case eventRaise, eventLower:
		return w.retiered(ctx, k, x, in.Tier)
	case eventClear:
		return w.cleared(ctx, k, x)
	}
	return w.sentAway(ctx, k, x)
}

// pastTense names the audit event of an action.
var pastTense = map[models.Action]string{
	models.ActionApprove: "approved", models.ActionReturn: "returned", models.ActionReject: "rejected", models.ActionRaise: "raised",
	models.ActionLower: "lowered", models.ActionRecall: "recalled", models.ActionCancel: "cancelled",
}

// decisionChange is the change that a decision makes: its row, and an event that holds the same.
func decisionChange(was, now models.Draft, x models.Decision, notices ...models.Notice) change {
	kind := pastTense[x.Action]
	if x.Signs {
		kind = "signed"
	}
	return change{was: was, now: now, kind: kind, notices: notices,
		data: map[string]any{"decision": x.ID, "action": x.Action, "step": x.Step, "role": x.Role, "comment": x.Comment,
			"tier": x.Tier, "revision": x.Revision, "on_behalf_of": x.OnBehalfOf, "at": x.At},
		also: func(tx *store.Tx, _ models.AuditEvent) error { return tx.InsertDecision(x) }}
}

// after has something called once the change is committed.
func (c change) after(done func()) change {
	c.done = done
	return c
}

// first has something written before all else of the transaction.
func (c change) first(write func(tx *store.Tx) error) change {
	c.before = write
	return c
}

// then adds a write to the change's transaction.
func (c change) then(write func(tx *store.Tx, e models.AuditEvent) error) change {
	first := c.also
	c.also = func(tx *store.Tx, e models.AuditEvent) error {
		if first != nil {
			if err := first(tx, e); err != nil {
				return err
			}
		}
		return write(tx, e)
	}
	return c
}

// sentAway is a return, rejection, recall or cancellation: the draft waits for
// no step any more, and its approvals end with the round.
func (w *Workflow) sentAway(ctx context.Context, k desk, x models.Decision) (change, error) {
	now := k.draft
	var err error
	if now.State, err = move(ctx, now.State, now.Route, eventOf(x.Action, now.State), ""); err != nil {
		return change{}, err
	}
	now.Step, now.DueAt = -1, time.Time{}
	c := decisionChange(k.draft, now, x, notice(pastTense[x.Action], map[string]any{"person": k.draft.CreatedBy}))
	return c.then(voidConsultations(k.draft, x.At)), nil
}

// retiered changes the tier, and with it the route: approvals of steps that
// the new route has too stay in force, a sign-off never does.
func (w *Workflow) retiered(ctx context.Context, k desk, x models.Decision, tier models.Tier) (change, error) {
	now := k.draft
	x.Tier = tier
	why := "上调：" + x.Comment
	if x.Action == models.ActionLower {
		why = "下调：" + x.Comment
	}
	now.Tier, now.TierFloor = tier, tier
	now.TierReasons = append(slices.Clone(now.TierReasons), models.TierReason{Tier: tier, Why: why})
	route, err := routeOf(k.profile, k.account, now)
	if err != nil {
		return change{}, err
	}
	var kept []models.Decision
	for _, a := range approvalsInForce(k.draft, k.decisions) {
		if !a.Signs {
			kept = append(kept, a)
		}
	}
	step := min(nextStep(route, kept), len(route)-1)
	if now, err = w.enter(ctx, k.profile, now, actionEvents[x.Action], route, step, k.consultations); err != nil {
		return change{}, err
	}
	c := decisionChange(k.draft, now, x, notice("step", map[string]any{"state": now.State}))
	return c.then(func(tx *store.Tx, _ models.AuditEvent) error { return tx.VoidSignOffs(x.DraftID, x.At) }), nil
}

// approved is one approval: the draft stays until the step is complete, goes
// on to the next step, or, after the last one, is released.
func (w *Workflow) approved(ctx context.Context, actor models.Actor, k desk, x models.Decision) (change, error) {
	d := k.draft
	dispositions, err := w.dispositionsOf(ctx, d)
	if err != nil {
		return change{}, err
	}
	if slices.ContainsFunc(dispositions, func(p models.Disposition) bool { return p.By == x.PersonID && p.Kind != models.DispositionCleared }) {
		return change{}, models.Errorf(models.CodeSelfApproval, "您提出过本稿的命中处置，须由他人审核确认。")
	}
	step := nextStep(d.Route, append(approvalsInForce(d, k.decisions), x))
	confirm := confirmedBy(x, dispositions)
	if step == len(d.Route) {
		return w.release(ctx, actor, k, x, dispositions, confirm)
	}
	now, err := w.enter(ctx, k.profile, d, eventApprove, d.Route, step, k.consultations)
	if err != nil {
		return change{}, err
	}
	var notices []models.Notice
	if now.State == d.State {
		now.DueAt = d.DueAt
	} else {
		notices = append(notices, notice("step", map[string]any{"state": now.State}))
	}
	return decisionChange(d, now, x, notices...).then(confirmation(confirm, x)), nil
}

// confirmation writes the confirmation of dispositions with the decision that makes it.
func confirmation(ids []string, x models.Decision) func(*store.Tx, models.AuditEvent) error {
	return func(tx *store.Tx, _ models.AuditEvent) error {
		if len(ids) == 0 {
			return nil
		}
		return tx.ConfirmDispositions(ids, x.PersonID, x.At)
	}
}

// gate is the last check before a release: where the lexicon edition or the
// profile in force is not the one that the draft ran under, it screens again.
// When that blocks or locks the draft, or raises its tier, back is the change
// that sends it there, with its approvals kept as history; else the release
// goes on with the draft as gate gives it, and fresh, if not nil, is stored with it.
func (w *Workflow) gate(ctx context.Context, actor models.Actor, k desk, content models.Content, dispositions []models.Disposition) (d models.Draft, fresh *models.StoredReport, back *change, err error) {
	d = k.draft
	engine, err := w.engineOf(ctx, d.UnitID)
	if err != nil {
		return d, nil, nil, err
	}
	if d.Edition == engine.Edition() && d.Profile == k.profile.ID() {
		return d, nil, nil, nil
	}
	routed, err := w.screenAndRoute(ctx, d, content, dispositions)
	if err != nil {
		return d, nil, nil, err
	}
	if after := routed.draft; routed.kind != "submitted" || after.Tier != d.Tier || !slices.EqualFunc(after.Route, d.Route, sameStep) {
		c := change{was: d, data: map[string]any{"act": "gate", "person": actor.ID}}.with(routed)
		return d, nil, &c, nil
	}
	d.Edition, d.Profile, d.Outcome = routed.draft.Edition, routed.draft.Profile, routed.draft.Outcome
	return d, &routed.report, nil, nil
}

func sameStep(a, b models.Step) bool {
	return a.ID == b.ID && a.Mode == b.Mode && a.Count == b.Count && a.Signs == b.Signs && slices.Equal(a.Roles, b.Roles)
}
