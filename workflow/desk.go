package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"shenfa/models"
)

// desk is one draft as those who decide on it find it.
type desk struct {
	draft         models.Draft
	decisions     []models.Decision
	consultations []models.Consultation // of the present content
	profile       *Profile
	account       models.Account
}

// deskOf reads what decisions on a draft need.
func (w *Workflow) deskOf(ctx context.Context, d models.Draft) (desk, error) {
	k := desk{draft: d}
	var err error
	if k.decisions, err = w.store.Decisions(ctx, d.ID); err != nil {
		return k, err
	}
	if k.consultations, err = w.consultationsOf(ctx, d); err != nil {
		return k, err
	}
	k.account, k.profile, err = w.accountOf(ctx, d)
	return k, err
}

// capacity is in what role, and in whose place, an actor acts.
type capacity struct {
	role       models.Role
	onBehalfOf string // person; "" for the actor's own role
}

// may checks an action by the table, the actor's roles and the separation of
// duties, and gives the capacity in which the actor acts.
func (k desk) may(actor models.Actor, action models.Action) (capacity, error) {
	d := k.draft
	row, ok := transitionOf(eventOf(action, d.State), d.State, d.Route)
	if !ok {
		return capacity{}, k.refused(actor)
	}
	if actor.Kind != models.ActorUser {
		return capacity{}, models.Errorf(models.CodeForbidden, "只有本人登录或本人的令牌可以作出决定。")
	}
	if row.by != byAuthor && oversees(actor, d.AccountID) {
		return capacity{}, overseer()
	}
	switch row.by {
	case byAuthor:
		if !actor.Holds(d.AccountID, models.RoleAuthor) {
			return capacity{}, models.Errorf(models.CodeForbidden, "只有拟稿人可以收回或撤销稿件。")
		}
		return capacity{role: models.RoleAuthor}, nil
	case bySecrecy:
		switch {
		case !actor.Holds(d.AccountID, models.RoleSecrecyReviewer):
			return capacity{}, models.Errorf(models.CodeForbidden, "稿件已涉密锁定，只有保密审查员可以处理。")
		case slices.Contains(d.Writers, actor.ID):
			return capacity{}, ownText()
		}
		return capacity{role: models.RoleSecrecyReviewer}, nil
	}
	return k.mayAtStep(actor, row)
}

// oversees says whether the actor administers the system or supervises the
// account: whatever other roles they hold, they decide on nothing there.
func oversees(actor models.Actor, accountID string) bool {
	return actor.Admin || actor.Holds(accountID, models.RoleSupervisor)
}

func overseer() error {
	return models.Errorf(models.CodeForbidden, "系统管理员和主管单位不参与审签，不能作出决定。")
}

func ownText() error {
	return models.Errorf(models.CodeSelfApproval, "您撰写或修改过此稿件，不能由本人审核或签发。")
}

// mayAtStep is may for whoever the waiting step asks for: first in the actor's
// own roles, then in those that they use in someone's place. Nobody decides on
// their own text or at two steps, neither themselves nor by a deputy; deciding
// once more at the same step is a conflict, as after an answer that was lost.
func (k desk) mayAtStep(actor models.Actor, row transition) (capacity, error) {
	d := k.draft
	if slices.Contains(d.Writers, actor.ID) {
		return capacity{}, ownText()
	}
	approvals := approvalsInForce(d, k.decisions)
	step := d.Route[d.Step]
	decided := func(person string) bool {
		return slices.ContainsFunc(approvals, func(x models.Decision) bool { return x.PersonID == person || x.OnBehalfOf == person })
	}
	for _, c := range capacities(actor, d, k.profile, step, approvals) {
		switch {
		case row.by == bySigner && !step.Signs:
			continue
		case slices.ContainsFunc(approvalsAt(step, approvals), func(x models.Decision) bool { return x.PersonID == actor.ID }):
			return capacity{}, models.Errorf(models.CodeConflict, "您已在本环节作出决定，请刷新查看。")
		case decided(actor.ID):
			return capacity{}, models.Errorf(models.CodeSelfApproval, "您已审核过此稿件，同一人不能担任两个环节。")
		case c.onBehalfOf != "" && (slices.Contains(d.Writers, c.onBehalfOf) || decided(c.onBehalfOf)):
			return capacity{}, models.Errorf(models.CodeSelfApproval, "授权人撰写、修改或审核过此稿件，不能由受托人代签。")
		}
		return c, nil
	}
	if _, ok := decidingRole(k.profile, step, approvals, actor.RolesOn(d.AccountID)); ok && row.by == bySigner && !step.Signs {
		return capacity{}, models.Errorf(models.CodeForbidden, "下调层级由现行层级的签发人在签发环节办理。")
	}
	if k.passed(actor.RolesOn(d.AccountID)) {
		return capacity{}, k.refused(actor)
	}
	return capacity{}, models.Errorf(models.CodeForbidden, "此稿件现由%s处理，您没有相应的角色。", k.profile.stepNames(step))
}

// capacities are those in which an actor may decide at a step, their own first.
func capacities(actor models.Actor, d models.Draft, p *Profile, step models.Step, approvals []models.Decision) []capacity {
	var list []capacity
	if role, ok := decidingRole(p, step, approvals, actor.RolesOn(d.AccountID)); ok {
		list = append(list, capacity{role: role})
	}
	for _, r := range actor.Deputy {
		if r.AccountID != d.AccountID || !holds(r.Tiers, d.Tier) {
			continue
		}
		if role, ok := decidingRole(p, step, approvals, []models.Role{r.Role}); ok {
			list = append(list, capacity{role: role, onBehalfOf: r.From})
		}
	}
	return list
}

// passed says whether the roles could have decided at a step that is already complete.
func (k desk) passed(roles []models.Role) bool {
	return holdsRouteRole(k.draft.Route[:k.draft.Step], roles)
}

// refused is the answer where the state does not permit the action: a conflict
// for those who take part in the route (someone was faster), else forbidden.
func (k desk) refused(actor models.Actor) error {
	roles := actor.RolesOn(k.draft.AccountID)
	locked := k.draft.State == models.StateLocked && slices.Contains(roles, models.RoleSecrecyReviewer)
	if locked || holdsRouteRole(k.draft.Route, roles) || slices.Contains(roles, models.RoleAuthor) || len(actor.Deputy) > 0 {
		return models.Errorf(models.CodeConflict, "稿件当前处于“%s”状态，不能执行此操作；可能已被他人处理，请刷新。", k.stateLabel())
	}
	return models.Errorf(models.CodeForbidden, "稿件当前处于“%s”状态，您没有处理它的角色。", k.stateLabel())
}

// stateLabel is the Chinese name of the draft's state.
func (k desk) stateLabel() string {
	return cmp.Or(k.profile.labelOf(k.draft), stateLabel(k.draft.State, nil))
}

func (w *Workflow) movedOn(ctx context.Context, d models.Draft) error {
	return models.Errorf(models.CodeConflict, "稿件已进入“%s”状态，请刷新后再处理。", w.LabelOf(ctx, d))
}

// stepNames are the names of a step's roles: 或 where one of them decides, 、 where all do.
func (p *Profile) stepNames(s models.Step) string {
	if s.Mode == models.StepAll {
		return p.roleNames(s.Roles, "、")
	}
	return p.roleNames(s.Roles, "或")
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
	account, err := w.account(ctx, d.AccountID)
	if err != nil {
		return account, nil, err
	}
	profile, err := w.profileOf(account)
	return account, profile, err
}
