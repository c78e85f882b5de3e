package models

import (
	"encoding/json"
	"time"
)

// Release (签发件) is what was signed, byte for byte. Document is its JSON as
// the feed sends it (see ReleaseDocument), made once when it was signed.
type Release struct {
	ID          string
	DraftID     string
	AccountID   string
	Revision    int
	Digest      string
	Serial      int64 // consecutive over the installation; stands in the certificate
	Tier        Tier
	Document    json.RawMessage
	Certificate json.RawMessage // DSSE envelope
	ReleasedAt  time.Time
}

// ReleaseDocument is the shape of a release in the feed and at GET /releases/{id}.
type ReleaseDocument struct {
	ID         string     `json:"id"`
	DraftID    string     `json:"draft_id"`
	AccountID  string     `json:"account_id"`
	Title      string     `json:"title"`
	Body       string     `json:"body"`
	Format     Format     `json:"format"`
	Kind       Kind       `json:"kind"`
	Source     *Source    `json:"source"`
	Media      []Media    `json:"media"`
	Digest     string     `json:"digest"`
	Tier       Tier       `json:"tier"`
	NotBefore  *time.Time `json:"not_before"`
	ReleasedAt time.Time  `json:"released_at"`
}

// Content is the part of the document that the digest covers.
func (d ReleaseDocument) Content() Content {
	return Content{AccountID: d.AccountID, Title: d.Title, Body: d.Body, Format: d.Format, Kind: d.Kind,
		Source: d.Source, Media: d.Media, NotBefore: d.NotBefore}
}

// FeedOp is what a feed item tells an integration to do.
type FeedOp string

// The operations.
const (
	FeedRelease   FeedOp = "release"
	FeedWithdraw  FeedOp = "withdraw"
	FeedSupersede FeedOp = "supersede"
)

// FeedEntry is one row of the change feed. Position comes from one locked
// counter, so the order of positions is the order of commits.
type FeedEntry struct {
	Position   int64
	Op         FeedOp
	ReleaseID  string
	AccountID  string
	Reason     string
	Supersedes string // release that a supersede entry replaces
	At         time.Time
	Document   json.RawMessage // of the release; filled by reads
}

// Pull records that an integration pulled a feed entry, and when first.
type Pull struct {
	ReleaseID   string    `json:"release_id"`
	Integration string    `json:"integration"` // token id
	Position    int64     `json:"position"`
	At          time.Time `json:"at"`
}

// ReceiptState is what a channel says of a release.
type ReceiptState string

// The states of a receipt (发布回执).
const (
	ReceiptReceived  ReceiptState = "received"
	ReceiptPublished ReceiptState = "published"
	ReceiptRemoved   ReceiptState = "removed"
	ReceiptFailed    ReceiptState = "failed"
)

// Receipt is the last word of one channel on one release.
type Receipt struct {
	ReleaseID  string       `json:"release_id"`
	Channel    string       `json:"channel"`
	State      ReceiptState `json:"state"`
	URL        string       `json:"url,omitempty"`
	PlatformID string       `json:"platform_id,omitempty"`
	Digest     string       `json:"digest,omitempty"`
	Error      string       `json:"error,omitempty"`
	At         time.Time    `json:"at"`          // as the channel says
	ReceivedAt time.Time    `json:"received_at"` // as the server says
	By         string       `json:"by"`          // id of the integration
	Live       bool         `json:"live"`        // the channel published it and has not removed it since
}

// AuditEvent is one link of a chain: the history of one draft, or of the
// administration (chain "system"). Hash is the SHA-256 of the event's
// canonical JSON without Hash.
type AuditEvent struct {
	Chain    string          `json:"chain"`
	N        int64           `json:"n"`
	PrevHash string          `json:"prev_hash"`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor"` // user id, token id or "system"
	Kind     string          `json:"kind"`
	Data     json.RawMessage `json:"data"`
	Hash     string          `json:"hash"`
}

// Notice is an outbox row: a side effect that leaves after its transaction.
type Notice struct {
	ID      string
	Kind    string // such as step_due, returned, released, drift
	DraftID string
	Payload json.RawMessage
	At      time.Time
}

// SigningKey is a key pair of release certificates. Old ones stay published.
type SigningKey struct {
	ID        string // key id: the first 16 hex digits of the SHA-256 of the public key
	Algorithm string // Ed25519
	Public    []byte
	Private   []byte
	CreatedAt time.Time
	RetiredAt time.Time
}
