package store_test

import (
	"sync"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
)

// claims runs a claim by several replicas at once and counts those that got it.
func claims(t *testing.T, stores []*store.Store, claim func(tx *store.Tx) (bool, error)) int {
	t.Helper()
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		won     int
	)
	for _, s := range stores {
		for range 4 {
			running.Go(func() {
				mine := false
				err := s.Update(t.Context(), func(tx *store.Tx) (err error) {
					mine, err = claim(tx)
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				} else if mine {
					won++
				}
			})
		}
	}
	running.Wait()
	return won
}

func TestWhatIsClaimedIsClaimedByOneReplica(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		stores := []*store.Store{open(), open(), open()}
		s := stores[0]
		w := storetest.NewWorld(t, s)
		d := storetest.NewDraft(w.Account, 1, "通知")
		delivery := models.Delivery{ID: storetest.NewID(), WebhookID: "w", NoticeID: "n", DraftID: d.ID, Body: []byte("{}"), State: models.DeliveryPending, NextAt: storetest.At(1), CreatedAt: storetest.At(1)}
		storetest.Must(t, s, func(tx *store.Tx) error {
			if err := tx.InsertDraft(d); err != nil {
				return err
			}
			return tx.InsertDeliveries([]models.Delivery{delivery})
		})
		now, later := storetest.At(100), storetest.At(200)
		overdue := models.Overdue{Draft: d, State: d.State, DueAt: d.DueAt}
		moved := d
		moved.State = "awaiting_account_lead"
		for _, tt := range []struct {
			name  string
			claim func(tx *store.Tx) (bool, error)
			want  int
		}{
			{"a reminder of a draft that has moved on", func(tx *store.Tx) (bool, error) { return tx.ClaimReminder(moved, now, later) }, 0},
			{"a reminder", func(tx *store.Tx) (bool, error) { return tx.ClaimReminder(d, now, later) }, 1},
			{"the same reminder", func(tx *store.Tx) (bool, error) { return tx.ClaimReminder(d, now, later) }, 0},
			{"an escalation", func(tx *store.Tx) (bool, error) { return tx.ClaimEscalation(overdue, later) }, 1},
			{"a delivery", func(tx *store.Tx) (bool, error) { return tx.ClaimDelivery(delivery, later) }, 1},
			{"a first turn", func(tx *store.Tx) (bool, error) { return tx.ClaimTurn("clean", now, later) }, 1},
			{"a turn before its time", func(tx *store.Tx) (bool, error) { return tx.ClaimTurn("clean", storetest.At(150), later) }, 0},
			{"the next turn", func(tx *store.Tx) (bool, error) { return tx.ClaimTurn("clean", later, storetest.At(300)) }, 1},
		} {
			if got := claims(t, stores, tt.claim); got != tt.want {
				t.Errorf("%s was claimed %d times, not %d", tt.name, got, tt.want)
			}
		}
	})
}

func TestTryThatCountsAsLostWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		d := models.Delivery{ID: storetest.NewID(), WebhookID: "w", NoticeID: "n", Body: []byte("{}"), State: models.DeliveryPending, NextAt: storetest.At(1), CreatedAt: storetest.At(1)}
		storetest.Must(t, s, func(tx *store.Tx) error { return tx.InsertDeliveries([]models.Delivery{d}) })
		first := d
		for _, until := range []time.Time{storetest.At(2), storetest.At(3)} { // the second takes over
			storetest.Must(t, s, func(tx *store.Tx) error {
				if mine, err := tx.ClaimDelivery(d, until); err != nil || !mine {
					t.Error("not claimed", err)
				}
				return nil
			})
			d.Attempts, d.NextAt = d.Attempts+1, until
		}
		first.Attempts, first.State = 1, models.DeliveryFailed
		storetest.Must(t, s, func(tx *store.Tx) error { return tx.FinishDelivery(first) })
		log, err := s.Deliveries(t.Context(), "w", "", 10)
		if err != nil || len(log) != 1 || log[0].State != models.DeliveryPending || log[0].Attempts != 2 {
			t.Errorf("%+v, %v", log, err)
		}
		d.State, d.Status, d.NextAt, d.DoneAt = models.DeliveryDelivered, 204, time.Time{}, storetest.At(4)
		storetest.Must(t, s, func(tx *store.Tx) error { return tx.FinishDelivery(d) })
		if log, err = s.Deliveries(t.Context(), "w", "", 10); err != nil || log[0].State != models.DeliveryDelivered || !log[0].NextAt.IsZero() {
			t.Errorf("%+v, %v", log, err)
		}
		if due, err := s.DueDeliveries(t.Context(), storetest.At(100000), 10); err != nil || len(due) != 0 {
			t.Errorf("%+v, %v", due, err)
		}
	})
}

func TestNoBackgroundReadScansTheArchive(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		w := storetest.NewWorld(t, s)
		draft := archive(t, s, w, []string{w.Account.ID, storetest.NewID(), storetest.NewID()})
		storetest.Must(t, s, func(tx *store.Tx) error {
			var notices []models.Notice
			var deliveries []models.Delivery
			for i := range 1000 {
				notices = append(notices, models.Notice{ID: storetest.NewID(), Kind: "step", DraftID: draft.ID, Payload: []byte("{}"), At: storetest.At(i)})
				deliveries = append(deliveries, models.Delivery{ID: storetest.NewID(), WebhookID: "w", NoticeID: notices[i].ID, Body: []byte("{}"), State: models.DeliveryDelivered, DoneAt: storetest.At(i)})
			}
			if err := tx.InsertNotices(notices); err != nil {
				return err
			}
			if err := tx.Dispatch(notices[:990], storetest.At(1)); err != nil {
				return err
			}
			return tx.InsertDeliveries(deliveries)
		})
		if s.Dialect() == store.MySQL {
			for _, table := range []string{"notices", "deliveries", "drafts"} {
				rows(t, s, "ANALYZE TABLE "+table)
			}
		}
		type statement struct {
			query string
			args  []any
		}
		var sent []statement
		if err := s.Record(func(query string, args []any) { sent = append(sent, statement{query, args}) }); err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		for _, err := range []error{
			failure(s.Unreminded(ctx, storetest.At(40), 20)),
			failure(s.Unescalated(ctx, storetest.At(40), 20)),
			failure(s.Undispatched(ctx, 20)),
			failure(s.DueDeliveries(ctx, storetest.At(40), 20)),
			failure(s.Deliveries(ctx, "w", draft.ID, 20)),
			failure(s.Whereabouts(ctx, []string{draft.ID, "x"})),
			failure(s.Turn(ctx, "clean")),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		if len(sent) < 7 {
			t.Fatalf("only %d statements were seen", len(sent))
		}
		for _, st := range sent {
			for _, bad := range scans(t, s, st.query, st.args) {
				t.Errorf("%s\n  %s", bad, st.query)
			}
		}
	})
}
