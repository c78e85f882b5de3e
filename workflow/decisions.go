package workflow

import (
	"context"
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
		return models.Draft{}, w.movedOn(d)
	}
	decisions, err := w.store.Decisions(ctx, d.ID)
	if err != nil {
		return models.Draft{}, err
	}
	account, profile, err := w.accountOf(ctx, d)
	if err != nil {
		return models.Draft{}, err
	}
	desk := desk{draft: d, decisions: decisions, profile: profile, account: account}
	role, err := desk.may(actor, in.Action)
	if err != nil {
		return models.Draft{}, err
	}
	if in.Action == models.ActionRaise && in.Tier.Rank() <= d.Tier.Rank() || in.Action == models.ActionLower && in.Tier.Rank() >= d.Tier.Rank() {
		return models.Draft{}, models.Invalid([]models.FieldError{{Pointer: "/tier", Message: "稿件现为“" + d.Tier.Label() + "”，请选择更高（上调）或更低（下调）的层级。"}})
	}
	c, err := w.decided(ctx, actor, desk, role, in)
	if err != nil {
		return models.Draft{}, err
	}
	return w.commit(ctx, actor, c)
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

// desk is one draft as those who decide on it find it.
type desk struct {
	draft     models.Draft
	decisions []models.Decision
	profile   *Profile
	account   models.Account
}

// may checks an action by the table, the actor's roles and the separation of
// duties, and gives the role by which the actor acts.
func (k desk) may(actor models.Actor, action models.Action) (models.Role, error) {
	d := k.draft
	roles := actor.RolesOn(d.AccountID)
	row, ok := transitionOf(actionEvents[action], d.State, d.Route)
	if !ok {
		return "", k.refused(roles)
	}
	if actor.Kind != models.ActorUser {
		return "", models.Errorf(models.CodeForbidden, "只有本人登录或本人的令牌可以作出决定。")
	}
	if row.by == byAuthor {
		if !slices.Contains(roles, models.RoleAuthor) {
			return "", models.Errorf(models.CodeForbidden, "只有拟稿人可以收回或撤销稿件。")
		}
		return models.RoleAuthor, nil
	}
	approvals := approvalsInForce(d, k.decisions)
	step := d.Route[d.Step]
	role, ok := decidingRole(k.profile, step, approvals, roles)
	switch {
	case slices.Contains(d.Writers, actor.ID):
		return "", models.Errorf(models.CodeSelfApproval, "您撰写或修改过此稿件，不能由本人审核或签发。")
	case !ok && k.passed(approvals, roles):
		return "", k.refused(roles)
	case !ok || row.by == bySigner && !step.Signs:
		return "", models.Errorf(models.CodeForbidden, "此稿件现由%s处理，您没有相应的角色。", k.profile.names(step.Roles))
	case slices.ContainsFunc(approvals, func(x models.Decision) bool { return x.PersonID == actor.ID || x.OnBehalfOf == actor.ID }):
		return "", models.Errorf(models.CodeSelfApproval, "您已审核过此稿件，同一人不能担任两个环节。")
	}
	return role, nil
}

// passed says whether the roles could have decided at a step that is already complete.
func (k desk) passed(approvals []models.Decision, roles []models.Role) bool {
	return slices.ContainsFunc(k.draft.Route[:k.draft.Step], func(s models.Step) bool {
		return slices.ContainsFunc(s.Roles, func(r models.Role) bool { return slices.Contains(roles, r) })
	})
}

// refused is the answer where the state does not permit the action: a conflict
// for those who take part in the route (someone was faster), else forbidden.
func (k desk) refused(roles []models.Role) error {
	if holdsRouteRole(k.draft.Route, roles) || slices.Contains(roles, models.RoleAuthor) {
		return models.Errorf(models.CodeConflict, "稿件当前处于“%s”状态，不能执行此操作；可能已被他人处理，请刷新。", stateLabel(k.draft.State, nil))
	}
	return models.Errorf(models.CodeForbidden, "稿件当前处于“%s”状态，您没有处理它的角色。", stateLabel(k.draft.State, nil))
}

func (w *Workflow) movedOn(d models.Draft) error {
	return models.Errorf(models.CodeConflict, "稿件已进入“%s”状态，请刷新后再处理。", w.StateLabel(d.State))
}

