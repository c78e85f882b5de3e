package workflow

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// WithdrawalInput says why a release is withdrawn or corrected. Document is
// the number of the decision, statute or complaint, where the reason needs one.
type WithdrawalInput struct {
	Reason   models.WithdrawalReason
	Text     string
	Document string
	Digest   string // of the release, as the decider read it; "" leaves it unsaid
}

// withdrawalReasons is what each reason must name beside its text: "" nothing more.
var withdrawalReasons = map[models.WithdrawalReason]string{
	models.ReasonError:      "",
	models.ReasonLaw:        "须写明所违反的法律法规条款。",
	models.ReasonPrivacy:    "",
	models.ReasonSecrecy:    "",
	models.ReasonSuperseded: "须写明变更或撤销原决定的文号。",
	models.ReasonComplaint:  "须写明投诉受理编号。",
}

func validateWithdrawal(in WithdrawalInput) error {
	var f faults
	need, known := withdrawalReasons[in.Reason]
	if !known {
		oneOf(&f, "/reason", in.Reason, models.ReasonError, models.ReasonLaw, models.ReasonPrivacy, models.ReasonSecrecy, models.ReasonSuperseded, models.ReasonComplaint)
	}
	f.text("/text", in.Text, MaxComment, true)
	f.text("/document", in.Document, 200, false)
	if strings.TrimSpace(in.Text) == "" {
		f.add("/text", "须写明撤回或更正的情况。")
	}
	if need != "" && strings.TrimSpace(in.Document) == "" {
		f.add("/document", "%s", need)
	}
	return models.Invalid(f)
}

// withdrawer is the capacity in which an actor may withdraw: any signer of the
// account's profile, or their deputy. Withdrawing protects, so those who wrote
// the text may do it too.
func withdrawer(actor models.Actor, d models.Draft, p *Profile) (capacity, bool) {
	if actor.Kind != models.ActorUser || oversees(actor, d.AccountID) {
		return capacity{}, false
	}
	for _, r := range p.signers() {
		if actor.Holds(d.AccountID, r) {
			return capacity{role: r}, true
		}
	}
	for _, r := range actor.Deputy {
		if r.AccountID == d.AccountID && slices.Contains(p.signers(), r.Role) && holds(r.Tiers, d.Tier) {
			return capacity{role: r.Role, onBehalfOf: r.From}, true
		}
	}
	return capacity{}, false
}

// released reads a release and its draft for an act on them.
func (w *Workflow) releasedDraft(ctx context.Context, actor models.Actor, releaseID, digest string) (models.Release, models.Draft, error) {
	r, err := w.Release(ctx, actor, releaseID)
	if err != nil {
		return r, models.Draft{}, err
	}
	if digest != "" && digest != r.Digest {
		return r, models.Draft{}, staleError()
	}
	d, err := w.store.Draft(ctx, r.DraftID)
	if err == nil && d.ReleaseID != r.ID {
		err = models.Errorf(models.CodeConflict, "此签发件已不是该稿件的有效签发件。")
	}
	return r, d, err
}

// Withdraw withdraws a release: one named decision, by a signer. Every channel
// is told by the feed; the draft is withdrawn when none has it live any more.
func (w *Workflow) Withdraw(ctx context.Context, actor models.Actor, releaseID string, in WithdrawalInput) (models.Draft, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.replayedDraft(ctx, done, err)
	}
	r, d, err := w.releasedDraft(ctx, actor, releaseID, in.Digest)
	if err != nil {
		return models.Draft{}, err
	}
	_, profile, err := w.accountOf(ctx, d)
	if err != nil {
		return models.Draft{}, err
	}
	as, ok := withdrawer(actor, d, profile)
	if !ok {
		return models.Draft{}, models.Errorf(models.CodeForbidden, "只有签发人可以撤回已签发的稿件。")
	}
	c, err := w.withdrawal(ctx, actor, as, r, d, profile, in)
	if err != nil {
		return models.Draft{}, err
	}
	return w.commit(ctx, actor, c)
}

