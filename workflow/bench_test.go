package workflow_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store/storetest"
)

// clients is how many act at once in the benchmarks of writes.
const clients = 8

// eachDatabase runs a benchmark in a world on every database.
func eachDatabase(b *testing.B, bench func(b *testing.B, w *world)) {
	for _, name := range []string{"sqlite", "mariadb"} {
		b.Run(name, func(b *testing.B) {
			b.StopTimer()
			bench(b, newWorld(b, storetest.Open(b, storetest.Databases()[name](b))))
		})
	}
}

// concurrently runs act(0) to act(n-1) from all clients, and gives how many went through in a second.
func concurrently(b *testing.B, n int, act func(i int) error) float64 {
	b.Helper()
	var next atomic.Int64
	var wait sync.WaitGroup
	begin := time.Now()
	for range clients {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := act(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	return float64(n) / time.Since(begin).Seconds()
}

// chunk is how many acts of one kind run before the other kind has its turn:
// both then see the same noise of the machine.
const chunk = 200

// compare runs n acts and n bare transactions in turns and reports both rates
// and their ratio.
func compare(b *testing.B, act, bare func(i int) error) {
	n := max(b.N, 2*chunk)
	var ours, theirs time.Duration
	b.StartTimer()
	for from := 0; from < n; from += chunk {
		size := min(chunk, n-from)
		ours += time.Duration(float64(size) / concurrently(b, size, func(i int) error { return act(from + i) }) * 1e9)
		theirs += time.Duration(float64(size) / concurrently(b, size, func(i int) error { return bare(from + i) }) * 1e9)
	}
	b.StopTimer()
	b.ReportMetric(float64(n)/ours.Seconds(), "shenfa/s")
	b.ReportMetric(float64(n)/theirs.Seconds(), "bare/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

// BenchmarkSubmit compares submits, screening included, with bare transactions
// that write the same rows.
func BenchmarkSubmit(b *testing.B) {
	eachDatabase(b, func(b *testing.B, w *world) {
		ctx := context.Background()
		drafts := w.drafts(max(b.N, 2*chunk)*2, false)
		n := len(drafts) / 2
		bare := newBare(b, w, "audit_events", "notices", "reports")
		sample := w.must(w.Submit(ctx, w.people["author"], w.create(w.input(cleanBody)).ID))
		bare.learn(sample, 2)
		compare(b, func(i int) error {
			_, err := w.Submit(ctx, w.people["author"], drafts[i].ID)
			return err
		}, func(i int) error { return bare.write(drafts[n+i]) })
	})
}

// BenchmarkDecide compares approvals with bare transactions that write the same rows.
func BenchmarkDecide(b *testing.B) {
	eachDatabase(b, func(b *testing.B, w *world) {
		drafts := w.drafts(max(b.N, 2*chunk)*2, true)
		n := len(drafts) / 2
		bare := newBare(b, w, "audit_events", "notices", "decisions")
		bare.learn(w.approve("editor", w.submitted(w.input(cleanBody))), 3)
		compare(b, func(i int) error {
			_, err := w.decide("editor", drafts[i], models.ActionApprove)
			return err
		}, func(i int) error { return bare.write(drafts[n+i]) })
	})
}

// drafts makes n drafts, submitted or not.
func (w *world) drafts(n int, submitted bool) []models.Draft {
	drafts := make([]models.Draft, n)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range clients {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				d, err := w.CreateDraft(context.Background(), w.people["author"], w.input(cleanBody))
				if err == nil && submitted {
					d, err = w.Submit(context.Background(), w.people["author"], d.ID)
				}
				if err != nil {
					w.t.Error(err)
					return
				}
				drafts[i] = d
			}
		})
	}
	wait.Wait()
	return drafts
}

// bareWriter writes the rows of one act with database/sql and nothing else:
// BEGIN, read the draft, update it, insert the rows, COMMIT.
type bareWriter struct {
	b      *testing.B
	db     *sql.DB
	tables []string
	update string
	values []any // of the draft's row, as the sample act left it
	rows   []bareRow
}

// bareRow is one row that the sample act wrote.
type bareRow struct {
	insert  string
	columns []string
	values  []any
}

func newBare(b *testing.B, w *world, tables ...string) *bareWriter {
	return &bareWriter{b: b, db: w.store.DB(), tables: tables}
}

// learn reads the rows that a sample act wrote.
func (w *bareWriter) learn(d models.Draft, n int) {
	columns, values := w.row("SELECT * FROM drafts WHERE id = ?", d.ID)
	var sets []string
	for i, c := range columns {
		if c != "id" && c != "account_id" && c != "unit_id" && c != "created_by" && c != "created_at" {
			sets, w.values = append(sets, c+"=?"), append(w.values, values[i])
		}
	}
	w.update = "UPDATE drafts SET " + strings.Join(sets, ", ") + " WHERE id=? AND version=? AND state=? AND digest=?"
	where := map[string]string{"audit_events": fmt.Sprintf("chain = ? AND n = %d", n)}
	for _, table := range w.tables {
		condition, ok := where[table]
		if !ok {
			condition = "draft_id = ?"
		}
		columns, values := w.row("SELECT * FROM "+table+" WHERE "+condition+" LIMIT 1", d.ID)
		insert := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
		w.rows = append(w.rows, bareRow{insert, columns, values})
	}
}

func (w *bareWriter) row(query string, args ...any) (columns []string, values []any) {
	rows, err := w.db.Query(query, args...)
	if err != nil {
		w.b.Fatal(err)
	}
	defer rows.Close()
	columns, err = rows.Columns()
	if err != nil {
		w.b.Fatal(err)
	}
	values = make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if !rows.Next() {
		w.b.Fatalf("no row: %s", query)
	}
	if err := rows.Scan(into...); err != nil {
		w.b.Fatal(err)
	}
	return columns, values
}

// write is one bare transaction on a draft.
func (w *bareWriter) write(d models.Draft) error {
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int64
	if err := tx.QueryRow("SELECT version FROM drafts WHERE id = ?", d.ID).Scan(&version); err != nil {
		return err
	}
	if _, err := tx.Exec(w.update, append(append([]any{}, w.values...), d.ID, version, string(d.State), d.Digest)...); err != nil {
		return err
	}
	for _, row := range w.rows {
		args := slices.Clone(row.values)
		for i, c := range row.columns {
			switch c {
			case "id":
				args[i] = storetest.NewID()
			case "draft_id", "chain":
				args[i] = d.ID
			case "n":
				args[i] = d.ChainN + 1
			}
		}
		if _, err := tx.Exec(row.insert, args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// sizes of the archive between which a page must cost the same.
var sizes = []int{1_000, 200_000}

// BenchmarkInboxPage reads the first page of an inbox of 200 waiting drafts
// beside an archive of other sizes.
func BenchmarkInboxPage(b *testing.B) {
	archives(b, func(b *testing.B, w *world) {
		for range b.N {
			page, err := w.Inbox(context.Background(), w.people["editor"], "", 50)
			if err != nil || len(page.Items) != 50 {
				b.Fatalf("%d items, %v", len(page.Items), err)
			}
		}
	})
}

// BenchmarkFeedPage reads a page from the middle of feeds of other sizes.
func BenchmarkFeedPage(b *testing.B) {
	archives(b, func(b *testing.B, w *world) {
		head, err := w.store.FeedHead(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for range b.N {
			entries, err := w.store.Feed(context.Background(), []string{w.account.ID}, head/2, 50)
			if err != nil || len(entries) != 50 {
				b.Fatalf("%d items, %v", len(entries), err)
			}
		}
	})
}

// archives runs a benchmark in worlds whose archives have each of the sizes.
func archives(b *testing.B, bench func(b *testing.B, w *world)) {
	eachDatabase(b, func(b *testing.B, w *world) {
		w.drafts(200, true)
		published := w.released()
		have := 0
		for _, size := range sizes {
			w.archive(published, have, size)
			have = size
			b.Run(fmt.Sprint(size), func(b *testing.B) { bench(b, w) })
		}
	})
}

// archive copies a released draft, its release and its feed entry until there are size of them.
func (w *world) archive(d models.Draft, have, size int) {
	w.t.Helper()
	for from := have + 1; from <= size; from += batchSize {
		w.archiveBatch(d, from, min(from+batchSize-1, size))
	}
	if _, err := w.store.DB().Exec("UPDATE counters SET value = (SELECT max(position) FROM feed) WHERE name = 'feed'"); err != nil {
		w.t.Fatal(err)
	}
	if w.store.Dialect() == "sqlite" { // a long write-ahead log, which ordinary commits do not leave, slows reads down
		if _, err := w.store.DB().Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			w.t.Fatal(err)
		}
	}
	if w.store.Dialect() == "mysql" {
		for _, table := range []string{"drafts", "releases", "feed"} {
			if _, err := w.store.DB().Exec("ANALYZE TABLE " + table); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// batchSize is how many rows one statement of archiveBatch makes.
const batchSize = 4_000

// archiveBatch makes the copies numbered from to to.
func (w *world) archiveBatch(d models.Draft, from, to int) {
	w.t.Helper()
	n := fmt.Sprintf("(%d + a.d + 10*b.d + 100*c.d + 1000*e.d)", from)
	id := "concat(substr(id, 1, 24), substr(concat('000000000000', " + n + "), -12))"
	for table, copied := range map[string]map[string]string{
		"drafts":   {"id": id, "number": "concat('A', " + n + ")"},
		"releases": {"id": id, "draft_id": strings.ReplaceAll(id, "id,", "draft_id,"), "serial": "10 + " + n},
		"feed":     {"position": "10 + " + n, "release_id": strings.ReplaceAll(id, "id,", "release_id,")},
	} {
		columns := w.columns(table)
		values := slices.Clone(columns)
		for i, c := range columns {
			if expression, ok := copied[c]; ok {
				values[i] = expression
			} else {
				values[i] = "t." + c
			}
		}
		digits := "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
		key := map[string]string{"drafts": "t.id = '" + d.ID + "'", "releases": "t.id = '" + d.ReleaseID + "'", "feed": "t.release_id = '" + d.ReleaseID + "'"}[table]
		_, err := w.store.DB().Exec(fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s t, %s a, %s b, %s c, %s e WHERE %s AND %s <= %d",
			table, strings.Join(columns, ", "), strings.Join(values, ", "), table, digits, digits, digits, digits, key, n, to))
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) columns(table string) []string {
	w.t.Helper()
	rows, err := w.store.DB().Query("SELECT * FROM " + table + " LIMIT 0")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	return columns
}
