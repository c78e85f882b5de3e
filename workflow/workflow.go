// Package workflow moves drafts from the author to the release: it holds the
// one table of transitions, the routes, decisions, dispositions and releases.
// Every act is one transaction that starts here, with a conditional update on
// the draft that it was decided on.
package workflow

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"shenfa/models"
	"shenfa/models/sign"
	"shenfa/models/store"
	"shenfa/screening"
	"shenfa/workflow/webhook"
)

// Options wires a Workflow.
type Options struct {
	Store    *store.Store      // migrated
	Engine   *screening.Engine // with the shipped rules; installed editions lie upon them
	Clean    []Text            // clean official texts, on which editions are tried when they are imported
	Profiles *Profiles
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: slog.Default()

	Guard     *webhook.Guard // where webhooks may be called; nil: public addresses alone
	Algorithm string         // of the signatures of certificates and checkpoints (package sign); "": Ed25519

	EnginesKept int // how many engines of editions that are no longer in force stay in memory, for going back without compiling
}

// Workflow is the one place where drafts change. It keeps no state of a draft
// in memory: any number of replicas may work on one database.
type Workflow struct {
	store    *store.Store
	engine   *screening.Engine // the shipped rules; engineOf has those in force
	clean    []Text
	forces   forces
	profiles *Profiles
	now      func() time.Time
	log      *slog.Logger

	released bell     // rings when this process commits a feed entry
	names    sync.Map // person id -> display name
	accounts sync.Map // account id -> models.Account: an account never changes
	pulls    pullMemory
	tries    signInTries

	key       models.Signer // signs certificates and checkpoints
	algorithm string        // of key
	reads     readMarks
	guard     *webhook.Guard

	enginesKept int
}

// New makes a workflow over a migrated store. The first one on a database makes its signing key.
func New(o Options) (*Workflow, error) {
	w := &Workflow{store: o.Store, engine: o.Engine, clean: o.Clean, profiles: o.Profiles, now: o.Now, log: o.Log}
	if w.now == nil {
		w.now = time.Now
	}
	if w.log == nil {
		w.log = slog.Default()
	}
	signing := &signing{store: w.store, now: w.now, algorithm: cmp.Or(o.Algorithm, sign.Ed25519)}
	w.key, w.algorithm = signing.sign, signing.algorithm
	w.guard, w.enginesKept = o.Guard, o.EnginesKept
	return w, signing.begin(context.Background())
}

// clock is the present moment as the database keeps it.
func (w *Workflow) clock() time.Time { return models.Millis(w.now()) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// once finds what an earlier call with the same Idempotency-Key made: the id
// of its resource, or "" if there was none.
func (w *Workflow) once(ctx context.Context, actor models.Actor) (string, error) {
	if actor.Once.Key == "" {
		return "", nil
	}
	row, err := w.store.Once(ctx, actor.ID, actor.Once.Key)
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return "", nil
	case err != nil:
		return "", err
	case row.Request != actor.Once.Request:
		return "", models.Errorf(models.CodeKeyReused, "此幂等键（Idempotency-Key）已用于另一请求，请更换后重试。")
	}
	return row.Resource, nil
}

// update runs one act in one transaction, and claims the actor's
// Idempotency-Key for the resource in it. If the answer to COMMIT was lost,
// committed looks up whether it went through. If a call with the same key was
// faster, replayed is true and nothing was changed.
func (w *Workflow) update(ctx context.Context, actor models.Actor, resource string, committed func() bool, fn func(*store.Tx) error) (replayed bool, err error) {
	err = w.store.Update(ctx, func(tx *store.Tx) error {
		if actor.Once.Key != "" {
			row := store.OnceRow{Actor: actor.ID, Key: actor.Once.Key, Request: actor.Once.Request, Resource: resource, At: w.clock()}
			if err := tx.InsertOnce(row); err != nil {
				return err
			}
		}
		return fn(tx)
	})
	switch {
	case errors.Is(err, store.ErrOnceTaken):
		_, err := w.once(ctx, actor)
		return true, err
	case errors.Is(err, store.ErrCommitUnknown) && committed != nil && committed():
		return false, nil
	}
	return false, err
}

// change is one act on one draft: the row before and after, and what goes with
// it. The version, the audit chain and the time of the row are set by commit.
type change struct {
	was, now models.Draft
	kind     string // of the audit event
	data     map[string]any
	notices  []models.Notice
	before   func(tx *store.Tx) error                          // what the act must win first
	also     func(tx *store.Tx, event models.AuditEvent) error // further writes of the act
	done     func()                                            // called once the change is committed
}