// withdrawal is the change that a withdrawal makes.
func (w *Workflow) withdrawal(ctx context.Context, actor models.Actor, as capacity, r models.Release, d models.Draft, profile *Profile, in WithdrawalInput) (change, error) {
	if err := validateWithdrawal(in); err != nil {
		return change{}, err
	}
	receipts, err := w.store.Receipts(ctx, r.ID)
	if err != nil {
		return change{}, err
	}
	e := eventWithdrawn
	if live(receipts) {
		e = eventWithdraw
	}
	if _, ok := transitionOf(eventWithdraw, d.State, d.Route); !ok { // withdrawn follows withdrawing too, but is not asked for there
		return change{}, w.movedOn(ctx, d)
	}
	now := d
	if now.State, err = move(ctx, d.State, d.Route, e, ""); err != nil {
		return change{}, err
	}
	at := w.clock()
	x := models.Withdrawal{ID: newID(), ReleaseID: r.ID, Reason: in.Reason, Text: in.Text, Document: in.Document, Digest: r.Digest,
		By: actor.ID, OnBehalfOf: as.onBehalfOf, Role: as.role, At: at}
	now.DueAt = profile.channelDue(d, at)
	if e == eventWithdrawn {
		x.DoneAt, now.DueAt = at, time.Time{}
	}
	return change{was: d, now: now, kind: "withdrawal", done: w.released.ring,
		data:    map[string]any{"withdrawal": x.ID, "release": r.ID, "reason": x.Reason, "text": x.Text, "document": x.Document, "role": as.role, "on_behalf_of": as.onBehalfOf},
		notices: []models.Notice{notice("withdrawal", map[string]any{"release": r.ID})},
		also: func(tx *store.Tx, _ models.AuditEvent) error {
			if err := tx.InsertWithdrawal(x); err != nil {
				return err
			}
			waiting, err := tx.ClaimSchedule(r.ID)
			if err != nil || waiting {
				return err // never in the feed: nothing to take back
			}
			return w.insertFeed(tx, models.FeedEntry{Op: models.FeedWithdraw, ReleaseID: r.ID, AccountID: r.AccountID, At: at, Reason: reasonText(in)})
		}}, nil
}

// reasonText is the reason as feed items carry it: code and text.
func reasonText(in WithdrawalInput) string { return string(in.Reason) + ": " + in.Text }

// live says whether a channel has the release published.
func live(receipts []models.Receipt) bool {
	return slices.ContainsFunc(receipts, func(r models.Receipt) bool { return r.Live })
}

// Correct opens a correction (更正): a new draft with the release's content, in
// the name of its author, that goes the full route and supersedes the release
// when it is released itself.
func (w *Workflow) Correct(ctx context.Context, actor models.Actor, releaseID string, in WithdrawalInput) (models.Draft, error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.replayedDraft(ctx, done, err)
	}
	r, d, err := w.releasedDraft(ctx, actor, releaseID, in.Digest)
	if err != nil {
		return models.Draft{}, err
	}
	account, profile, err := w.accountOf(ctx, d)
	if err != nil {
		return models.Draft{}, err
	}
	if _, ok := withdrawer(actor, d, profile); !ok && !(actor.Kind == models.ActorUser && actor.Holds(d.AccountID, models.RoleAuthor)) {
		return models.Draft{}, models.Errorf(models.CodeForbidden, "只有签发人或拟稿人可以发起更正。")
	}
	c, err := w.correction(ctx, r, d, account, profile, in)
	if err != nil {
		return models.Draft{}, err
	}
	return w.insertDraft(ctx, actor, c)
}

// correction is the draft that corrects a release.
func (w *Workflow) correction(ctx context.Context, r models.Release, d models.Draft, account models.Account, profile *Profile, in WithdrawalInput) (creation, error) {
	if err := validateWithdrawal(in); err != nil {
		return creation{}, err
	}
	if _, ok := transitionOf(eventSupersede, d.State, d.Route); !ok {
		return creation{}, w.movedOn(ctx, d)
	}
	var document models.ReleaseDocument
	if err := json.Unmarshal(r.Document, &document); err != nil {
		return creation{}, err
	}
	content := DraftInput{Content: document.Content(), DeclaredTier: d.DeclaredTier, Urgent: d.Urgent, Consult: d.Consult}
	content.NotBefore = nil
	fresh := w.newDraft(account, profile, d.CreatedBy, content)
	fresh.Corrects, fresh.TierFloor = r.ID, d.Tier
	fresh.Writers = slices.Clone(d.Writers)
	return creation{draft: fresh, input: content,
		data: map[string]any{"corrects": r.ID, "reason": in.Reason, "text": in.Text, "document": in.Document}}, nil
}
