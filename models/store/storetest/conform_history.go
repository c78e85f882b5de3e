package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"shenfa/models"
	"shenfa/models/store"
)

func decisions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	d := NewDraft(w.Account, 1, "决定")
	first := NewDecision(d, "editor")
	second := NewDecision(d, "other")
	second.OnBehalfOf, second.Signs, second.At = "leader", true, At(3)
	returned := NewDecision(d, "editor")
	returned.Action, returned.At = models.ActionReturn, At(4)
	again := NewDecision(d, "editor")
	again.At = At(5)
	Must(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.InsertDecision(second), tx.InsertDecision(first), tx.InsertDecision(returned))
	})
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertDecision(again) }))
	same(t, []models.Decision{first, second, returned}, read[[]models.Decision](t)(s.Decisions(ctx, d.ID)))

	// Sign-offs can be voided alone.
	Must(t, s, func(tx *store.Tx) error { return tx.VoidSignOffs(d.ID, At(9)) })
	second.VoidedAt = At(9)
	same(t, []models.Decision{first, second, returned}, read[[]models.Decision](t)(s.Decisions(ctx, d.ID)))

	// Once voided, the person may approve again; what was voided keeps its time.
	Must(t, s, func(tx *store.Tx) error { return tx.VoidDecisions(d.ID, At(10)) })
	Must(t, s, func(tx *store.Tx) error { return tx.InsertDecision(again) })
	Must(t, s, func(tx *store.Tx) error { return tx.VoidDecisions(d.ID, At(11)) })
	first.VoidedAt, returned.VoidedAt, again.VoidedAt = At(10), At(10), At(11)
	same(t, []models.Decision{first, second, returned, again}, read[[]models.Decision](t)(s.Decisions(ctx, d.ID)))
}

func dispositions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	a := models.Disposition{ID: NewID(), DraftID: NewID(), Digest: "d", HitID: "h1", Category: "pii.mobile", Kind: models.DispositionFalsePositive,
		Reason: "办公电话", By: "author", At: At(0)}
	b := a
	b.ID, b.HitID, b.Kind, b.BasisKind, b.Document, b.Fields, b.At = NewID(), "h2", models.DispositionExempt, models.BasisStatutory, "某发〔2026〕1号", []string{"姓名", "金额"}, At(1)
	Must(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.InsertDispositions([]models.Disposition{a, b}), tx.InsertDispositions(nil))
	})
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.ConfirmDispositions([]string{a.ID, NewID()}, "editor", At(2)) }))
	same(t, []models.Disposition{a, b}, read[[]models.Disposition](t)(s.Dispositions(ctx, a.DraftID)))
	Must(t, s, func(tx *store.Tx) error { return tx.ConfirmDispositions([]string{a.ID, b.ID, a.ID}, "editor", At(2)) })
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.ConfirmDispositions([]string{a.ID}, "other", At(3)) }))
	Must(t, s, func(tx *store.Tx) error { return tx.ConfirmDispositions(nil, "editor", At(2)) })
	a.ConfirmedBy, a.ConfirmedAt, b.ConfirmedBy, b.ConfirmedAt = "editor", At(2), "editor", At(2)
	same(t, []models.Disposition{a, b}, read[[]models.Disposition](t)(s.Dispositions(ctx, a.DraftID)))
}

func events(t *testing.T, s *store.Store) {
	ctx := t.Context()
	chain := NewID()
	want := NewEvents(chain, models.AuditEvent{}, 120)
	Must(t, s, func(tx *store.Tx) error { return errors.Join(tx.InsertEvents(want), tx.InsertEvents(nil)) })
	var got []models.AuditEvent
	for {
		page := read[[]models.AuditEvent](t)(s.Events(ctx, chain, int64(len(got)), 50))
		got = append(got, page...)
		if len(page) < 50 {
			break
		}
	}
	same(t, want, got)
	for _, e := range got {
		if e.Hash != e.HashOf() {
			t.Fatalf("event %d no longer has its hash", e.N)
		}
	}
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertEvents(want[119:]) }))
}

