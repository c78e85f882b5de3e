package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"shenfa/models"
)

// DraftInput is what an author sends.
type DraftInput struct {
	AccountID    string         `json:"account_id,omitempty"`
	Title        string         `json:"title"`
	Body         string         `json:"body"`
	Format       models.Format  `json:"format,omitempty"`
	Kind         models.Kind    `json:"kind,omitempty"`
	Source       *models.Source `json:"source,omitempty"`
	DeclaredTier models.Tier    `json:"declared_tier,omitempty"`
	Urgent       bool           `json:"urgent,omitempty"`
	NotBefore    *time.Time     `json:"not_before,omitempty"`
	Consult      []string       `json:"consult,omitempty"`
	Media        []models.Media `json:"media,omitempty"`
}

// Draft is a draft as the caller may see it.
type Draft struct {
	ID             string              `json:"id"`
	Number         string              `json:"number"`
	AccountID      string              `json:"account_id"`
	State          models.State        `json:"state"`
	StateLabel     string              `json:"state_label"`
	Tier           models.Tier         `json:"tier"`
	TierReasons    []models.TierReason `json:"tier_reasons"`
	Digest         string              `json:"digest"`
	Revision       int                 `json:"revision"`
	Title          string              `json:"title"`
	Body           string              `json:"body"`
	Format         models.Format       `json:"format"`
	Kind           models.Kind         `json:"kind"`
	Source         *models.Source      `json:"source"`
	DeclaredTier   models.Tier         `json:"declared_tier"`
	Urgent         bool                `json:"urgent"`
	NotBefore      *time.Time          `json:"not_before"`
	Media          []models.Media      `json:"media"`
	Outcome        models.Outcome      `json:"outcome"`
	Report         *models.Report      `json:"report"`
	Dispositions   []Disposition       `json:"dispositions"`
	Consultations  []Consultation      `json:"consultations"`
	Decisions      []Decision          `json:"decisions"`
	AllowedActions []models.Action     `json:"allowed_actions"`
	DueAt          *time.Time          `json:"due_at"`
	ReleaseID      string              `json:"release_id"`
	Withdrawal     *models.Withdrawal  `json:"withdrawal"`
	CorrectsDraft  string              `json:"corrects_draft"`
	SupersededBy   string              `json:"superseded_by"`
	Corrects       string              `json:"corrects"`
	Hidden         bool                `json:"hidden"`
	CreatedBy      string              `json:"created_by"`
	UpdatedAt      time.Time           `json:"updated_at"`
}

// Decision is one decision that was taken.
type Decision struct {
	Action     models.Action `json:"action"`
	Step       string        `json:"step"`
	Role       models.Role   `json:"role"`
	Signs      bool          `json:"signs"`
	Person     string        `json:"person"`
	PersonName string        `json:"person_name"`
	OnBehalfOf string        `json:"on_behalf_of"`
	ByLine     string        `json:"by_line"`
	Digest     string        `json:"digest"`
	Comment    string        `json:"comment"`
	At         time.Time     `json:"at"`
	VoidedAt   *time.Time    `json:"voided_at"`
}

// Consultation is the opinion of one consulted unit.
type Consultation struct {
	Unit      string                   `json:"unit"`
	Name      string                   `json:"name"`
	State     models.ConsultationState `json:"state"`
	Opinion   string                   `json:"opinion"`
	Reference string                   `json:"reference"`
	ByName    string                   `json:"by_name"`
}

// Disposition disposes of one hit; By and ConfirmedBy are the server's to say.
type Disposition struct {
	HitID       string                 `json:"hit_id"`
	Kind        models.DispositionKind `json:"kind"`
	Reason      string                 `json:"reason,omitempty"`
	BasisKind   models.BasisKind       `json:"basis_kind,omitempty"`
	Document    string                 `json:"document,omitempty"`
	Fields      []string               `json:"fields,omitempty"`
	By          string                 `json:"by,omitempty"`
	ConfirmedBy string                 `json:"confirmed_by,omitempty"`
}

// DecisionInput is a decision to take on the content with the digest.
type DecisionInput struct {
	Action  models.Action `json:"action"`
	Digest  string        `json:"digest"`
	State   models.State  `json:"state,omitempty"`
	Comment string        `json:"comment,omitempty"`
	Tier    models.Tier   `json:"tier,omitempty"`
}

// CreateDraft stores a new draft.
func (c *Client) CreateDraft(ctx context.Context, in DraftInput) (Draft, error) {
	return do[Draft](ctx, c, call{method: http.MethodPost, path: "/drafts", body: in})
}

// Draft reads one draft.
func (c *Client) Draft(ctx context.Context, id string) (Draft, error) {
	return do[Draft](ctx, c, call{method: http.MethodGet, path: draftPath(id, "")})
}

// ReviseDraft stores a new revision in place of the content with the digest.
func (c *Client) ReviseDraft(ctx context.Context, id, digest string, in DraftInput) (Draft, error) {
	return do[Draft](ctx, c, call{method: http.MethodPut, path: draftPath(id, ""), ifMatch: digest, body: in})
}

// Submit screens a draft and sends it on its route.
func (c *Client) Submit(ctx context.Context, id string) (Draft, error) {
	return do[Draft](ctx, c, call{method: http.MethodPost, path: draftPath(id, "/submit")})
}

// Decide takes a decision.
func (c *Client) Decide(ctx context.Context, id string, in DecisionInput) (Draft, error) {
	return do[Draft](ctx, c, call{method: http.MethodPost, path: draftPath(id, "/decisions"), body: in})
}

// Dispose disposes of hits.
func (c *Client) Dispose(ctx context.Context, id string, items ...Disposition) (Draft, error) {
	return do[Draft](ctx, c, call{method: http.MethodPost, path: draftPath(id, "/dispositions"), body: map[string]any{"items": items}})
}

// InboxPage is one page of what waits for the caller.
type InboxPage struct {
	Items  []Draft              `json:"items"` // without their texts
	Next   string               `json:"next"`
	Counts map[models.State]int `json:"counts"`
	Total  int                  `json:"total"`
}

// Inbox reads what waits for the caller, oldest due first.
func (c *Client) Inbox(ctx context.Context, after string, limit int) (InboxPage, error) {
	return do[InboxPage](ctx, c, call{method: http.MethodGet, path: "/inbox", query: page(after, limit)})
}

// Screen screens a text without storing it.
func (c *Client) Screen(ctx context.Context, in DraftInput) (models.Report, error) {
	body := map[string]any{"title": in.Title, "body": in.Body, "format": in.Format, "kind": in.Kind, "source": in.Source}
	for name, value := range body {
		if value == models.Format("") || value == models.Kind("") {
			delete(body, name)
		}
	}
	return do[models.Report](ctx, c, call{method: http.MethodPost, path: "/screenings", body: body})
}

func draftPath(id, rest string) string { return "/drafts/" + url.PathEscape(id) + rest }

func page(after string, limit int) url.Values {
	query := url.Values{}
	if after != "" {
		query.Set("after", after)
	}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	return query
}
