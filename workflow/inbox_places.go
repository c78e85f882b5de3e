package workflow

import (
	"cmp"
	"context"
	"slices"

	"shenfa/models"
	"shenfa/models/store"
)

// queue is a place whose drafts wait for the actor. Not every draft there does
// where it is shared: a step that asks for several persons or roles may wait
// for the others, and a delegation may not reach the tier.
type queue struct {
	store.Place
	shared bool
}

// queues are the places that the actor's roles make theirs, each once.
func (w *Workflow) queues(ctx context.Context, actor models.Actor) ([]queue, error) {
	if actor.Kind != models.ActorUser {
		return nil, nil
	}
	shared := map[store.Place]bool{}
	for _, r := range actor.Roles {
		switch r.Role {
		case models.RoleAuthor:
			shared[store.Place{AccountID: r.AccountID, State: models.StateBlocked}] = false
			shared[store.Place{AccountID: r.AccountID, State: models.StateReturned}] = false
		case models.RoleSecrecyReviewer:
			shared[store.Place{AccountID: r.AccountID, State: models.StateLocked}] = false
			if err := w.addSteps(ctx, shared, r, false); err != nil { // a profile may ask for them at a step too
				return nil, err
			}
		case models.RoleSupervisor, models.RoleAdmin, models.RoleConsultee:
		default:
			if err := w.addSteps(ctx, shared, r, false); err != nil {
				return nil, err
			}
		}
	}
	for _, r := range actor.Deputy {
		if err := w.addSteps(ctx, shared, r.AccountRole, len(r.Tiers) > 0); err != nil {
			return nil, err
		}
	}
	queues := make([]queue, 0, len(shared))
	for place, s := range shared {
		if _, waits := waitingRole(place.State); waits {
			place.Writer = actor.ID // nobody decides on their own text
		}
		queues = append(queues, queue{place, s})
	}
	slices.SortFunc(queues, func(a, b queue) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.State, b.State))
	})
	return queues, nil
}

// addSteps adds the states of all steps at which a role is asked for: its own,
// and those that are named by another role of the same step.
func (w *Workflow) addSteps(ctx context.Context, to map[store.Place]bool, r models.AccountRole, part bool) error {
	account, err := w.account(ctx, r.AccountID)
	if err != nil {
		return err
	}
	profile, err := w.profileOf(account)
	if err != nil {
		return err
	}
	own := store.Place{AccountID: r.AccountID, State: models.AwaitingRole(r.Role)}
	to[own] = to[own] || part
	for _, route := range profile.Routes {
		for _, step := range route.Steps {
			if slices.Contains(step.Roles, r.Role) {
				place := store.Place{AccountID: r.AccountID, State: step.State()}
				to[place] = to[place] || part || several(step)
			}
		}
	}
	return nil
}

// several says whether a step asks for more than one role or person.
func several(step models.Step) bool { return len(step.Roles) > 1 || step.Count > 1 }

// waitsForActor says whether a draft of one of the actor's queues waits for them, and
// in whose place: "" in their own.
func (w *Workflow) waitsForActor(ctx context.Context, actor models.Actor, d models.Draft) (from string, mine bool, err error) {
	if _, waits := waitingRole(d.State); !waits {
		return "", true, nil
	}
	step := waitingStep(d)
	var at []models.Decision
	if several(step) {
		decisions, err := w.store.Decisions(ctx, d.ID)
		if err != nil {
			return "", false, err
		}
		at = approvalsAt(step, approvalsInForce(d, decisions))
		if slices.ContainsFunc(at, func(x models.Decision) bool { return x.PersonID == actor.ID }) {
			return "", false, nil
		}
	}
	asked := func(r models.Role) bool {
		return slices.Contains(step.Roles, r) && (step.Mode != models.StepAll || !approvedAs(at, r))
	}
	if slices.ContainsFunc(actor.RolesOn(d.AccountID), asked) {
		return "", true, nil
	}
	for _, r := range actor.Deputy {
		if r.AccountID == d.AccountID && asked(r.Role) && holds(r.Tiers, d.Tier) {
			return r.From, true, nil
		}
	}
	return "", false, nil
}

// countInbox counts what waits for the actor, by state: of queues that are
// theirs alone by the database, of shared ones draft by draft.
func (w *Workflow) countInbox(ctx context.Context, actor models.Actor, queues []queue, counts map[models.State]int) error {
	var alone, shared []store.Place
	for _, q := range queues {
		if q.shared {
			shared = append(shared, q.Place)
		} else {
			alone = append(alone, q.Place)
		}
	}
	counted, err := w.store.CountWaiting(ctx, alone)
	if err != nil {
		return err
	}
	for place, n := range counted {
		counts[place.State] += n
	}
	if len(shared) == 0 {
		return nil
	}
	drafts, err := w.store.Waiting(ctx, shared, store.WaitingCursor{}, MaxFeedLimit)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		_, mine, err := w.waitsForActor(ctx, actor, d)
		if err != nil {
			return err
		}
		if mine {
			counts[d.State]++
		}
	}
	return nil
}
