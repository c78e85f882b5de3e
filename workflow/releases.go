package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// The counter rows of releases. That of the feed is locked until its
// transaction commits, so that the order of positions is the order of commits.
const (
	counterFeed   = "feed"   // positions
	counterSerial = "serial" // serials of certificates
)

// release makes the release that the last approval x gives: the content as
// signed, its certificate and its feed entry, all in the decision's transaction.
func (w *Workflow) release(ctx context.Context, actor models.Actor, k desk, x models.Decision, dispositions []models.Disposition, confirm []string) (change, error) {
	revision, err := w.store.Revision(ctx, k.draft.ID, k.draft.Revision)
	if err != nil {
		return change{}, err
	}
	force, err := w.force(ctx)
	if err != nil {
		return change{}, err
	}
	d, fresh, back, err := w.gate(ctx, actor, k, revision.Content, dispositions)
	switch {
	case err != nil:
		return change{}, err
	case back != nil:
		return *back, nil
	case revision.Content.Digest() != d.Digest:
		return change{}, models.Errorf(models.CodeInternal, "稿件内容与其摘要不符，不能签发；请立即联系管理员核查。")
	case !signedBy(append(approvalsInForce(k.draft, k.decisions), x)):
		return change{}, models.Errorf(models.CodeInternal, "没有对此内容的签发决定，不能签发。")
	}
	r := models.Release{ID: newID(), DraftID: d.ID, AccountID: d.AccountID, Revision: d.Revision, Digest: d.Digest, Tier: d.Tier, ReleasedAt: x.At}
	if r.Document, err = documentOf(r, revision.Content); err != nil {
		return change{}, err
	}
	certificate := models.Certificate{ReleaseID: r.ID, DraftID: d.ID, Number: d.Number, AccountID: d.AccountID, Digest: d.Digest,
		Document: models.DocumentDigest(r.Document), Tier: d.Tier,
		Edition: d.Edition, Profile: d.Profile, NotBefore: revision.Content.NotBefore, ReleasedAt: r.ReleasedAt,
		Decisions: w.certified(ctx, append(approvalsInForce(k.draft, k.decisions), x))}

	now := d
	if now.State, err = move(ctx, d.State, d.Route, eventRelease, ""); err != nil {
		return change{}, err
	}
	now.Step, now.ReleaseID = -1, r.ID
	now.DueAt = k.profile.channelDue(d, releaseTime(r, revision.Content))
	superseded, err := w.supersededBy(ctx, actor, d)
	if err != nil {
		return change{}, err
	}
	c := decisionChange(k.draft, now, x, notice("released", map[string]any{"release": r.ID})).then(confirmation(confirm, x))
	c.data["release"] = r.ID
	return c.then(func(tx *store.Tx, _ models.AuditEvent) error {
		if err := stillInForce(tx, force.version); err != nil {
			return err
		}
		if fresh != nil {
			if err := tx.InsertReport(*fresh); err != nil {
				return err
			}
		}
		return w.insertRelease(tx, r, certificate, superseded)
	}).after(w.released.ring), nil
}

// channelDue is when the channels have to say that they did what they were told at a time.
func (p *Profile) channelDue(d models.Draft, told time.Time) time.Time {
	return p.Due(models.Step{Roles: []models.Role{models.RoleIntegration}}, laneOf(d), told)
}

// releaseTime is when a release enters the feed.
func releaseTime(r models.Release, c models.Content) time.Time {
	if c.NotBefore != nil && c.NotBefore.After(r.ReleasedAt) {
		return *c.NotBefore
	}
	return r.ReleasedAt
}

// insertRelease writes the release and lets it into the feed: at once, or, with
// a time before which it may not be published, into the schedule.
func (w *Workflow) insertRelease(tx *store.Tx, r models.Release, certificate models.Certificate, s *supersession) error {
	serial, err := tx.Count(counterSerial)
	if err != nil {
		return err
	}
	r.Serial, certificate.Serial = serial, serial
	envelope, err := models.SignCertificate(w.key, certificate)
	if err != nil {
		return err
	}
	if r.Certificate, err = json.Marshal(envelope); err != nil {
		return err
	}
	if err := tx.InsertRelease(r); err != nil {
		return err
	}
	if at := releaseTime(r, models.Content{NotBefore: certificate.NotBefore}); at.After(r.ReleasedAt) {
		return tx.InsertSchedule(r.ID, at)
	}
	return w.publish(tx, r, s)
}

