package models

import (
	"encoding/json"
	"time"
)

// Webhook is a subscription of an office's own server to wake-up calls: on one
// account, on one unit and those below it, or, with neither, on everything.
type Webhook struct {
	ID          string    `json:"id"`
	URL         string    `json:"url"`
	UnitID      string    `json:"unit_id,omitempty"`
	AccountID   string    `json:"account_id,omitempty"`
	Kinds       []string  `json:"kinds"` // kinds of notices; empty: all
	Description string    `json:"description,omitempty"`
	Secret      string    `json:"-"` // whsec_ and base64, as Standard Webhooks has it
	CreatedBy   string    `json:"created_by"`
	CreatedAt   time.Time `json:"created_at"`
	DisabledAt  time.Time `json:"disabled_at,omitzero"`
	DisabledWhy string    `json:"disabled_why,omitempty"` // gone: the receiver said 410; else removed
}

// Why a webhook is disabled.
const (
	WebhookGone    = "gone"
	WebhookRemoved = "removed"
)

// DeliveryState is how far a delivery has come.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending   DeliveryState = "pending"   // not yet taken, or to be tried again at NextAt
	DeliveryDelivered DeliveryState = "delivered" // the receiver answered 2xx
	DeliveryFailed    DeliveryState = "failed"    // tried as often as it may be
	DeliveryDropped   DeliveryState = "dropped"   // the webhook was disabled, or the draft locked, before
)

// Delivery is one call of one webhook for one notice. ID is its webhook-id,
// the same at each try: what a receiver knows a repetition by.
type Delivery struct {
	ID        string          `json:"id"`
	WebhookID string          `json:"webhook_id"`
	NoticeID  string          `json:"notice_id"`
	Kind      string          `json:"kind"`
	DraftID   string          `json:"draft_id"`
	Body      json.RawMessage `json:"body"`
	State     DeliveryState   `json:"state"`
	Attempts  int             `json:"attempts"` // begun; it also tells who holds the delivery
	Status    int             `json:"status"`   // HTTP status of the last answer; 0: there was none
	Error     string          `json:"error,omitempty"`
	NextAt    time.Time       `json:"next_at,omitzero"` // of the next try; while one runs, when it counts as lost
	CreatedAt time.Time       `json:"created_at"`
	DoneAt    time.Time       `json:"done_at,omitzero"`
}

// Overdue is a time that a draft waited longer than it may: in State, due at
// DueAt. Draft is as it is now; its State is empty if it waits so no more.
type Overdue struct {
	Draft Draft
	State State
	DueAt time.Time
}
