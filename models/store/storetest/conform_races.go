package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// together runs f n times at once.
func together(n int, f func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { f(i) })
	}
	group.Wait()
}

func rollback(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	d := NewDraft(w.Account, 1, "不留痕迹")
	var before int64
	Must(t, s, func(tx *store.Tx) (err error) { before, err = tx.Count("rollback"); return err })
	// The others of its group are committed.
	results := make([]error, 16)
	together(16, func(i int) {
		results[i] = update(s, func(tx *store.Tx) error {
			if i%4 != 0 {
				_, err := tx.Count(fmt.Sprint("rollback", i))
				return err
			}
			_, err := tx.Count("rollback")
			write := errors.Join(err, tx.InsertRevision(NewRevision(d, "正文")), tx.InsertEvents(NewEvents(d.ID, models.AuditEvent{}, 3)), tx.InsertDraft(d))
			return errors.Join(write, errOnPurpose)
		})
	})
	for i, err := range results {
		if (i%4 == 0) != errors.Is(err, errOnPurpose) {
			t.Errorf("caller %d: %v", i, err)
		}
	}
	_, err := s.Draft(ctx, d.ID)
	code(t, models.CodeNotFound, err)
	same(t, 0, len(read[[]models.AuditEvent](t)(s.Events(ctx, d.ID, 0, 10))))
	same(t, 0, len(read[[]models.Revision](t)(s.Revisions(ctx, d.ID))))
	same(t, 0, len(read[[]models.Draft](t)(s.Drafts(ctx, store.DraftFilter{Accounts: []string{w.Account.ID}, Text: "痕迹"}))))
	Must(t, s, func(tx *store.Tx) error {
		n, err := tx.Count("rollback")
		same(t, before+1, n)
		return err
	})
}

