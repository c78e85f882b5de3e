package workflow

import (
	"context"
	"slices"
	"strings"

	"shenfa/models"
	"shenfa/models/store"
)

// WorkItemsQuery filters work items. State "" is open.
type WorkItemsQuery struct {
	Account string
	State   models.WorkItemState
	After   string
	Limit   int
}

// WorkItems lists what rescans found in the releases of the actor's accounts,
// oldest first. The text of a secrecy hit is only for those who see locked drafts.
func (w *Workflow) WorkItems(ctx context.Context, actor models.Actor, q WorkItemsQuery) (items []models.WorkItem, next string, err error) {
	accounts := actor.VisibleAccounts()
	if actor.Kind != models.ActorUser {
		accounts = nil
	}
	if q.Account != "" {
		if !slices.Contains(accounts, q.Account) {
			return nil, "", models.Errorf(models.CodeNotFound, "没有这个账号，或您在该账号没有角色。")
		}
		accounts = []string{q.Account}
	}
	if q.State == "" {
		q.State = models.WorkOpen
	}
	if q.Limit <= 0 || q.Limit > MaxFeedLimit {
		q.Limit = defaultPerPage
	}
	if len(accounts) == 0 {
		return []models.WorkItem{}, "", nil
	}
	if items, err = w.store.WorkItems(ctx, accounts, q.State, q.After, q.Limit+1); err != nil {
		return nil, "", err
	}
	if len(items) > q.Limit {
		items = items[:q.Limit]
		next = items[q.Limit-1].ID
	}
	for i := range items {
		items[i] = w.shown(actor, items[i])
	}
	return items, next, nil
}

// shown hides what a secrecy hit says from those who may not see locked drafts.
func (w *Workflow) shown(actor models.Actor, item models.WorkItem) models.WorkItem {
	if item.Hit.Severity == models.SeverityLock && !actor.Holds(item.AccountID, seesLocked...) {
		item.Hit.Text, item.Hit.Why, item.Hit.Suggestion = "", "", ""
	}
	return item
}

// WorkItemInput settles a work item: keep with a reason; withdraw, once the
// release is being withdrawn; correct, naming the correction.
type WorkItemInput struct {
	Action     models.WorkItemState
	Reason     string
	Correction string // id of the draft that corrects the release
}

// SettleWorkItem records how a signer of the account settles a work item.
func (w *Workflow) SettleWorkItem(ctx context.Context, actor models.Actor, id string, in WorkItemInput) (models.WorkItem, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		if err != nil {
			return models.WorkItem{}, err
		}
		return w.store.WorkItem(ctx, done)
	}
	var f faults
	oneOf(&f, "/action", in.Action, models.WorkKept, models.WorkWithdraw, models.WorkCorrect)
	f.text("/reason", in.Reason, MaxComment, true)
	if strings.TrimSpace(in.Reason) == "" {
		f.add("/reason", "须写明理由。")
	}
	if err := models.Invalid(f); err != nil {
		return models.WorkItem{}, err
	}
	item, err := w.store.WorkItem(ctx, id)
	if err != nil {
		return item, err
	}
	if actor.Kind != models.ActorUser || len(actor.RolesOn(item.AccountID)) == 0 {
		return models.WorkItem{}, models.Errorf(models.CodeNotFound, "没有这个复审事项。")
	}
	d, err := w.store.Draft(ctx, item.DraftID)
	if err != nil {
		return models.WorkItem{}, err
	}
	if err := w.maySettle(ctx, actor, d, in); err != nil {
		return models.WorkItem{}, err
	}
	item.State, item.Reason, item.Correction, item.SettledBy, item.SettledAt = in.Action, in.Reason, in.Correction, actor.ID, w.clock()
	_, err = w.update(ctx, actor, item.ID, nil, func(tx *store.Tx) error {
		if err := tx.SettleWorkItem(item); err != nil {
			return err
		}
		return w.appendSystem(tx, actor, "work_item_settled", map[string]any{"item": item.ID, "release": item.ReleaseID, "draft": item.DraftID,
			"hit": item.Hit.ID, "action": in.Action, "reason": in.Reason, "correction": in.Correction})
	})
	return w.shown(actor, item), err
}

// maySettle checks who settles, and that what they say has been done.
func (w *Workflow) maySettle(ctx context.Context, actor models.Actor, d models.Draft, in WorkItemInput) error {
	_, profile, err := w.accountOf(ctx, d)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(actor.RolesOn(d.AccountID), func(r models.Role) bool { return profile.rank(r) > 0 }) {
		return models.Errorf(models.CodeForbidden, "只有签发人可以办结复审事项。")
	}
	switch in.Action {
	case models.WorkWithdraw:
		if d.State != models.StateWithdrawing && d.State != models.StateWithdrawn {
			return models.Errorf(models.CodeConflict, "稿件尚未撤回，请先办理撤回。")
		}
	case models.WorkCorrect:
		if d.State == models.StateSuperseded {
			return nil
		}
		correction, err := w.store.Draft(ctx, in.Correction)
		if err != nil || correction.Corrects != d.ReleaseID {
			return models.Invalid([]models.FieldError{{Pointer: "/correction", Message: "应为此签发件的更正稿的 id；请先办理更正。"}})
		}
	}
	return nil
}
