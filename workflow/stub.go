package workflow

import (
	"context"
	"log/slog"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/screening"
)

// Options wires a Workflow.
type Options struct {
	Store    *store.Store
	Engine   *screening.Engine
	Profiles *Profiles
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: slog.Default()
}

// Profiles holds the regulation profiles by name.
type Profiles struct{}

// LoadProfiles reads the embedded profiles, and those of dir if it is not "".
func LoadProfiles(dir string) (*Profiles, error) { panic("stub") }

// RoleLabel is the Chinese name of a role in any of the profiles.
func (p *Profiles) RoleLabel(r models.Role) string { panic("stub") }

type Workflow struct{}

func New(o Options) (*Workflow, error) { panic("stub") }

// --- drafts (scoped: what the actor may not see is CodeNotFound)
func (w *Workflow) CreateDraft(ctx context.Context, actor models.Actor, in DraftInput) (models.Draft, error) {
	panic("stub")
}

// ifMatch is the digest edited: "" is CodeDigestRequired, another one CodeStale.
func (w *Workflow) ReviseDraft(ctx context.Context, actor models.Actor, id, ifMatch string, in DraftInput) (models.Draft, error) {
	panic("stub")
}
func (w *Workflow) Submit(ctx context.Context, actor models.Actor, id string) (models.Draft, error) {
	panic("stub")
}
func (w *Workflow) Decide(ctx context.Context, actor models.Actor, id string, in DecisionInput) (models.Draft, error) {
	panic("stub")
}
func (w *Workflow) Dispose(ctx context.Context, actor models.Actor, id string, in []DispositionInput) (models.Draft, error) {
	panic("stub")
}
func (w *Workflow) View(ctx context.Context, actor models.Actor, id string) (View, error) {
	panic("stub")
}
func (w *Workflow) Drafts(ctx context.Context, actor models.Actor, q DraftsQuery) (DraftPage, error) {
	panic("stub")
}
func (w *Workflow) Inbox(ctx context.Context, actor models.Actor, after string, limit int) (InboxPage, error) {
	panic("stub")
}
func (w *Workflow) Revisions(ctx context.Context, actor models.Actor, id string) ([]models.Revision, error) {
	panic("stub")
}
func (w *Workflow) Timeline(ctx context.Context, actor models.Actor, id string) ([]models.AuditEvent, error) {
	panic("stub")
}
func (w *Workflow) StateLabel(s models.State) string { panic("stub") }

// --- releases
func (w *Workflow) Feed(ctx context.Context, actor models.Actor, q FeedQuery) (FeedPage, error) {
	panic("stub")
}
func (w *Workflow) Release(ctx context.Context, actor models.Actor, id string) (models.Release, error) {
	panic("stub")
}
func (w *Workflow) PutReceipt(ctx context.Context, actor models.Actor, releaseID, channel string, in ReceiptInput) (models.Receipt, error) {
	panic("stub")
}
func (w *Workflow) Receipts(ctx context.Context, actor models.Actor, releaseID string) ([]models.Receipt, error) {
	panic("stub")
}
func (w *Workflow) Keys(ctx context.Context) ([]models.SigningKey, error) { panic("stub") }

// --- screening without storing
func (w *Workflow) Screen(ctx context.Context, t screening.Text) (models.Report, error) {
	panic("stub")
}

// --- identity
// ActorOfToken finds whom a token's secret stands for: CodeUnauthenticated if it is unknown, revoked, expired or its user disabled.
func (w *Workflow) ActorOfToken(ctx context.Context, secret string) (models.Actor, error) {
	panic("stub")
}
func (w *Workflow) ActorOfUser(ctx context.Context, userID string) (models.Actor, error) {
	panic("stub")
}

// SignIn checks a password (CodeUnauthenticated; CodeRateLimited after many wrong ones).
func (w *Workflow) SignIn(ctx context.Context, signIn, password string) (models.User, error) {
	panic("stub")
}

// --- administration (admin only, else CodeForbidden; lists of accounts and units: what the actor's roles reach)
func (w *Workflow) CreateUnit(ctx context.Context, actor models.Actor, name, parentID string) (models.Unit, error) {
	panic("stub")
}
func (w *Workflow) Units(ctx context.Context, actor models.Actor) ([]models.Unit, error) {
	panic("stub")
}
func (w *Workflow) CreateAccount(ctx context.Context, actor models.Actor, a models.Account) (models.Account, error) {
	panic("stub")
}
func (w *Workflow) Accounts(ctx context.Context, actor models.Actor) ([]models.Account, error) {
	panic("stub")
}
func (w *Workflow) CreateUser(ctx context.Context, actor models.Actor, in UserInput) (models.User, error) {
	panic("stub")
}
func (w *Workflow) Users(ctx context.Context, actor models.Actor) ([]models.User, error) {
	panic("stub")
}
func (w *Workflow) SetPassword(ctx context.Context, actor models.Actor, userID, password string) error {
	panic("stub")
}
func (w *Workflow) DisableUser(ctx context.Context, actor models.Actor, userID string) error {
	panic("stub")
}
func (w *Workflow) Grant(ctx context.Context, actor models.Actor, userID string, in GrantInput) (models.Grant, error) {
	panic("stub")
}
func (w *Workflow) RevokeGrant(ctx context.Context, actor models.Actor, grantID string) error {
	panic("stub")
}
func (w *Workflow) Grants(ctx context.Context, actor models.Actor, userID string) ([]models.Grant, error) {
	panic("stub")
}

// CreateToken gives the secret once; only its hash is stored. A user may make tokens for themselves, an admin for anyone.
func (w *Workflow) CreateToken(ctx context.Context, actor models.Actor, in TokenInput) (models.Token, string, error) {
	panic("stub")
}
func (w *Workflow) Tokens(ctx context.Context, actor models.Actor) ([]models.Token, error) {
	panic("stub")
}
func (w *Workflow) RevokeToken(ctx context.Context, actor models.Actor, id string) error {
	panic("stub")
}

// AuditFault is the first bad event of a chain.
type AuditFault struct {
	Chain string
	N     int64
	Why   string
}

// VerifyAudit walks all chains; progress (may be nil) is told how many chains are done.
func (w *Workflow) VerifyAudit(ctx context.Context, progress func(done int)) (events int64, faults []AuditFault, err error) {
	panic("stub")
}
