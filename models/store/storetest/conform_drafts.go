package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

func drafts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	d := NewDraft(w.Account, 1, "关于国庆放假的通知")
	d.Consult = []string{"公安局"}
	// What is stored is cut to the millisecond.
	d.UpdatedAt = d.UpdatedAt.Add(999 * time.Microsecond)
	Must(t, s, func(tx *store.Tx) error { return tx.InsertDraft(d) })
	d.UpdatedAt = models.Millis(d.UpdatedAt)
	same(t, d, read[models.Draft](t)(s.Draft(ctx, d.ID)))
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertDraft(d) }))

	bare := models.Draft{ID: NewID(), AccountID: w.Account.ID, State: models.StateDraft, Step: -1, Version: 1}
	Must(t, s, func(tx *store.Tx) error { return tx.InsertDraft(bare) })
	same(t, bare, read[models.Draft](t)(s.Draft(ctx, bare.ID)))
	_, err := s.Draft(ctx, NewID())
	code(t, models.CodeNotFound, err)
}

func conditionalUpdate(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	was := NewDraft(w.Account, 2, "第一个标题")
	Must(t, s, func(tx *store.Tx) error { return tx.InsertDraft(was) })

	now := NewDraft(w.Account, 3, "第二个标题")
	now.ID, now.CreatedAt, now.CreatedBy, now.Version = was.ID, was.CreatedAt, was.CreatedBy, 2
	now.State, now.Step, now.Tier, now.TierFloor, now.DeclaredTier = "awaiting_account_lead", 1, models.TierMajor, models.TierImportant, models.TierMajor
	now.TierReasons = append(now.TierReasons, models.TierReason{Tier: models.TierMajor, Why: "突发事件"})
	now.Urgent, now.Consult, now.Kind, now.Format, now.Revision = true, []string{"应急管理局"}, models.KindReprint, models.FormatHTML, 2
	now.Outcome, now.Edition, now.Profile, now.Route = models.OutcomeWarned, "e2", "ankang@2", now.Route[:1]
	now.LastEditor, now.ReleaseID, now.ChainN, now.ChainHead = "editor", NewID(), 7, "ab"
	now.DueAt, now.SubmittedAt, now.UpdatedAt = time.Time{}, At(8), At(9)
	Must(t, s, func(tx *store.Tx) error { return tx.UpdateDraft(was, now) })
	same(t, now, read[models.Draft](t)(s.Draft(ctx, was.ID)))

	for name, change := range map[string]func(*models.Draft){
		"version": func(d *models.Draft) { d.Version-- },
		"state":   func(d *models.Draft) { d.State = models.StateDraft },
		"digest":  func(d *models.Draft) { d.Digest = was.Digest },
		"id":      func(d *models.Draft) { d.ID = NewID() },
	} {
		stale := now
		change(&stale)
		err := update(s, func(tx *store.Tx) error { return tx.UpdateDraft(stale, was) })
		if models.CodeOf(err) != models.CodeConflict {
			t.Errorf("an update with another %s: %v", name, err)
		}
	}
	same(t, now, read[models.Draft](t)(s.Draft(ctx, was.ID)))

	// The title's terms follow it.
	find := func(text string) int {
		return len(read[[]models.Draft](t)(s.Drafts(ctx, store.DraftFilter{Accounts: []string{w.Account.ID}, Text: text})))
	}
	same(t, []int{0, 1, 0, 1}, []int{find("第一"), find("第二"), find("2"), find("3")})
}