// commit writes a change: draft, audit event, outbox and all else in one
// transaction. Someone faster makes it CodeConflict. It gives the draft as
// stored; after a replay, the draft as it is now.
func (w *Workflow) commit(ctx context.Context, actor models.Actor, c change) (models.Draft, error) {
	at := w.clock()
	now := c.now
	now.Version = c.was.Version + 1
	now.UpdatedAt = at
	if c.data == nil {
		c.data = map[string]any{}
	}
	if c.was.State != now.State {
		c.data["from"] = c.was.State
	}
	c.data["state"], c.data["digest"], c.data["draft_tier"] = now.State, now.Digest, now.Tier
	event, err := newEvent(c.was.ID, c.was.ChainN, c.was.ChainHead, at, actor, c.kind, c.data)
	if err != nil {
		return models.Draft{}, err
	}
	now.ChainN, now.ChainHead = event.N, event.Hash
	for i := range c.notices {
		c.notices[i].ID, c.notices[i].DraftID, c.notices[i].At = newID(), now.ID, at
	}
	committed := func() bool {
		stored, err := w.store.Events(context.WithoutCancel(ctx), now.ID, event.N-1, 1)
		return err == nil && len(stored) == 1 && stored[0].Hash == event.Hash
	}
	replayed, err := w.update(ctx, actor, now.ID, committed, func(tx *store.Tx) error {
		if c.before != nil {
			if err := c.before(tx); err != nil {
				return err
			}
		}
		if err := tx.UpdateDraft(c.was, now); err != nil {
			return err
		}
		if err := tx.InsertEvents([]models.AuditEvent{event}); err != nil {
			return err
		}
		if len(c.notices) > 0 {
			if err := tx.InsertNotices(c.notices); err != nil {
				return err
			}
		}
		if c.also != nil {
			return c.also(tx, event)
		}
		return nil
	})
	if err != nil {
		return models.Draft{}, err
	}
	if replayed {
		return w.store.Draft(ctx, now.ID)
	}
	if c.done != nil {
		c.done()
	}
	return now, nil
}

// personName is the display name of a person; their id if they cannot be read.
func (w *Workflow) personName(ctx context.Context, id string) string {
	if system := models.System(); id == system.ID {
		return system.Name
	}
	if name, ok := w.names.Load(id); ok {
		return name.(string)
	}
	user, err := w.store.User(ctx, id)
	if err != nil {
		return id
	}
	w.names.Store(id, user.Name)
	return user.Name
}

// account reads an account, once.
func (w *Workflow) account(ctx context.Context, id string) (models.Account, error) {
	if a, ok := w.accounts.Load(id); ok {
		return a.(models.Account), nil
	}
	a, err := w.store.Account(ctx, id)
	if err == nil {
		w.accounts.Store(id, a)
	}
	return a, err
}

// profileOf is the profile of an account.
func (w *Workflow) profileOf(a models.Account) (*Profile, error) {
	return w.profiles.Profile(a.Profile)
}

// RoleLabel is the Chinese name of a role.
func (w *Workflow) RoleLabel(r models.Role) string { return w.profiles.RoleLabel(r) }

// StateLabel is the Chinese name of a state, whatever the profile.
func (w *Workflow) StateLabel(s models.State) string { return stateLabel(s, w.profiles) }

// LabelOf is the Chinese name of a draft's state, in the words of its account's profile.
func (w *Workflow) LabelOf(ctx context.Context, d models.Draft) string {
	if _, profile, err := w.accountOf(ctx, d); err == nil {
		if label := profile.labelOf(d); label != "" {
			return label
		}
	}
	return w.StateLabel(d.State)
}

// CategoryLabel is the Chinese name of a category of hits.
func CategoryLabel(category string) string { return screening.Label(category) }

// Text is a text to screen.
type Text = screening.Text

// Masked is the text with every personal datum of its report replaced by its masked form.
func Masked(t Text, report models.Report) Text { return screening.Masked(t, report) }

// Screen screens a text without storing anything, as a draft of the account
// (one that the actor sees), or with accountID "" by the rules that hold for all.
func (w *Workflow) Screen(ctx context.Context, actor models.Actor, accountID string, t Text) (models.Report, error) {
	var unitID string
	if accountID != "" {
		if !actor.Admin && !actor.Sees(accountID) {
			return models.Report{}, models.Errorf(models.CodeNotFound, "没有这个账号，或您在该账号没有角色。")
		}
		account, err := w.account(ctx, accountID)
		if err != nil {
			return models.Report{}, err
		}
		unitID = account.UnitID
	}
	engine, err := w.engineOf(ctx, unitID)
	if err != nil {
		return models.Report{}, err
	}
	return engine.Screen(ctx, t)
}