func panics(t *testing.T, s *store.Store) {
	name := "panic" + NewID()
	together(8, func(i int) {
		defer func() {
			if got := recover(); (i == 0) != (got == "boom") {
				t.Errorf("caller %d: recovered %v", i, got)
			}
		}()
		err := update(s, func(tx *store.Tx) error {
			if _, err := tx.Count(name); err != nil {
				return err
			}
			if i == 0 {
				panic("boom")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	Must(t, s, func(tx *store.Tx) error {
		n, err := tx.Count(name)
		same(t, int64(8), n)
		return err
	})
}

func cancelled(t *testing.T, s *store.Store) {
	name := "cancel" + NewID()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Update(gone, func(tx *store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that is gone: %v", err)
	}
	// One caller holds its turn; those behind it leave or stay; one goes in the middle.
	holding, release := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		err := update(s, func(tx *store.Tx) error {
			if _, err := tx.Count(name); err != nil {
				return err
			}
			close(holding)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holding
	waiting, leave := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer leave()
	err := s.Update(waiting, func(tx *store.Tx) error { _, err := tx.Count(name); return err })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a caller whose time ran out in the queue: %v", err)
	}
	close(release)
	group.Wait()
	middle, stop := context.WithCancel(t.Context())
	err = s.Update(middle, func(tx *store.Tx) error {
		if _, err := tx.Count(name); err != nil {
			return err
		}
		stop()
		_, err := tx.Count(name)
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that went in the middle: %v", err)
	}
	Must(t, s, func(tx *store.Tx) error {
		n, err := tx.Count(name)
		same(t, int64(2), n)
		return err
	})
}

func races(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	d := NewDraft(w.Account, 1, "竞争")
	Must(t, s, func(tx *store.Tx) error { return tx.InsertDraft(d) })
	for round := range 200 {
		var results [2]error
		together(2, func(i int) {
			results[i] = update(s, func(tx *store.Tx) error {
				now := d
				now.State = models.State(fmt.Sprintf("awaiting_%d_%d", round, i))
				decision := NewDecision(d, fmt.Sprint("person", i))
				decision.Round = round
				events := NewEvents(d.ID, models.AuditEvent{N: int64(round)}, 1)
				if err := tx.UpdateDraft(d, now); err != nil {
					return err
				}
				return errors.Join(tx.InsertDecision(decision), tx.InsertEvents(events))
			})
		})
		if (results[0] == nil) == (results[1] == nil) || models.CodeOf(errors.Join(results[:]...)) != models.CodeConflict {
			t.Fatalf("round %d: %v", round, results)
		}
		d = read[models.Draft](t)(s.Draft(t.Context(), d.ID))
	}
	same(t, 200, len(read[[]models.Decision](t)(s.Decisions(t.Context(), d.ID))))
	same(t, int64(201), d.Version)
}

func counters(t *testing.T, s *store.Store) {
	name := "counter" + NewID()
	const writers, each = 8, 25
	var seen [writers*each + 1]atomic.Int32
	together(writers, func(i int) {
		for k := range each {
			var value int64
			err := update(s, func(tx *store.Tx) error {
				if k%5 == 4 { // a transaction that fails gives its number back
					if _, err := tx.Count(name); err != nil {
						return err
					}
					return errOnPurpose
				}
				return nil
			})
			if err != nil && !errors.Is(err, errOnPurpose) {
				t.Error(err)
			}
			if err := update(s, func(tx *store.Tx) (err error) { value, err = tx.Count(name); return err }); err != nil {
				t.Error(err)
				continue
			}
			if value < 1 || value > writers*each {
				t.Errorf("value %d", value)
				continue
			}
			seen[value].Add(1)
		}
	})
	for value := 1; value <= writers*each; value++ {
		if n := seen[value].Load(); n != 1 {
			t.Errorf("value %d was given %d times", value, n)
		}
	}
	// Two in one transaction, and a name of its own.
	Must(t, s, func(tx *store.Tx) error {
		a, err1 := tx.Count(name)
		b, err2 := tx.Count(name)
		c, err3 := tx.Count(name + "2")
		same(t, []int64{writers*each + 1, writers*each + 2, 1}, []int64{a, b, c})
		return errors.Join(err1, err2, err3)
	})
}

// feedOrder has eight writers release while a reader follows: what it reads is
// every release once, in the order of positions, without a gap.
func feedOrder(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	start := read[int64](t)(s.FeedHead(t.Context()))
	const writers, each = 8, 25
	done := make(chan struct{})
	go func() {
		defer close(done)
		together(writers, func(int) {
			for range each {
				err := update(s, func(tx *store.Tx) error {
					d := NewDraft(w.Account, 1, "跟随")
					serial, err := tx.Count("serial")
					if err != nil {
						return err
					}
					r := NewRelease(d, serial+100_000)
					if err := tx.InsertRelease(r); err != nil {
						return err
					}
					position, err := tx.Count("feed")
					if err != nil {
						return err
					}
					return tx.InsertFeedEntry(models.FeedEntry{Position: position, Op: models.FeedRelease, ReleaseID: r.ID, AccountID: r.AccountID, At: At(0)})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}()
	after, finished := start, false
	for {
		page, err := s.Feed(t.Context(), []string{w.Account.ID}, after, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			if e.Position != after+1 {
				t.Fatalf("after %d came %d", after, e.Position)
			}
			after = e.Position
		}
		if finished && len(page) == 0 {
			break
		}
		select {
		case <-done:
			finished = true
		default:
		}
	}
	same(t, start+writers*each, after)
}

// closing closes a store while callers run and wait: each gets an answer, and
// what was answered with success is there.
func closing(t *testing.T, open func() *store.Store) {
	s, other := open(), open()
	name := "close" + NewID()
	var succeeded atomic.Int64
	var group sync.WaitGroup
	running := make(chan struct{}, 100)
	for range 16 {
		group.Go(func() {
			for {
				err := update(s, func(tx *store.Tx) error {
					select {
					case running <- struct{}{}:
					default:
					}
					_, err := tx.Count(name)
					return err
				})
				if err != nil {
					return
				}
				succeeded.Add(1)
			}
		})
	}
	<-running
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	Must(t, other, func(tx *store.Tx) error {
		n, err := tx.Count(name)
		same(t, succeeded.Load()+1, n)
		return err
	})
}