func chainHeads(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	d := NewDraft(w.Account, 1, "链")
	Must(t, s, func(tx *store.Tx) error { return tx.InsertDraft(d) })
	var start int64
	for _, chain := range []string{store.SystemChain, d.ID} {
		// Eight writers read the head, link to it and move it: no link is lost.
		const writers, links = 8, 10
		Must(t, s, func(tx *store.Tx) (err error) { start, _, err = tx.ChainHead(chain); return err })
		together(writers, func(int) {
			for range links {
				err := update(s, func(tx *store.Tx) error {
					n, hash, err := tx.ChainHead(chain)
					if err != nil {
						return err
					}
					if n > start && hash != fmt.Sprint(n) {
						return fmt.Errorf("link %d has the hash %q", n, hash)
					}
					return tx.SetChainHead(chain, n, n+1, fmt.Sprint(n+1))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		Must(t, s, func(tx *store.Tx) error {
			n, hash, err := tx.ChainHead(chain)
			if n != start+writers*links || hash != fmt.Sprint(n) {
				t.Errorf("%s stands at %d, want %d", chain, n, start+writers*links)
			}
			if err == nil {
				err = tx.SetChainHead(chain, n, n+1, "")
			}
			return err
		})
		code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.SetChainHead(chain, start, start+1, "fork") }))
	}
	code(t, models.CodeNotFound, update(s, func(tx *store.Tx) error { _, _, err := tx.ChainHead(NewID()); return err }))
	// Who read the draft before its chain moved does not move it back.
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.UpdateDraft(d, d) }))
}

func chains(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var all []store.Chain
	for after := ""; ; {
		page := read[[]store.Chain](t)(s.Chains(ctx, after, 7))
		for _, c := range page {
			all, after = append(all, c), c.ID
		}
		if len(page) < 7 {
			break
		}
	}
	var n int
	if err := s.DB().QueryRowContext(ctx, "SELECT COUNT(*) FROM drafts").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if len(all) != n+1 || all[n].ID != store.SystemChain || !slices.IsSortedFunc(all, func(a, b store.Chain) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	}) {
		t.Errorf("%d chains for %d drafts, the last is %v", len(all), n, all[len(all)-1])
	}
}

