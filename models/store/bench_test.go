package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
)

// BenchmarkWriters has 32 writers that each write the rows of a decision: in
// the group commit of Update, and in one plain transaction each on connections
// of their own. An operation is one writer's transaction.
func BenchmarkWriters(b *testing.B) {
	const writers = 32
	for _, mode := range []string{"group", "plain"} {
		b.Run(mode, func(b *testing.B) {
			dsn := storetest.SQLite(b)
			s := storetest.Open(b, dsn)
			w := storetest.NewWorld(b, s)
			drafts := make([]models.Draft, writers)
			storetest.Must(b, s, func(tx *store.Tx) error {
				for i := range drafts {
					drafts[i] = storetest.NewDraft(w.Account, i, fmt.Sprint("稿件", i))
					if err := tx.InsertDraft(drafts[i]); err != nil {
						return err
					}
				}
				return nil
			})
			pool, err := sql.Open("sqlite", dsn[len("sqlite://"):]+"?_txlock=immediate&_pragma=busy_timeout(30000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = pool.Close() })
			pool.SetMaxIdleConns(writers)
			write := func(i, round int) error {
				d := drafts[i]
				now := d
				now.State = models.State(fmt.Sprint("awaiting_", round%2))
				decision := storetest.NewDecision(d, "editor")
				decision.Round = round
				event := storetest.NewEvents(d.ID, models.AuditEvent{N: int64(round)}, 1)
				if mode == "plain" {
					err = plainDecision(pool, d, now, decision, event[0])
				} else {
					err = s.Update(b.Context(), func(tx *store.Tx) error {
						if err := tx.UpdateDraft(d, now); err != nil {
							return err
						}
						if err := tx.InsertDecision(decision); err != nil {
							return err
						}
						return tx.InsertEvents(event)
					})
				}
				now.Version++
				drafts[i] = now
				return err
			}
			took := make([][]time.Duration, writers)
			b.ResetTimer()
			var group sync.WaitGroup
			for i := range writers {
				group.Go(func() {
					for round := i; round < b.N; round += writers {
						began := time.Now()
						if err := write(i, round); err != nil {
							b.Error(err)
							return
						}
						took[i] = append(took[i], time.Since(began))
					}
				})
			}
			group.Wait()
			all := slices.Concat(took...)
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
		})
	}
}

// plainDecision writes the rows with database/sql alone.
func plainDecision(pool *sql.DB, was, now models.Draft, d models.Decision, e models.AuditEvent) error {
	tx, err := pool.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec("UPDATE drafts SET version=version+1, state=?, step=?, tier=?, chain_n=?, chain_head=?, updated_at=? WHERE id=? AND version=? AND state=? AND digest=?",
		now.State, now.Step, now.Tier, now.ChainN, now.ChainHead, now.UpdatedAt.UnixMilli(), was.ID, was.Version, was.State, was.Digest); err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO decisions (id,draft_id,revision,round,step,role,action,signs,person_id,on_behalf_of,digest,comment,tier,at,voided_at,approval) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,1)",
		d.ID, d.DraftID, d.Revision, d.Round, d.Step, d.Role, d.Action, d.Signs, d.PersonID, d.OnBehalfOf, d.Digest, d.Comment, d.Tier, d.At.UnixMilli()); err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO audit_events (chain,n,prev_hash,at,actor,kind,data,hash) VALUES (?,?,?,?,?,?,?,?)",
		e.Chain, e.N, e.PrevHash, e.At.UnixMilli(), e.Actor, e.Kind, string(e.Data), e.Hash); err != nil {
		return err
	}
	return tx.Commit()
}

// BenchmarkUpdate is one writer alone, on both databases: the price of a
// transaction without a crowd to share it.
func BenchmarkUpdate(b *testing.B) {
	for name, dsnOf := range storetest.Databases() {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, dsnOf(b))
			w := storetest.NewWorld(b, s)
			b.ResetTimer()
			for i := range b.N {
				d := storetest.NewDraft(w.Account, i, "关于召开全市政务新媒体工作会议的通知")
				storetest.Must(b, s, func(tx *store.Tx) error {
					if err := tx.InsertDraft(d); err != nil {
						return err
					}
					if err := tx.InsertRevision(storetest.NewRevision(d, d.Title)); err != nil {
						return err
					}
					return tx.InsertEvents(storetest.NewEvents(d.ID, models.AuditEvent{}, 2))
				})
			}
		})
	}
}