// publish lets a release into the feed, and takes the one that it supersedes out of use.
func (w *Workflow) publish(tx *store.Tx, r models.Release, s *supersession) error {
	entry := models.FeedEntry{Op: models.FeedRelease, ReleaseID: r.ID, AccountID: r.AccountID, At: w.clock()}
	if s != nil {
		if err := tx.UpdateDraft(s.was, s.now); err != nil {
			return err
		}
		if err := tx.InsertEvents([]models.AuditEvent{s.event}); err != nil {
			return err
		}
		if _, err := tx.ClaimSchedule(s.was.ReleaseID); err != nil {
			return err
		}
		entry.Op, entry.Supersedes, entry.Reason = models.FeedSupersede, s.was.ReleaseID, "correction"
	}
	return w.insertFeed(tx, entry)
}

// insertFeed takes the position last, so that its row is locked as briefly as can be.
func (w *Workflow) insertFeed(tx *store.Tx, e models.FeedEntry) error {
	var err error
	if e.Position, err = tx.Count(counterFeed); err != nil {
		return err
	}
	return tx.InsertFeedEntry(e)
}

// kindSuperseded is the kind of the audit event by which a correction's release takes a draft's place.
const kindSuperseded = "superseded"

// supersession is what a correction's release does to the draft that it corrects.
type supersession struct {
	was, now models.Draft
	event    models.AuditEvent
}

// supersededBy works out the supersession of a draft that corrects a release
// which is still in use; nil if there is none. Where another correction has
// taken that release's place already, it is that one which goes.
func (w *Workflow) supersededBy(ctx context.Context, actor models.Actor, d models.Draft) (*supersession, error) {
	if d.Corrects == "" {
		return nil, nil
	}
	old, err := w.store.Release(ctx, d.Corrects)
	if err != nil {
		return nil, err
	}
	was, err := w.store.Draft(ctx, old.DraftID)
	if err != nil {
		return nil, err
	}
	for was.State == models.StateSuperseded {
		_, by, err := w.neighbours(ctx, was)
		if err != nil || by == "" {
			return nil, err
		}
		if was, err = w.store.Draft(ctx, by); err != nil {
			return nil, err
		}
	}
	if _, inUse := transitionOf(eventSupersede, was.State, was.Route); !inUse {
		return nil, nil // withdrawn meanwhile: the correction is a release of its own
	}
	s := &supersession{was: was, now: was}
	if s.now.State, err = move(ctx, was.State, was.Route, eventSupersede, ""); err != nil {
		return nil, err
	}
	at := w.clock()
	s.event, err = newEvent(was.ID, was.ChainN, was.ChainHead, at, actor, kindSuperseded,
		map[string]any{"by": d.ID, "release": was.ReleaseID, "from": was.State, "state": s.now.State, "digest": was.Digest})
	s.now.DueAt = time.Time{}
	s.now.ChainN, s.now.ChainHead, s.now.Version, s.now.UpdatedAt = s.event.N, s.event.Hash, was.Version+1, at
	return s, err
}

func signedBy(approvals []models.Decision) bool {
	return slices.ContainsFunc(approvals, func(x models.Decision) bool { return x.Signs })
}