func releases(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	other := NewAccount(w.Unit.ID, "另一个")
	head := read[int64](t)(s.FeedHead(ctx))
	var made []models.Release
	var feed []models.FeedEntry
	Must(t, s, func(tx *store.Tx) error {
		for i := range 7 {
			d := NewDraft(w.Account, i, "签发")
			if i%2 == 1 {
				d.AccountID = other.ID
			}
			serial, err := tx.Count("serial")
			if err != nil {
				return err
			}
			position, err := tx.Count("feed")
			if err != nil {
				return err
			}
			r := NewRelease(d, serial)
			e := models.FeedEntry{Position: position, Op: models.FeedRelease, ReleaseID: r.ID, AccountID: r.AccountID, Reason: "", At: At(i)}
			if err := errors.Join(tx.InsertRelease(r), tx.InsertFeedEntry(e)); err != nil {
				return err
			}
			e.Document = r.Document
			made, feed = append(made, r), append(feed, e)
		}
		position, err := tx.Count("feed")
		if err != nil {
			return err
		}
		e := models.FeedEntry{Position: position, Op: models.FeedWithdraw, ReleaseID: made[0].ID, AccountID: made[0].AccountID, Reason: "内容有误", At: At(9)}
		err = tx.InsertFeedEntry(e)
		e.Document = made[0].Document
		feed = append(feed, e)
		return err
	})
	same(t, head+8, read[int64](t)(s.FeedHead(ctx)))
	same(t, made[3], read[models.Release](t)(s.Release(ctx, made[3].ID)))
	_, err := s.Release(ctx, NewID())
	code(t, models.CodeNotFound, err)
	same(t, made[3:5], read[[]models.Release](t)(s.Releases(ctx, made[2].ID, 2)))

	var mine []models.FeedEntry
	for _, e := range feed {
		if e.AccountID == other.ID {
			mine = append(mine, e)
		}
	}
	for name, tt := range map[string]struct {
		accounts []string
		want     []models.FeedEntry
	}{
		"all":         {nil, feed},
		"two":         {[]string{other.ID, w.Account.ID, other.ID}, feed},
		"one account": {[]string{other.ID}, mine},
		"none":        {[]string{}, nil},
	} {
		var got []models.FeedEntry
		for after := head; ; {
			page := read[[]models.FeedEntry](t)(s.Feed(ctx, tt.accounts, after, 2))
			for _, e := range page {
				got, after = append(got, e), e.Position
			}
			if len(page) < 2 {
				break
			}
		}
		t.Run(name, func(t *testing.T) { same(t, tt.want, got) })
	}

	twice := made[0]
	twice.ID = NewID() // no two releases have one serial
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertRelease(twice) }))

	received := models.Receipt{ReleaseID: made[0].ID, Channel: "wechat", State: models.ReceiptReceived, At: At(1), ReceivedAt: At(2), By: "i"}
	published := received
	published.State, published.URL, published.PlatformID, published.Digest, published.ReceivedAt = models.ReceiptPublished, "https://mp.example/1", "1", made[0].Digest, At(3)
	failed := received
	failed.Channel, failed.State, failed.Error = "微博", models.ReceiptFailed, "频率限制"
	for _, r := range []models.Receipt{received, failed, published, published} {
		Must(t, s, func(tx *store.Tx) error { return tx.PutReceipt(r) })
	}
	same(t, []models.Receipt{published, failed}, read[[]models.Receipt](t)(s.Receipts(ctx, made[0].ID)))
}

func once(t *testing.T, s *store.Store) {
	row := store.OnceRow{Actor: NewID(), Key: "键-1", Request: "sha", Resource: NewID(), At: At(0)}
	_, err := s.Once(t.Context(), row.Actor, row.Key)
	code(t, models.CodeNotFound, err)
	Must(t, s, func(tx *store.Tx) error { return tx.InsertOnce(row) })
	same(t, row, read[store.OnceRow](t)(s.Once(t.Context(), row.Actor, row.Key)))
	err = update(s, func(tx *store.Tx) error { return tx.InsertOnce(row) })
	code(t, models.CodeConflict, err)
	if !errors.Is(err, store.ErrOnceTaken) {
		t.Errorf("%v is not ErrOnceTaken", err)
	}
	elsewhere := row
	elsewhere.Actor = NewID()
	Must(t, s, func(tx *store.Tx) error { return tx.InsertOnce(elsewhere) })

	// Of eight that use one key at the same time, one writes.
	row.Key = "键-2"
	results := make([]error, 8)
	together(8, func(i int) { results[i] = update(s, func(tx *store.Tx) error { return tx.InsertOnce(row) }) })
	taken := 0
	for _, err := range results {
		if errors.Is(err, store.ErrOnceTaken) {
			taken++
		} else if err != nil {
			t.Error(err)
		}
	}
	same(t, 7, taken)
}

func notices(t *testing.T, s *store.Store) {
	var ns []models.Notice
	for range 60 {
		ns = append(ns, models.Notice{ID: NewID(), Kind: "step_due", DraftID: NewID(), Payload: json.RawMessage(`{"a":1}`), At: At(0)})
	}
	Must(t, s, func(tx *store.Tx) error { return errors.Join(tx.InsertNotices(ns), tx.InsertNotices(nil)) })
	var n int
	if err := s.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM notices WHERE kind='step_due'").Scan(&n); err != nil || n != 60 {
		t.Errorf("%d notices: %v", n, err)
	}
}