func list(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	accounts := []models.Account{w.Account, NewAccount(w.Unit.ID, "甲"), NewAccount(w.Unit.ID, "乙")}
	states := []models.State{models.StateDraft, models.StateLocked, models.StateReleased, models.StateRejected}
	var all []models.Draft
	Must(t, s, func(tx *store.Tx) error {
		for i := range 30 {
			d := NewDraft(accounts[i%3], i, fmt.Sprint("稿件", i))
			d.State = states[i/3%len(states)]
			if d.State == models.StateRejected {
				d.Outcome = [...]models.Outcome{models.OutcomeClean, models.OutcomeLocked}[i%2]
			}
			if i > 20 {
				d.CreatedBy = "author"
			}
			all = append([]models.Draft{d}, all...)
			if err := tx.InsertDraft(d); err != nil {
				return err
			}
		}
		return nil
	})
	accounts1 := []string{accounts[1].ID}
	for name, f := range map[string]store.DraftFilter{
		"of two accounts":       {Accounts: []string{accounts[0].ID, accounts[1].ID}},
		"of two states":         {Accounts: []string{accounts[0].ID, accounts[2].ID, accounts[2].ID}, States: []models.State{models.StateDraft, models.StateReleased}},
		"sealed ones too":       {Accounts: []string{accounts[0].ID, accounts[1].ID}, Sealed: accounts1},
		"sealed ones by state":  {Accounts: []string{accounts[0].ID, accounts[1].ID}, Sealed: accounts1, States: []models.State{models.StateLocked, models.StateRejected}},
		"sealed ones not named": {Accounts: []string{accounts[0].ID}, States: []models.State{models.StateLocked, models.StateRejected}},
		"one's own sealed ones": {Accounts: []string{accounts[0].ID, accounts[1].ID}, SealedOf: "author"},
		"of no account":         {},
	} {
		var want, got []string
		for _, d := range all {
			sealed := d.State == models.StateLocked || d.State == models.StateRejected && d.Outcome == models.OutcomeLocked
			if slices.Contains(f.Accounts, d.AccountID) && (!sealed || slices.Contains(f.Sealed, d.AccountID) || d.CreatedBy == f.SealedOf) &&
				(len(f.States) == 0 || slices.Contains(f.States, d.State)) {
				want = append(want, d.ID)
			}
		}
		for f.Limit = 4; ; {
			page := read[[]models.Draft](t)(s.Drafts(ctx, f))
			for _, d := range page {
				got, f.Before = append(got, d.ID), d.ID
			}
			if len(page) < f.Limit {
				break
			}
		}
		if !slices.Equal(want, got) {
			t.Errorf("%s: got %d drafts %v, want %d", name, len(got), got, len(want))
		}
	}
}

func inbox(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	other := NewAccount(w.Unit.ID, "其他")
	places := []store.Place{{AccountID: w.Account.ID, State: models.StateAwaitingEditor}, {AccountID: other.ID, State: "awaiting_deputy_lead"},
		{AccountID: other.ID, State: "awaiting_nobody"}, {AccountID: w.Account.ID, State: models.StateAwaitingEditor}}
	var want []string
	Must(t, s, func(tx *store.Tx) error {
		for i := range 20 {
			d := NewDraft(w.Account, i, "待办")
			d.Writers = []string{"someone", "author"}
			d.DueAt = At(i / 4) // several are due at once
			if i >= 16 {
				d.DueAt = time.Time{}
			}
			if i%2 == 1 {
				d.AccountID, d.State = other.ID, "awaiting_deputy_lead"
			}
			hidden := NewDraft(w.Account, 100+i, "别处")
			hidden.State = "awaiting_principal_lead"
			want = append(want, d.ID)
			if err := tx.InsertDraft(d); err != nil {
				return err
			}
			if err := tx.InsertDraft(hidden); err != nil {
				return err
			}
		}
		return nil
	})
	var got []string
	for after := (store.WaitingCursor{}); ; {
		page := read[[]models.Draft](t)(s.Waiting(ctx, places, after, 3))
		for _, d := range page {
			got, after = append(got, d.ID), store.WaitingCursor{DueAt: d.DueAt, ID: d.ID}
		}
		if len(page) < 3 {
			break
		}
	}
	same(t, want, got)
	same(t, map[store.Place]int{places[0]: 10, places[1]: 10}, read[map[store.Place]int](t)(s.CountWaiting(ctx, places)))

	own := store.Place{AccountID: w.Account.ID, State: models.StateAwaitingEditor, Writer: "author"} // who wrote them all
	same(t, 0, len(read[[]models.Draft](t)(s.Waiting(ctx, []store.Place{own}, store.WaitingCursor{}, 20))))
	same(t, 0, len(read[map[store.Place]int](t)(s.CountWaiting(ctx, []store.Place{own}))))
	own.Writer = "autho"
	same(t, map[store.Place]int{places[0]: 10}, read[map[store.Place]int](t)(s.CountWaiting(ctx, []store.Place{own})))

	// More places than one query holds.
	many := places
	for i := range 250 {
		many = append(many, store.Place{AccountID: NewID(), State: models.State(fmt.Sprint("awaiting_", i))})
	}
	slices.Reverse(many)
	page := read[[]models.Draft](t)(s.Waiting(ctx, many, store.WaitingCursor{}, 20))
	same(t, want, ids(page))
	same(t, 2, len(read[map[store.Place]int](t)(s.CountWaiting(ctx, many))))
	same(t, 0, len(read[[]models.Draft](t)(s.Waiting(ctx, nil, store.WaitingCursor{}, 20))))
	same(t, 0, len(read[map[store.Place]int](t)(s.CountWaiting(ctx, nil))))
}

