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
	ID        string `json:"id"`
	Number    string `json:"number"` // 编号, such as 2026-00012: consecutive for each account and year
	UnitID    string `json:"unit_id"`
	AccountID string `json:"account_id"`
	State     State  `json:"state"`
	Step      int    `json:"step"` // index of the route's step that the draft waits at; -1 where it waits for none

	Tier         Tier         `json:"tier"`
	TierReasons  []TierReason `json:"tier_reasons"`
	TierFloor    Tier         `json:"tier_floor"` // what the tier may not fall below by itself (the previous tier of this draft)
	DeclaredTier Tier         `json:"declared_tier"`
	Urgent       bool         `json:"urgent"`
	Consult      []string     `json:"consult"` // ids of the units to consult

	Title    string `json:"title"` // of the present revision, for lists
	Kind     Kind   `json:"kind"`
	Format   Format `json:"format"`
	Revision int    `json:"revision"` // number of the present revision, from 1
	Digest   string `json:"digest"`   // SHA-256 of the present content, hex

	Outcome Outcome `json:"outcome"` // of the last screening; "" before the first
	Edition string  `json:"edition"` // lexicon edition of the last screening
	Profile string  `json:"profile"` // name@version of the profile that the draft runs under
	Route   []Step  `json:"route"`   // of the present tier, fixed when it was routed

	CreatedBy  string   `json:"created_by"`  // person
	LastEditor string   `json:"last_editor"` // person who wrote the present revision
	Writers    []string `json:"writers"`     // persons who wrote any revision: none of them decides on the draft
	Round      int      `json:"round"`       // counts the submissions and locks, from 1; 0 before the first
	ReleaseID  string   `json:"release_id"`
	Corrects   string   `json:"corrects"` // release that this draft's own release will supersede; else ""

	ChainN    int64  `json:"chain_n"`    // number of the last audit event
	ChainHead string `json:"chain_head"` // hash of the last audit event
	Version   int64  `json:"version"`    // raised by each change; conditional updates name it

	DueAt       time.Time `json:"due_at,omitzero"` // when the waiting step is due; zero: no time limit
	SubmittedAt time.Time `json:"submitted_at,omitzero"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Sealed says that the draft is only for those whom its secrecy concerns: it is
// locked, or the secrecy reviewer closed it.
func (d Draft) Sealed() bool {
	return d.State == StateLocked || d.State == StateRejected && d.Outcome == OutcomeLocked
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
	DraftID   string    `json:"draft_id"`
	N         int       `json:"n"`
	Content   Content   `json:"content"`
	Digest    string    `json:"digest"`
	Author    string    `json:"author"` // person who wrote it
	CreatedAt time.Time `json:"created_at"`
}

// StoredReport is a report with what it was made on.
type StoredReport struct {
	ID        string    `json:"id"`
	DraftID   string    `json:"draft_id"`
	Revision  int       `json:"revision"`
	Digest    string    `json:"digest"`
	Report    Report    `json:"report"`
	CreatedAt time.Time `json:"created_at"`
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
	ID         string    `json:"id"`
	DraftID    string    `json:"draft_id"`
	Revision   int       `json:"revision"`
	Round      int       `json:"round"` // counts the submissions and locks of the draft, from 1
	Step       string    `json:"step"`  // id of the route's step, or "" outside one (recall, cancel)
	Role       Role      `json:"role"`  // the role by which the person decided
	Action     Action    `json:"action"`
	Signs      bool      `json:"signs"` // the decision is the sign-off
	PersonID   string    `json:"person"`
	OnBehalfOf string    `json:"on_behalf_of"` // person, with a delegation; else ""
	Digest     string    `json:"digest"`
	Comment    string    `json:"comment"`
	Tier       Tier      `json:"tier"` // raise and lower: the tier asked for; else the tier decided at
	At         time.Time `json:"at"`
	VoidedAt   time.Time `json:"voided_at,omitzero"` // zero: in force
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
	ID          string          `json:"id"`
	DraftID     string          `json:"draft_id"`
	Digest      string          `json:"digest"`
	HitID       string          `json:"hit_id"`
	Category    string          `json:"category"`
	Kind        DispositionKind `json:"kind"`
	Reason      string          `json:"reason"`
	BasisKind   BasisKind       `json:"basis_kind"`
	Document    string          `json:"document"`
	Fields      []string        `json:"fields"`
	By          string          `json:"by"` // person who proposed it
	At          time.Time       `json:"at"`
	ConfirmedBy string          `json:"confirmed_by"` // person; "" while it is only proposed
	ConfirmedAt time.Time       `json:"confirmed_at,omitzero"`
}