// documentOf is the release as the feed sends it, made once and never again.
func documentOf(r models.Release, c models.Content) (json.RawMessage, error) {
	media := c.Media
	if media == nil {
		media = []models.Media{}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(models.ReleaseDocument{ID: r.ID, DraftID: r.DraftID, AccountID: r.AccountID, Title: c.Title, Body: c.Body,
		Format: c.Format, Kind: c.Kind, Source: c.Source, Media: media, Digest: r.Digest, Tier: r.Tier,
		NotBefore: c.NotBefore, ReleasedAt: r.ReleasedAt})
	return bytes.TrimSpace(out.Bytes()), err
}

func (w *Workflow) certified(ctx context.Context, approvals []models.Decision) []models.CertificateDecision {
	out := make([]models.CertificateDecision, len(approvals))
	for i, x := range approvals {
		out[i] = models.CertificateDecision{Step: x.Step, Role: x.Role, Person: x.PersonID, PersonName: w.personName(ctx, x.PersonID),
			OnBehalfOf: x.OnBehalfOf, Delegator: w.delegatorName(ctx, x.OnBehalfOf), Signs: x.Signs, Digest: x.Digest, At: x.At}
	}
	return out
}

// Release reads one release that the actor may see.
func (w *Workflow) Release(ctx context.Context, actor models.Actor, id string) (models.Release, error) {
	r, err := w.store.Release(ctx, id)
	if err != nil {
		return models.Release{}, err
	}
	if !slices.Contains(actor.VisibleAccounts(), r.AccountID) {
		return models.Release{}, errNoRelease
	}
	if actor.Kind == models.ActorIntegration {
		switch entered, err := w.entered(ctx, r); {
		case err != nil:
			return models.Release{}, err
		case !entered:
			return models.Release{}, errNoRelease
		}
		return r, nil
	}
	switch d, err := w.store.Draft(ctx, r.DraftID); {
	case err != nil:
		return models.Release{}, err
	case d.Sealed() && !actor.Holds(d.AccountID, seesSealed...): // the gate of a scheduled release locked it
		return models.Release{}, errNoRelease
	}
	return r, nil
}

var errNoRelease = models.Errorf(models.CodeNotFound, "没有这个签发件。")

// entered says whether a release has come into the feed: a scheduled one has
// not before its time, nor ever if the gate held it back.
func (w *Workflow) entered(ctx context.Context, r models.Release) (bool, error) {
	var document models.ReleaseDocument
	if err := json.Unmarshal(r.Document, &document); err != nil || document.Content().NotBefore == nil {
		return err == nil, err
	}
	if waits, err := w.store.Scheduled(ctx, r.ID); err != nil || waits {
		return false, err
	}
	d, err := w.store.Draft(ctx, r.DraftID)
	return d.ReleaseID == r.ID, err
}

// Keys are the public keys of certificates, retired ones too; never the private ones.
func (w *Workflow) Keys(ctx context.Context) ([]models.SigningKey, error) {
	keys, err := w.store.Keys(ctx)
	for i := range keys {
		keys[i].Private = nil
	}
	return keys, err
}

// Receipts are the last words of all channels on a release.
func (w *Workflow) Receipts(ctx context.Context, actor models.Actor, releaseID string) ([]models.Receipt, error) {
	r, err := w.Release(ctx, actor, releaseID)
	if err != nil {
		return nil, err
	}
	return w.store.Receipts(ctx, r.ID)
}

// receiptTries bounds how often a receipt is tried again when another one of
// the same draft was faster: a receipt is no human decision.
const receiptTries = 20

// PutReceipt records what a channel says of a release; the same word twice is
// one. The first published receipt with the signed digest makes the draft
// published. A digest other than the signed one is recorded, raises an alert
// and publishes nothing.
func (w *Workflow) PutReceipt(ctx context.Context, actor models.Actor, releaseID, channel string, in ReceiptInput) (models.Receipt, error) {
	r, err := w.Release(ctx, actor, releaseID)
	if err != nil {
		return models.Receipt{}, err
	}
	if actor.Kind != models.ActorIntegration {
		return models.Receipt{}, models.Errorf(models.CodeForbidden, "发布回执只能由发布端的令牌提交。")
	}
	if err := validateReceipt(channel, in); err != nil {
		return models.Receipt{}, err
	}
	receipt := models.Receipt{ReleaseID: r.ID, Channel: channel, State: in.State, URL: in.URL, PlatformID: in.PlatformID,
		Digest: in.Digest, Error: in.Error, At: models.Millis(in.At), By: actor.ID}
	for try := 0; ; try++ {
		stored, err := w.putReceipt(ctx, actor, r, receipt, in.At.IsZero())
		if models.CodeOf(err) != models.CodeConflict || try == receiptTries {
			return stored, err
		}
		time.Sleep(time.Duration(try) * time.Millisecond)
	}
}

func (w *Workflow) putReceipt(ctx context.Context, actor models.Actor, r models.Release, receipt models.Receipt, untimed bool) (models.Receipt, error) {
	d, err := w.store.Draft(ctx, r.DraftID)
	if err != nil {
		return models.Receipt{}, err
	}
	known, err := w.store.Receipts(ctx, r.ID)
	if err != nil {
		return models.Receipt{}, err
	}
	for _, k := range known {
		if k.Channel == receipt.Channel && sameWord(k, receipt, untimed) {
			return k, nil
		}
	}
	receipt.ReceivedAt = w.clock()
	if untimed {
		receipt.At = receipt.ReceivedAt
	}
	receipt.Live = receipt.State == models.ReceiptPublished ||
		receipt.State != models.ReceiptRemoved && slices.ContainsFunc(known, func(k models.Receipt) bool { return k.Channel == receipt.Channel && k.Live })
	c, err := w.received(ctx, d, r, known, receipt)
	if err != nil {
		return models.Receipt{}, err
	}
	_, err = w.commit(ctx, actor, c)
	return receipt, err
}

// received works out what a receipt changes.
func (w *Workflow) received(ctx context.Context, d models.Draft, r models.Release, known []models.Receipt, receipt models.Receipt) (change, error) {
	others := slices.DeleteFunc(slices.Clone(known), func(k models.Receipt) bool { return k.Channel == receipt.Channel })
	c := change{was: d, now: d, kind: "receipt", data: map[string]any{"release": r.ID, "channel": receipt.Channel, "receipt": receipt.State,
		"url": receipt.URL, "platform_id": receipt.PlatformID, "published_digest": receipt.Digest, "error": receipt.Error},
		also: func(tx *store.Tx, _ models.AuditEvent) error { return tx.PutReceipt(receipt) }}
	e, kind := event(""), ""
	switch {
	case receipt.Digest != "" && receipt.Digest != r.Digest:
		c.kind = "drift"
		if receipt.Live && d.State == models.StateWithdrawn && d.ReleaseID == r.ID { // whatever it shows, the channel shows it
			e, kind = eventReappear, "drift"
		}
		c.notices = []models.Notice{notice("drift", map[string]any{"release": r.ID, "channel": receipt.Channel, "digest": receipt.Digest})}
		w.log.WarnContext(ctx, "published content differs from what was signed", "release", r.ID, "channel", receipt.Channel)
	case receipt.State == models.ReceiptFailed:
		c.notices = []models.Notice{notice("failed", map[string]any{"release": r.ID, "channel": receipt.Channel})}
	case d.ReleaseID != r.ID: // an old release of a draft that has a newer one
	case receipt.State == models.ReceiptPublished && d.State == models.StateReleased:
		e, kind = eventPublish, "published"
	case receipt.State == models.ReceiptPublished && d.State == models.StateWithdrawn:
		e, kind = eventReappear, "reappeared"
		c.notices = []models.Notice{notice("reappeared", map[string]any{"release": r.ID, "channel": receipt.Channel})}
	case d.State == models.StateWithdrawing && !receipt.Live && !live(others):
		e, kind = eventWithdrawn, "withdrawn"
		c = c.then(func(tx *store.Tx, _ models.AuditEvent) error { return tx.FinishWithdrawal(r.ID, receipt.ReceivedAt) })
	}
	if e == "" {
		return c, nil
	}
	c.kind, c.now.DueAt = kind, time.Time{}
	var err error
	if c.now.State, err = move(ctx, d.State, d.Route, e, ""); err != nil {
		return c, err
	}
	if c.now.State == models.StateWithdrawing {
		_, profile, err := w.accountOf(ctx, d)
		if err != nil {
			return c, err
		}
		c.now.DueAt = profile.channelDue(d, receipt.ReceivedAt)
	}
	return c, nil
}

// sameWord says whether a receipt repeats the one that is stored.
func sameWord(stored, fresh models.Receipt, untimed bool) bool {
	return stored.State == fresh.State && stored.URL == fresh.URL && stored.PlatformID == fresh.PlatformID && stored.Digest == fresh.Digest &&
		stored.Error == fresh.Error && stored.By == fresh.By && (untimed || stored.At.Equal(fresh.At))
}

func validateReceipt(channel string, in ReceiptInput) error {
	var f faults
	f.text("/channel", channel, 64, false)
	if channel == "" {
		f.add("/channel", "须写明渠道。")
	}
	oneOf(&f, "/state", in.State, models.ReceiptReceived, models.ReceiptPublished, models.ReceiptRemoved, models.ReceiptFailed)
	f.text("/url", in.URL, 2000, false)
	f.text("/platform_id", in.PlatformID, 200, false)
	f.text("/error", in.Error, 2000, true)
	if in.Digest != "" && !sha256Hex.MatchString(in.Digest) {
		f.add("/digest", "应为 64 位小写十六进制的 SHA-256。")
	}
	return models.Invalid(f)
}
