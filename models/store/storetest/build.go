package storetest

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"shenfa/models"
	"shenfa/models/store"
)

// NewID is a fresh id, later ones being greater.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// At is the time of the builders, and minutes after it.
func At(minutes int) time.Time {
	return time.Date(2026, 5, 6, 7, 8, 9, 123e6, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

// World is a unit with one account.
type World struct {
	Unit    models.Unit
	Account models.Account
}

// NewWorld writes a unit with one account.
func NewWorld(t testing.TB, s *store.Store) World {
	t.Helper()
	w := World{Unit: models.Unit{ID: NewID(), Name: "安康市某局", CreatedAt: At(0)}}
	w.Account = NewAccount(w.Unit.ID, "某局发布")
	Must(t, s, func(tx *store.Tx) error {
		if err := tx.InsertUnit(w.Unit); err != nil {
			return err
		}
		return tx.InsertAccount(w.Account)
	})
	return w
}

// NewAccount is an account that is not yet written.
func NewAccount(unitID, name string) models.Account {
	return models.Account{ID: NewID(), UnitID: unitID, Name: name, Medium: "wechat", Profile: "ankang", CreatedAt: At(0)}
}

// Must writes or ends the test.
func Must(t testing.TB, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// NewDraft is a draft of the account that waits for the editor; it is not yet written.
func NewDraft(account models.Account, number int, title string) models.Draft {
	content := models.Content{AccountID: account.ID, Title: title, Body: title + "。", Format: models.FormatText, Kind: models.KindOriginal}
	return models.Draft{
		ID: NewID(), Number: "2026-" + pad(number), UnitID: account.UnitID, AccountID: account.ID,
		State: models.StateAwaitingEditor, Step: 0,
		Tier: models.TierGeneral, TierReasons: []models.TierReason{{Tier: models.TierGeneral, Why: "默认"}}, TierFloor: models.TierGeneral,
		Title: title, Kind: content.Kind, Format: content.Format, Revision: 1, Digest: content.Digest(),
		Outcome: models.OutcomeClean, Edition: "builtin", Profile: "ankang@1",
		Route: []models.Step{
			{ID: "editor", Roles: []models.Role{models.RoleEditor}, Mode: models.StepAny, Count: 1},
			{ID: "account_lead", Roles: []models.Role{models.RoleAccountLead}, Mode: models.StepAny, Count: 1, Signs: true},
		},
		CreatedBy: "author", LastEditor: "author", Version: 1,
		DueAt: At(60), SubmittedAt: At(1), CreatedAt: At(0), UpdatedAt: At(1),
	}
}

func pad(n int) string {
	text := strconv.Itoa(n)
	return "00000"[:max(0, 5-len(text))] + text
}

// NewRevision is the first content of a draft of NewDraft, with the body given.
func NewRevision(d models.Draft, body string) models.Revision {
	content := models.Content{AccountID: d.AccountID, Title: d.Title, Body: body, Format: d.Format, Kind: d.Kind}
	return models.Revision{DraftID: d.ID, N: d.Revision, Content: content, Digest: content.Digest(), Author: d.LastEditor, CreatedAt: d.CreatedAt}
}

// NewDecision is an approval of the draft at the editor's step by the person.
func NewDecision(d models.Draft, person string) models.Decision {
	return models.Decision{ID: NewID(), DraftID: d.ID, Revision: d.Revision, Round: 1, Step: "editor", Role: models.RoleEditor,
		Action: models.ActionApprove, PersonID: person, Digest: d.Digest, Comment: "同意", Tier: d.Tier, At: At(2)}
}

// NewEvents is a chain of n events that follows the event before.
func NewEvents(chain string, before models.AuditEvent, n int) []models.AuditEvent {
	var events []models.AuditEvent
	for range n {
		e := models.AuditEvent{Chain: chain, N: before.N + 1, PrevHash: before.Hash, At: At(int(before.N)), Actor: "editor",
			Kind: "decided", Data: json.RawMessage(`{"comment":"同意"}`)}
		e.Hash = e.HashOf()
		events, before = append(events, e), e
	}
	return events
}

// NewRelease is a release of the draft with the serial given.
func NewRelease(d models.Draft, serial int64) models.Release {
	document, err := json.Marshal(models.ReleaseDocument{ID: d.ID, DraftID: d.ID, AccountID: d.AccountID, Title: d.Title, Digest: d.Digest})
	if err != nil {
		panic(err) // strings alone
	}
	return models.Release{ID: NewID(), DraftID: d.ID, AccountID: d.AccountID, Revision: d.Revision, Digest: d.Digest, Serial: serial,
		Tier: d.Tier, Document: document, Certificate: json.RawMessage(`{"payload":""}`), ReleasedAt: At(3)}
}
