package store_test

import (
	"fmt"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
)

// TestNoReadScansTheArchive lets every read that a request or a verification
// makes run, and asks the database how it went about it.
func TestNoReadScansTheArchive(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		w := storetest.NewWorld(t, s)
		accounts := []string{w.Account.ID, storetest.NewID(), storetest.NewID()}
		draft := archive(t, s, w, accounts)

		type statement struct {
			query string
			args  []any
		}
		var sent []statement
		if err := s.Record(func(query string, args []any) { sent = append(sent, statement{query, args}) }); err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		places := []store.Place{{AccountID: accounts[0], State: models.StateAwaitingEditor}, {AccountID: accounts[1], State: "awaiting_account_lead"}}
		after := store.WaitingCursor{DueAt: storetest.At(5), ID: draft.ID}
		middle := draft.ID
		for _, err := range []error{
			failure(s.Draft(ctx, draft.ID)),
			failure(s.Drafts(ctx, store.DraftFilter{Accounts: accounts, Limit: 20})),
			failure(s.Drafts(ctx, store.DraftFilter{Accounts: accounts, States: []models.State{models.StateReleased, models.StateAwaitingEditor}, Before: middle, Limit: 20})),
			failure(s.Drafts(ctx, store.DraftFilter{Accounts: accounts, Text: "通知公告", Before: middle, Limit: 20})),
			failure(s.Drafts(ctx, store.DraftFilter{Accounts: accounts, Text: "通", Limit: 20})),
			failure(s.Waiting(ctx, places, store.WaitingCursor{}, 20)),
			failure(s.Waiting(ctx, places, after, 20)),
			failure(s.CountWaiting(ctx, places)),
			failure(s.Revision(ctx, draft.ID, 1)),
			failure(s.Revisions(ctx, draft.ID)),
			failure(s.LastReport(ctx, draft.ID)),
			failure(s.Decisions(ctx, draft.ID)),
			failure(s.Dispositions(ctx, draft.ID)),
			failure(s.Events(ctx, draft.ID, 1, 100)),
			failure(s.Chains(ctx, middle, 100)),
			failure(s.Releases(ctx, middle, 100)),
			failure(s.Feed(ctx, nil, 10, 20)),
			failure(s.Feed(ctx, accounts, 10, 20)),
			failure(s.FeedHead(ctx)),
			failure(s.Receipts(ctx, middle)),
			failure(s.Once(ctx, "a", "b")),
			failure(s.Identity(ctx, "hash")),
			failure(s.IdentityOfUser(ctx, "id")),
			failure(s.Grants(ctx, "id")),
			failure(s.UserBySignIn(ctx, "name")),
		} {
			if err != nil && models.CodeOf(err) != models.CodeNotFound {
				t.Error(err)
			}
		}
		if len(sent) < 25 {
			t.Fatalf("only %d statements were seen", len(sent))
		}
		for _, st := range sent {
			for _, bad := range scans(t, s, st.query, st.args) {
				t.Errorf("%s\n  %s", bad, st.query)
			}
		}
	})
}

func failure[T any](_ T, err error) error { return err }

// archive fills the database with released drafts and a few that wait; it
// returns one from the middle.
func archive(t *testing.T, s *store.Store, w storetest.World, accounts []string) (middle models.Draft) {
	const drafts, group = 1500, 250
	for start := 0; start < drafts; start += group {
		storetest.Must(t, s, func(tx *store.Tx) error {
			for i := start; i < start+group; i++ {
				d := storetest.NewDraft(w.Account, i, fmt.Sprint("通知公告第", i, "号"))
				d.AccountID, d.State, d.DueAt = accounts[i%3], models.StateReleased, storetest.At(i)
				if i%20 == 0 {
					d.State = models.StateAwaitingEditor
				}
				if i == drafts/2 {
					middle = d
				}
				release := storetest.NewRelease(d, int64(i+1))
				entry := models.FeedEntry{Position: int64(i + 1), Op: models.FeedRelease, ReleaseID: release.ID, AccountID: d.AccountID, At: d.CreatedAt}
				for _, err := range []error{
					tx.InsertDraft(d), tx.InsertRevision(storetest.NewRevision(d, "正文")), tx.InsertDecision(storetest.NewDecision(d, "editor")),
					tx.InsertReport(models.StoredReport{ID: storetest.NewID(), DraftID: d.ID, CreatedAt: d.CreatedAt}),
					tx.InsertDispositions([]models.Disposition{{ID: storetest.NewID(), DraftID: d.ID}}),
					tx.InsertEvents(storetest.NewEvents(d.ID, models.AuditEvent{}, 3)), tx.InsertRelease(release), tx.InsertFeedEntry(entry),
					tx.PutReceipt(models.Receipt{ReleaseID: release.ID, Channel: "wechat"}),
					tx.InsertOnce(store.OnceRow{Actor: "a", Key: d.ID}),
					tx.InsertUser(models.User{ID: d.ID, SignIn: d.ID}), tx.InsertGrant(models.Grant{ID: d.ID, UserID: d.ID, Role: models.RoleEditor}),
					tx.InsertToken(models.Token{ID: d.ID, UserID: d.ID, Hash: d.ID}),
				} {
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	if s.Dialect() == store.MySQL {
		for _, row := range rows(t, s, "SELECT table_name FROM information_schema.tables WHERE table_schema=DATABASE()") {
			rows(t, s, "ANALYZE TABLE "+row[0])
		}
	}
	return middle
}

// scans are the steps of a statement's plan that read a whole table or a whole index.
func scans(t *testing.T, s *store.Store, query string, args []any) (bad []string) {
	if s.Dialect() == store.SQLite {
		for _, row := range rows(t, s, "EXPLAIN QUERY PLAN "+query, args...) {
			detail := row[3]
			name, _, _ := strings.Cut(strings.TrimPrefix(detail, "SCAN "), " ")
			if strings.HasPrefix(detail, "SCAN ") && tableNames[name] {
				bad = append(bad, detail)
			}
		}
		return bad
	}
	for _, row := range rows(t, s, "EXPLAIN "+query, args...) {
		table, kind := row[2], row[3] // id, select_type, table, type, …
		if (kind == "ALL" || kind == "index") && tableNames[table] {
			bad = append(bad, fmt.Sprint(row))
		}
	}
	return bad
}

// tableNames are the tables and the aliases that stand for one in a query; b, a and w are parts already limited.
var tableNames = map[string]bool{"drafts": true, "d": true, "draft_terms": true, "t": true, "u": true, "g": true, "revisions": true, "reports": true,
	"decisions": true, "dispositions": true, "audit_events": true, "releases": true, "r": true, "feed": true, "f": true, "receipts": true,
	"once_keys": true, "users": true, "grants": true, "tokens": true,
	"notices": true, "deliveries": true, "reminders": true, "job_turns": true}