func ids(list []models.Draft) []string {
	names := []string{}
	for _, d := range list {
		names = append(names, d.ID)
	}
	return names
}

func search(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	other := NewAccount(w.Unit.ID, "别的账号")
	titles := []string{"关于中秋节放假的通知", "安康市招聘公告", "ＡＢＣ型 abc 办法", "通告：知会各单位", "停水通知"}
	var made []string
	Must(t, s, func(tx *store.Tx) error {
		for i, title := range titles {
			d := NewDraft(w.Account, 11*(i+1), title)
			made = append(made, d.ID)
			if err := tx.InsertDraft(d); err != nil {
				return err
			}
		}
		hidden := NewDraft(w.Account, 90, "涉密通知")
		hidden.State = models.StateLocked
		foreign := NewDraft(other, 91, "外单位通知")
		if err := tx.InsertDraft(hidden); err != nil {
			return err
		}
		return tx.InsertDraft(foreign)
	})
	for text, want := range map[string][]int{
		"通知": {4, 0}, "放假": {0}, "中秋节放假": {0}, "假放": nil, "公告": {1}, "告": {3, 1}, "abc": {2}, "Ａｂc": {2}, "B": {2}, "知": {4, 3, 0},
		"通告：知会": {3}, "通告知会": nil, "2026-00022": {1}, "00022": {1}, "22": {1}, "2": nil, "：": nil, "％": nil, "'": nil, "涉密": nil, " 停水 ": {4},
	} {
		wanted := []string{}
		for _, i := range want {
			wanted = append(wanted, made[i])
		}
		got := ids(read[[]models.Draft](t)(s.Drafts(ctx, store.DraftFilter{Accounts: []string{w.Account.ID}, Text: text})))
		if !slices.Equal(wanted, got) {
			t.Errorf("%q finds %d, want %v", text, len(got), want)
		}
	}
	// Pages, states, several accounts.
	f := store.DraftFilter{Accounts: []string{w.Account.ID, other.ID}, Text: "通知", Limit: 2}
	first := read[[]models.Draft](t)(s.Drafts(ctx, f))
	f.Before = first[1].ID
	second := read[[]models.Draft](t)(s.Drafts(ctx, f))
	same(t, []string{made[4], made[0]}, append(ids(first), ids(second)...)[1:])
	f.Before, f.States = "", []models.State{models.StateReleased}
	same(t, 0, len(read[[]models.Draft](t)(s.Drafts(ctx, f))))
	f.States, f.Sealed = nil, []string{w.Account.ID}
	f.Limit = 0
	same(t, 4, len(read[[]models.Draft](t)(s.Drafts(ctx, f))))
}

