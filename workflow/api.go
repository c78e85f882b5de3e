package workflow

import (
	"encoding/json"
	"time"

	"shenfa/models"
)

// DraftInput is what an author or editor sends: the content, and what they
// say of it.
type DraftInput struct {
	models.Content
	DeclaredTier models.Tier // "" counts as general
	Urgent       bool        // the urgent lane (紧急通道): at least important, shorter time limits
	Consult      []string    // names of the units to consult
}

// DecisionInput is one decision of one person. Digest is the content that the
// person saw; State, if not empty, the state that they saw.
type DecisionInput struct {
	Action  models.Action
	Digest  string
	State   models.State
	Comment string
	Tier    models.Tier // raise and lower: the tier wanted
}

// DispositionInput disposes of one blocking hit.
type DispositionInput struct {
	HitID     string
	Kind      models.DispositionKind
	Reason    string
	BasisKind models.BasisKind
	Document  string
	Fields    []string
}

// View is one draft as one actor may see it. Of a locked draft its author gets
// the title alone: Hidden is true and Content, Report and the rest are empty.
type View struct {
	Draft          models.Draft
	Content        models.Content
	Report         *models.Report // nil before the first screening
	Dispositions   []models.Disposition
	Decisions      []models.Decision
	Consultations  []models.Consultation // on the present content
	OpinionDue     map[string]time.Time  // by unit, when its opinion is due; none that has answered
	Withdrawal     *models.Withdrawal
	CorrectsDraft  string // draft of the release that this one corrects; "" if it corrects none
	SupersededBy   string // draft whose release took this one's place; "" if none did
	Allowed        []models.Action
	ActsFor        string // person in whose place the allowed decisions would be; "" the actor's own
	MayEdit        bool
	MaySubmit      bool
	MayDispose     bool
	MayAnswer      []string // units whose opinion the actor may give or record
	MayWithdraw    bool
	MayCorrect     bool
	Hidden         bool
	Names          map[string]string // display names of the persons in Draft and Decisions, by id
	DueProvisional bool              // the due time rests on a year whose holidays are not loaded: weekends alone were counted out
	StateLabel     string            // Chinese name of the state
	StepLabels     []string          // Chinese names of the route's steps
}

// DraftsQuery filters a list of drafts. After is the cursor of the last page, "" for the first.
type DraftsQuery struct {
	States  []models.State
	Account string
	Text    string
	After   string
	Limit   int
}

// DraftPage is one page of a list, newest first. Next is "" on the last page.
type DraftPage struct {
	Items []models.Draft
	Next  string
}

// InboxItem is one draft that waits for the actor.
type InboxItem struct {
	Draft         models.Draft
	Delegator     string // person whose delegation brings it here; "" for one's own
	DelegatorName string
	Unit          string // unit whose opinion is asked, and due at Draft.DueAt; "" where a decision is
}

// InboxPage is one page of what waits for the actor, oldest due first.
// Counts has the whole number of waiting drafts for each state.
type InboxPage struct {
	Items  []InboxItem
	Next   string
	Counts map[models.State]int
}

// FeedQuery asks for the feed items after a cursor. Wait is how long to wait
// for the first one, at most 30 s.
type FeedQuery struct {
	After   string
	Account string
	Limit   int
	Wait    time.Duration
}

// FeedPage is one page of the change feed. Next is the cursor to send next.
type FeedPage struct {
	Items   []FeedItem
	Next    string
	HasMore bool
}

// FeedItem is one item of the change feed; Release is a models.ReleaseDocument, ready to send.
type FeedItem struct {
	Cursor     string
	Op         models.FeedOp
	At         time.Time
	Release    json.RawMessage
	Reason     string
	Supersedes string // release that a supersede item replaces
}

// ReceiptInput is what a channel says of a release.
type ReceiptInput struct {
	State      models.ReceiptState
	URL        string
	PlatformID string
	Digest     string
	Error      string
	At         time.Time // zero: now
}

// GrantInput gives a role: on one account, on one unit, or, with neither, everywhere.
type GrantInput struct {
	Role      models.Role
	AccountID string
	UnitID    string
}

// UserInput makes a user.
type UserInput struct {
	SignIn   string
	Name     string
	UnitID   string
	Password string // at least 10 characters; "" makes a user who cannot sign in with a password
	Grants   []GrantInput
}

// TokenInput makes a token: for a user (UserID), or for an integration (AccountIDs).
type TokenInput struct {
	Kind       models.TokenKind
	Name       string
	UserID     string
	AccountIDs []string
	ExpiresAt  time.Time // zero: does not expire
}