func (p *Profile) names(roles []models.Role) string {
	var names []string
	for _, r := range roles {
		for _, role := range p.Roles {
			if role.ID == r {
				names = append(names, role.Name)
			}
		}
	}
	return strings.Join(names, "或")
}

// accountOf reads the account of a draft and the profile that applies to it.
func (w *Workflow) accountOf(ctx context.Context, d models.Draft) (models.Account, *Profile, error) {
	account, err := w.store.Account(ctx, d.AccountID)
	if err != nil {
		return account, nil, err
	}
	profile, err := w.profileOf(account)
	return account, profile, err
}

// decided works out what a permitted decision does.
func (w *Workflow) decided(ctx context.Context, actor models.Actor, k desk, role models.Role, in DecisionInput) (change, error) {
	d := k.draft
	x := models.Decision{
		ID: newID(), DraftID: d.ID, Revision: d.Revision, Round: d.Round, Role: role, Action: in.Action,
		PersonID: actor.ID, Digest: d.Digest, Comment: in.Comment, Tier: d.Tier, At: w.clock(),
	}
	if role != models.RoleAuthor {
		step := d.Route[d.Step]
		x.Step, x.Signs = step.ID, step.Signs && in.Action == models.ActionApprove
	}
	switch in.Action {
	case models.ActionApprove:
		return w.approved(ctx, actor, k, x)
	case models.ActionRaise, models.ActionLower:
		return w.retiered(ctx, k, x, in.Tier)
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
			"tier": x.Tier, "revision": x.Revision, "on_behalf_of": x.OnBehalfOf},
		also: func(tx *store.Tx, _ models.AuditEvent) error { return tx.InsertDecision(x) }}
}

// after has something called once the change is committed.
func (c change) after(done func()) change {
	c.done = done
	return c
}

// then adds a write to the change's transaction.
func (c change) then(write func(tx *store.Tx, e models.AuditEvent) error) change {
	first := c.also
	c.also = func(tx *store.Tx, e models.AuditEvent) error {
		if err := first(tx, e); err != nil {
			return err
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
	if now.State, err = move(ctx, now.State, now.Route, actionEvents[x.Action], ""); err != nil {
		return change{}, err
	}
	now.Step, now.DueAt = -1, time.Time{}
	return decisionChange(k.draft, now, x, notice(pastTense[x.Action], map[string]any{"person": k.draft.CreatedBy})), nil
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
	if now, err = w.enter(ctx, k.profile, now, actionEvents[x.Action], route, step); err != nil {
		return change{}, err
	}
	return decisionChange(k.draft, now, x, notice("step", map[string]any{"state": now.State})), nil
}

// approved is one approval: the draft stays until the step is complete, goes
// on to the next step, or, after the last one, is released.
func (w *Workflow) approved(ctx context.Context, actor models.Actor, k desk, x models.Decision) (change, error) {
	d := k.draft
	dispositions, err := w.dispositionsOf(ctx, d)
	if err != nil {
		return change{}, err
	}
	if slices.ContainsFunc(dispositions, func(p models.Disposition) bool { return p.By == x.PersonID }) {
		return change{}, models.Errorf(models.CodeSelfApproval, "您提出过本稿的命中处置，须由他人审核确认。")
	}
	step := nextStep(d.Route, append(approvalsInForce(d, k.decisions), x))
	confirm := confirmedBy(x, dispositions)
	if step == len(d.Route) {
		return w.release(ctx, actor, k, x, dispositions, confirm)
	}
	now, err := w.enter(ctx, k.profile, d, eventApprove, d.Route, step)
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
	if d.Edition == w.engine.Edition() && d.Profile == k.profile.ID() {
		return d, nil, nil, nil
	}
	routed, err := w.screenAndRoute(ctx, d, content, dispositions)
	if err != nil {
		return d, nil, nil, err
	}
	if after := routed.draft; after.Round == d.Round || after.Tier != d.Tier || !slices.EqualFunc(after.Route, d.Route, sameStep) {
		c := change{was: d, data: map[string]any{"act": "gate", "person": actor.ID}}.with(routed)
		return d, nil, &c, nil
	}
	d.Edition, d.Profile, d.Outcome = routed.draft.Edition, routed.draft.Profile, routed.draft.Outcome
	return d, &routed.report, nil, nil
}

func sameStep(a, b models.Step) bool {
	return a.ID == b.ID && a.Mode == b.Mode && a.Count == b.Count && a.Signs == b.Signs && slices.Equal(a.Roles, b.Roles)
}