func revisions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	d := NewDraft(w.Account, 4, "标题")
	first := NewRevision(d, "正文")
	second := NewRevision(d, "<p>改后</p>")
	at := At(500)
	second.N = 2
	second.Content.NotBefore = &at
	second.Content.Source = &models.Source{Unit: "新华社", URL: "https://example.org/?a=1&b=<2>", OriginalTitle: "原题"}
	second.Content.Media = []models.Media{{Name: "图.jpg", SHA256: strings.Repeat("a", 64), Size: 12}}
	second.Digest = second.Content.Digest()
	Must(t, s, func(tx *store.Tx) error { return tx.InsertRevision(first) })
	Must(t, s, func(tx *store.Tx) error { return tx.InsertRevision(second) })
	same(t, []models.Revision{first, second}, read[[]models.Revision](t)(s.Revisions(ctx, d.ID)))
	got := read[models.Revision](t)(s.Revision(ctx, d.ID, 2))
	same(t, second, got)
	same(t, second.Digest, got.Content.Digest())
	_, err := s.Revision(ctx, d.ID, 3)
	code(t, models.CodeNotFound, err)
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertRevision(first) }))

	_, err = s.LastReport(ctx, d.ID)
	code(t, models.CodeNotFound, err)
	report := models.StoredReport{ID: NewID(), DraftID: d.ID, Revision: 1, Digest: d.Digest, CreatedAt: At(1),
		Report: models.Report{Outcome: models.OutcomeBlocked, Tier: models.TierMajor, Edition: "e", Engine: "1", ElapsedUS: 412,
			Hits: []models.Hit{{ID: "h1", Category: "pii.mobile", Severity: models.SeverityBlock, Start: 1, End: 12, Text: "13900001234"}}}}
	later := report
	later.ID, later.CreatedAt, later.Report.Hits = "0"+report.ID[1:35], At(2), []models.Hit{}
	Must(t, s, func(tx *store.Tx) error { return tx.InsertReport(later) })
	Must(t, s, func(tx *store.Tx) error { return tx.InsertReport(report) })
	same(t, later, read[models.StoredReport](t)(s.LastReport(ctx, d.ID)))
}

func unicodeAndLength(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	smile, grin := models.User{ID: NewID(), SignIn: "😀", UnitID: w.Unit.ID}, models.User{ID: NewID(), SignIn: "😁", UnitID: w.Unit.ID}
	lower, upper := models.User{ID: NewID(), SignIn: "straße"}, models.User{ID: NewID(), SignIn: "STRASSE"}
	Must(t, s, func(tx *store.Tx) error {
		for _, u := range []models.User{smile, grin, lower, upper} {
			if err := tx.InsertUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, smile, read[models.User](t)(s.UserBySignIn(ctx, "😀")))
	same(t, upper, read[models.User](t)(s.UserBySignIn(ctx, "STRASSE")))

	d := NewDraft(w.Account, 5, "标题😀𠮷\\'\"`;--\x00%_?")
	long := NewRevision(d, strings.Repeat("政务😀公开\\'\n", 50_000)) // 1.2 MB
	event := models.AuditEvent{Chain: d.ID, N: 1, At: At(0), Actor: "author", Kind: "submitted",
		Data: json.RawMessage(`{"text":"` + strings.Repeat("𠮷", 250_000) + `"}`)}
	event.Hash = event.HashOf()
	Must(t, s, func(tx *store.Tx) error {
		if err := tx.InsertDraft(d); err != nil {
			return err
		}
		if err := tx.InsertRevision(long); err != nil {
			return err
		}
		return tx.InsertEvents([]models.AuditEvent{event})
	})
	same(t, d.Title, read[models.Draft](t)(s.Draft(ctx, d.ID)).Title)
	if got := read[models.Revision](t)(s.Revision(ctx, d.ID, 1)); got.Content.Body != long.Content.Body || got.Content.Digest() != long.Digest {
		t.Error("the long body came back changed")
	}
	if got := read[[]models.AuditEvent](t)(s.Events(ctx, d.ID, 0, 1)); len(got) != 1 || got[0].HashOf() != event.Hash {
		t.Error("the event came back changed")
	}
}

func oddIDs(t *testing.T, s *store.Store) {
	for _, id := range []string{"", "😀", "'", strings.Repeat("x", 300), "a\x00b", "％"} {
		_, err := s.Draft(t.Context(), id)
		code(t, models.CodeNotFound, err)
		_, err = s.Identity(t.Context(), id)
		code(t, models.CodeNotFound, err)
		list, err := s.Drafts(t.Context(), store.DraftFilter{Accounts: []string{id}})
		if len(list) > 0 || err != nil && models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("drafts of account %q: %v %v", id, list, err)
		}
	}
}
