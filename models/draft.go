package models

import "time"

// State of a draft. Beside the fixed ones each role x of a profile gives a
// waiting state awaiting_x.
type State string

// The fixed states (DESIGN: workflow).
const (
	StateDraft              State = "draft"
	StateBlocked            State = "blocked"
	StateLocked             State = "locked"
	StateAwaitingEditor     State = "awaiting_editor"
	StateAwaitingConsultees State = "awaiting_consultees"
	StateReturned           State = "returned"
	StateRejected           State = "rejected"
	StateCancelled          State = "cancelled"
	StateReleased           State = "released"
	StatePublished          State = "published"
	StateWithdrawing        State = "withdrawing"
	StateWithdrawn          State = "withdrawn"
	StateSuperseded         State = "superseded"
)

// AwaitingRole is the state that waits for a role.
func AwaitingRole(r Role) State { return State("awaiting_" + string(r)) }

// Draft (稿件) is the row that a draft is: its place in the workflow and the
// digest of its present revision. The text itself is in Revision.
type Draft struct {
	ID        string
	Number    string // 编号, such as 2026-00012: consecutive for each account and year
	UnitID    string
	AccountID string
	State     State
	Step      int // index of the route's step that the draft waits at; -1 where it waits for none

	Tier         Tier
	TierReasons  []TierReason
	TierFloor    Tier // what the tier may not fall below by itself (the previous tier of this draft)
	DeclaredTier Tier
	Urgent       bool
	Consult      []string // ids of the units to consult

	Title    string // of the present revision, for lists
	Kind     Kind
	Format   Format
	Revision int    // number of the present revision, from 1
	Digest   string // SHA-256 of the present content, hex

	Outcome Outcome // of the last screening; "" before the first
	Edition string  // lexicon edition of the last screening
	Profile string  // name@version of the profile that the draft runs under
	Route   []Step  // of the present tier, fixed when it was routed

	CreatedBy  string   // person
	LastEditor string   // person who wrote the present revision
	Writers    []string // persons who wrote any revision: none of them decides on the draft
	Round      int      // counts the submissions and locks, from 1; 0 before the first
	ReleaseID  string
	Corrects   string // release that this draft's own release will supersede; else ""

	ChainN    int64  // number of the last audit event
	ChainHead string // hash of the last audit event
	Version   int64  // raised by each change; conditional updates name it

	DueAt       time.Time // when the waiting step is due; zero: no time limit
	SubmittedAt time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TierReason says what gave a tier.
type TierReason struct {
	Tier Tier   `json:"tier"`
	Why  string `json:"why"`
}

// StepMode says whose approvals a step needs.
type StepMode string

// The modes.
const (
	StepAny StepMode = "any" // any one of the roles (count persons of them)
	StepAll StepMode = "all" // one person of each role
)

// Step of a route: who approves there, how many, and whether that signs.
type Step struct {
	ID    string   `json:"id" toml:"id"`       // unique in the route; by default the first role
	Roles []Role   `json:"roles" toml:"roles"` // who may decide here
	Mode  StepMode `json:"mode" toml:"mode"`   // any (default) or all
	Count int      `json:"count" toml:"count"` // persons needed with mode any; by default 1
	Signs bool     `json:"signs" toml:"signs"` // the approval here is the sign-off; just one step of a route
}

// State is the state in which a draft waits at the step: that of its first role.
func (s Step) State() State { return AwaitingRole(s.Roles[0]) }

// Revision (版本) is one content of a draft; it never changes.
type Revision struct {
	DraftID   string
	N         int
	Content   Content
	Digest    string
	Author    string // person who wrote it
	CreatedAt time.Time
}

// StoredReport is a report with what it was made on.
type StoredReport struct {
	ID        string
	DraftID   string
	Revision  int
	Digest    string
	Report    Report
	CreatedAt time.Time
}

// Action is what a person decides.
type Action string

// The actions of POST /drafts/{id}/decisions.
const (
	ActionApprove Action = "approve"
	ActionReturn  Action = "return"
	ActionReject  Action = "reject"
	ActionRaise   Action = "raise"
	ActionLower   Action = "lower"
	ActionRecall  Action = "recall"
	ActionCancel  Action = "cancel"
)

// Decision is one decision of one person on one digest. It is never altered;
// VoidedAt is set when the content that it was made on is replaced.
type Decision struct {
	ID         string
	DraftID    string
	Revision   int
	Round      int    // counts the submissions and locks of the draft, from 1
	Step       string // id of the route's step, or "" outside one (recall, cancel)
	Role       Role   // the role by which the person decided
	Action     Action
	Signs      bool // the decision is the sign-off
	PersonID   string
	OnBehalfOf string // person, with a delegation; else ""
	Digest     string
	Comment    string
	Tier       Tier // raise and lower: the tier asked for; else the tier decided at
	At         time.Time
	VoidedAt   time.Time // zero: in force
}

// DispositionKind says how a blocking hit is disposed of without a new revision.
type DispositionKind string

// The kinds.
const (
	DispositionFalsePositive DispositionKind = "false_positive"
	DispositionExempt        DispositionKind = "exempt"
	DispositionCleared       DispositionKind = "cleared" // a secrecy hit, by the secrecy reviewer's written conclusion
)

// BasisKind is the legal basis of an exemption (豁免).
type BasisKind string

// The kinds of basis.
const (
	BasisPunishment BasisKind = "punishment_disclosure" // 惩戒公示
	BasisStatutory  BasisKind = "statutory_disclosure"  // 强制性信息披露
)

// Disposition (处置) of one blocking hit of one digest.
type Disposition struct {
	ID          string
	DraftID     string
	Digest      string
	HitID       string
	Category    string
	Kind        DispositionKind
	Reason      string
	BasisKind   BasisKind
	Document    string
	Fields      []string
	By          string // person who proposed it
	At          time.Time
	ConfirmedBy string // person; "" while it is only proposed
	ConfirmedAt time.Time
}
