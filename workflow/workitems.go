package workflow

import (
	"context"
	"errors"
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

// CountWorkItems is how many open work items wait for the actor as a signer,
// or as a signer's deputy.
func (w *Workflow) CountWorkItems(ctx context.Context, actor models.Actor) (int64, error) {
	var signed []string
	for _, id := range actor.VisibleAccounts() {
		account, err := w.account(ctx, id)
		if err != nil {
			return 0, err
		}
		profile, err := w.profileOf(account)
		if err != nil {
			return 0, err
		}
		if profile.signsOn(actor, id) {
			signed = append(signed, id)
		}
	}
	if len(signed) == 0 || actor.Kind != models.ActorUser {
		return 0, nil
	}
	return w.store.CountWorkItems(ctx, signed)
}

// signsOn says whether the actor holds a signer's role on an account, or uses one in someone's place.
func (p *Profile) signsOn(actor models.Actor, accountID string) bool {
	return actor.Holds(accountID, p.signers()...) || slices.ContainsFunc(actor.Deputy, func(r models.DelegatedRole) bool {
		return r.AccountID == accountID && p.rank(r.Role) > 0
	})
}

// WorkItem reads one work item of the actor's accounts, and says whether the
// actor may settle it, and keep what it names.
func (w *Workflow) WorkItem(ctx context.Context, actor models.Actor, id string) (item models.WorkItem, settle, keep bool, err error) {
	if item, err = w.visibleWorkItem(ctx, actor, id); err != nil {
		return item, false, false, err
	}
	d, err := w.store.Draft(ctx, item.DraftID)
	if err != nil {
		return item, false, false, err
	}
	_, profile, err := w.accountOf(ctx, d)
	if err != nil {
		return item, false, false, err
	}
	as, capable := withdrawer(actor, d, profile)
	settle = capable && item.State == models.WorkOpen
	return w.shown(actor, item), settle, settle && !wrote(d, actor.ID, as.onBehalfOf), nil
}

// visibleWorkItem reads a work item of an account that the actor sees.
func (w *Workflow) visibleWorkItem(ctx context.Context, actor models.Actor, id string) (models.WorkItem, error) {
	item, err := w.store.WorkItem(ctx, id)
	if err == nil && (actor.Kind != models.ActorUser || !actor.Sees(item.AccountID)) {
		return models.WorkItem{}, models.Errorf(models.CodeNotFound, "没有这个复审事项。")
	}
	return item, err
}

// wrote says whether one of the persons wrote a revision of the draft.
func wrote(d models.Draft, persons ...string) bool {
	return slices.ContainsFunc(persons, func(p string) bool { return slices.Contains(d.Writers, p) })
}

// shown hides what a secrecy hit says from those who may not see locked drafts.
func (w *Workflow) shown(actor models.Actor, item models.WorkItem) models.WorkItem {
	if item.Hit.Severity == models.SeverityLock && !actor.Holds(item.AccountID, seesSealed...) {
		item.Hit.Text, item.Hit.Why, item.Hit.Suggestion = "", "", ""
	}
	return item
}

// WorkItemInput settles a work item: keep, withdraw or correct the release.
// Withdraw and correct do that at once, for ReasonCode, unless it is
// done: the release is being withdrawn or is superseded, or Correction names
// the draft that corrects it.
type WorkItemInput struct {
	Action     models.WorkItemState
	Reason     string                  // why; of a withdrawal or correction its text
	ReasonCode models.WithdrawalReason // withdraw, correct
	Document   string                  // that the reason code needs
	Digest     string                  // of the release, as the decider read it; "" leaves it unsaid
	Correction string                  // correct: id of the draft that does it already
}

// grounds is why the release is withdrawn or corrected.
func (in WorkItemInput) grounds() WithdrawalInput {
	return WithdrawalInput{Reason: in.ReasonCode, Text: in.Reason, Document: in.Document, Digest: in.Digest}
}

// SettleWorkItem settles a work item as a signer of the account decides, with
// what they decide, in one transaction. What else is open of a release that is
// withdrawn or corrected is settled with it.
func (w *Workflow) SettleWorkItem(ctx context.Context, actor models.Actor, id string, in WorkItemInput) (models.WorkItem, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.settled(ctx, actor, id, err)
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
	item, err := w.visibleWorkItem(ctx, actor, id)
	if err != nil {
		return item, err
	}
	if item.State != models.WorkOpen {
		return models.WorkItem{}, models.Errorf(models.CodeConflict, "该复审事项已由他人办结，请刷新。")
	}
	settle, err := w.settling(ctx, actor, item, in)
	if err == nil {
		err = settle()
	}
	return w.settled(ctx, actor, id, pointed(err))
}

// settled is a work item as it is now.
func (w *Workflow) settled(ctx context.Context, actor models.Actor, id string, err error) (models.WorkItem, error) {
	if err != nil {
		return models.WorkItem{}, err
	}
	item, err := w.store.WorkItem(ctx, id)
	return w.shown(actor, item), err
}

// settling works out who settles a work item and what that takes, and gives what writes it.
func (w *Workflow) settling(ctx context.Context, actor models.Actor, item models.WorkItem, in WorkItemInput) (func() error, error) {
	d, err := w.store.Draft(ctx, item.DraftID)
	if err != nil {
		return nil, err
	}
	account, profile, err := w.accountOf(ctx, d)
	if err != nil {
		return nil, err
	}
	as, ok := withdrawer(actor, d, profile)
	if !ok {
		return nil, models.Errorf(models.CodeForbidden, "只有签发人可以办结复审事项。")
	}
	item.State, item.Reason, item.Correction, item.SettledBy, item.OnBehalfOf, item.SettledAt = in.Action, in.Reason, in.Correction, actor.ID, as.onBehalfOf, w.clock()
	alone := func() error {
		_, err := w.update(ctx, actor, item.ID, nil, w.settlement(actor, item))
		return err
	}
	if in.Action == models.WorkKept {
		if wrote(d, actor.ID, as.onBehalfOf) {
			return nil, models.Errorf(models.CodeSelfApproval, "您或授权人撰写或修改过此稿件，是否保留须由其他签发人决定。")
		}
		return alone, nil
	}
	gone := slices.Contains([]models.State{models.StateWithdrawing, models.StateWithdrawn, models.StateSuperseded}, d.State)
	if in.Correction != "" {
		correction, err := w.store.Draft(ctx, in.Correction)
		if err != nil || correction.Corrects != item.ReleaseID {
			return nil, models.Invalid([]models.FieldError{{Pointer: "/correction", Message: "应为此签发件的更正稿的 id。"}})
		}
	}
	if gone || in.Correction != "" {
		return alone, nil
	}
	r, d, err := w.releasedDraft(ctx, actor, item.ReleaseID, in.Digest)
	if err != nil {
		return nil, err
	}
	if in.Action == models.WorkWithdraw {
		c, err := w.withdrawal(ctx, actor, as, r, d, profile, in.grounds())
		return func() error {
			_, err := w.commit(ctx, actor, c.then(func(tx *store.Tx, _ models.AuditEvent) error { return w.settlement(actor, item)(tx) }))
			return err
		}, err
	}
	c, err := w.correction(ctx, r, d, account, profile, in.grounds())
	item.Correction = c.draft.ID
	c.also = w.settlement(actor, item)
	return func() error {
		_, err := w.insertDraft(ctx, actor, c)
		return err
	}, err
}

// settlement writes a settled work item, and those of the same release that
// are settled with it.
func (w *Workflow) settlement(actor models.Actor, item models.WorkItem) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		if err := tx.SettleWorkItem(item); err != nil {
			return err
		}
		var others int64
		if item.State != models.WorkKept {
			var err error
			if others, err = tx.SettleRelease(item); err != nil {
				return err
			}
		}
		return w.appendSystem(tx, actor, "work_item_settled", map[string]any{"item": item.ID, "release": item.ReleaseID, "draft": item.DraftID,
			"hit": item.Hit.ID, "action": item.State, "reason": item.Reason, "correction": item.Correction, "on_behalf_of": item.OnBehalfOf, "others": others})
	}
}

// pointed makes the faults of a withdrawal's input those of a work item's.
func pointed(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Code != models.CodeInvalid {
		return err
	}
	mended := *e
	mended.Fields = slices.Clone(e.Fields)
	for i, f := range mended.Fields {
		switch f.Pointer {
		case "/reason":
			mended.Fields[i].Pointer = "/reason_code"
		case "/text":
			mended.Fields[i].Pointer = "/reason"
		}
	}
	return &mended
}
