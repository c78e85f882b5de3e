package workflow

import (
	"slices"

	"shenfa/models"
)

// nextStep is the index of the first step of the route that the approvals in
// force do not complete; len(route) when all are complete.
func nextStep(route []models.Step, approvals []models.Decision) int {
	for i, step := range route {
		if !complete(step, approvals) {
			return i
		}
	}
	return len(route)
}

// complete says whether the approvals fulfil a step: mode all, a person for
// each role; mode any, as many persons as it counts.
func complete(step models.Step, approvals []models.Decision) bool {
	at := approvalsAt(step, approvals)
	if step.Mode == models.StepAll {
		return !slices.ContainsFunc(step.Roles, func(r models.Role) bool { return !approvedAs(at, r) })
	}
	return len(at) >= step.Count
}

func approvalsAt(step models.Step, approvals []models.Decision) []models.Decision {
	var at []models.Decision
	for _, d := range approvals {
		if d.Step == step.ID {
			at = append(at, d)
		}
	}
	return at
}

func approvedAs(approvals []models.Decision, r models.Role) bool {
	return slices.ContainsFunc(approvals, func(d models.Decision) bool { return d.Role == r })
}

// approvalsInForce are the approvals of the draft's present content and round.
func approvalsInForce(d models.Draft, decisions []models.Decision) []models.Decision {
	var approvals []models.Decision
	for _, x := range decisions {
		if x.Action == models.ActionApprove && x.VoidedAt.IsZero() && x.Digest == d.Digest && x.Round == d.Round {
			approvals = append(approvals, x)
		}
	}
	return approvals
}

// decidingRole is the role by which someone with these roles may decide at a
// step: one that the step asks for and that is still open, or, where the step
// signs, a signer's role of a higher rank.
func decidingRole(p *Profile, step models.Step, approvals []models.Decision, roles []models.Role) (models.Role, bool) {
	at := approvalsAt(step, approvals)
	for _, wanted := range step.Roles {
		if slices.Contains(roles, wanted) && (step.Mode == models.StepAny || !approvedAs(at, wanted)) {
			return wanted, true
		}
	}
	if !step.Signs || step.Mode == models.StepAll {
		return "", false
	}
	lowest := 0
	for _, wanted := range step.Roles {
		if rank := p.rank(wanted); lowest == 0 || rank < lowest {
			lowest = rank
		}
	}
	for _, r := range roles {
		if rank := p.rank(r); lowest > 0 && rank > lowest {
			return r, true
		}
	}
	return "", false
}

// editors are the roles that do an editor's part beside reviewing: revise,
// dispose of hits, record an answer on paper. They are editor or, in a profile
// that has no such role, those that review first.
func (p *Profile) editors() []models.Role {
	if slices.ContainsFunc(p.Roles, func(r ProfileRole) bool { return r.ID == models.RoleEditor }) {
		return []models.Role{models.RoleEditor}
	}
	var roles []models.Role
	for _, r := range p.Routes {
		if first := r.Steps[0]; !first.Signs {
			roles = append(roles, first.Roles...)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// signers are the profile's roles that may sign: those with a rank.
func (p *Profile) signers() []models.Role {
	var roles []models.Role
	for _, r := range p.Roles {
		if r.Rank > 0 {
			roles = append(roles, r.ID)
		}
	}
	return roles
}

// holdsRouteRole says whether one of the roles stands in any step of the route.
func holdsRouteRole(route []models.Step, roles []models.Role) bool {
	return slices.ContainsFunc(route, func(s models.Step) bool {
		return slices.ContainsFunc(s.Roles, func(r models.Role) bool { return slices.Contains(roles, r) })
	})
}
