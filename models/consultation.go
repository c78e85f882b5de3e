package models

import "time"

// ConsultationState is what a consulted unit says.
type ConsultationState string

// The states of a consultation (会签).
const (
	ConsultationOpen     ConsultationState = "open"               // not yet answered
	ConsultationAgree    ConsultationState = "agree"              // 同意
	ConsultationChanges  ConsultationState = "agree_with_changes" // 修改后同意
	ConsultationDisagree ConsultationState = "disagree"           // 不同意
	ConsultationVoid     ConsultationState = "void"               // no longer asked: the content changed, or the draft went away
)

// Consultation asks one unit for its opinion on one content of a draft. While
// one is open the draft is not signed.
type Consultation struct {
	ID        string            `json:"id"`
	DraftID   string            `json:"draft_id"`
	Round     int               `json:"round"` // of the draft when the unit was asked
	Digest    string            `json:"digest"`
	UnitID    string            `json:"unit"`
	UnitName  string            `json:"name"` // as it was when the unit was asked
	State     ConsultationState `json:"state"`
	Opinion   string            `json:"opinion"`
	Reference string            `json:"reference"` // document number of an answer given on paper; "" for one given here
	By        string            `json:"by"`        // person who answered, or who recorded the answer
	At        time.Time         `json:"at,omitzero"`
	OpenedAt  time.Time         `json:"opened_at"`
}

// Delegation (授权代签) lets To decide in From's place within its bounds. It
// gives no more than From holds, and is not passed on.
type Delegation struct {
	ID         string    `json:"id"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	AccountIDs []string  `json:"account_ids"` // empty: all of From's accounts
	Tiers      []Tier    `json:"tiers"`       // empty: all tiers
	StartsAt   time.Time `json:"starts_at"`
	EndsAt     time.Time `json:"ends_at"`
	Reason     string    `json:"reason"`
	CreatedAt  time.Time `json:"created_at"`
	CreatedBy  string    `json:"created_by"`
	RevokedAt  time.Time `json:"revoked_at,omitzero"`
}

// DelegatedRole is a role that an actor may use in someone's place.
type DelegatedRole struct {
	AccountRole
	From  string
	Tiers []Tier // empty: all
}

// WithdrawalReason is the code of why a release is withdrawn or corrected.
type WithdrawalReason string

// The reasons.
const (
	ReasonError      WithdrawalReason = "error"      // 内容差错
	ReasonLaw        WithdrawalReason = "law"        // 违反法律法规
	ReasonPrivacy    WithdrawalReason = "privacy"    // 泄露个人信息
	ReasonSecrecy    WithdrawalReason = "secrecy"    // 涉及国家秘密或工作秘密
	ReasonSuperseded WithdrawalReason = "superseded" // 依据的决定已变更或撤销
	ReasonComplaint  WithdrawalReason = "complaint"  // 投诉成立
)

// Withdrawal (撤回) of a release: a named decision.
type Withdrawal struct {
	ID         string           `json:"id"`
	ReleaseID  string           `json:"release_id"`
	Reason     WithdrawalReason `json:"reason"`
	Text       string           `json:"text"`
	Document   string           `json:"document,omitempty"` // number of the decision, complaint or law that the reason needs
	Digest     string           `json:"digest"`
	By         string           `json:"by"`
	OnBehalfOf string           `json:"on_behalf_of,omitempty"` // person, with a delegation
	Role       Role             `json:"role"`
	At         time.Time        `json:"at"`
	DoneAt     time.Time        `json:"done_at,omitzero"` // when the last channel acknowledged
}
