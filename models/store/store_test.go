package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"shenfa/models/store"
	"shenfa/models/store/storetest"
)

func TestConformance(t *testing.T) { storetest.Each(t, storetest.Conformance) }

func TestRowTypesAgreeWithTheMigrations(t *testing.T) {
	schemas, err := store.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		tables := map[string]bool{"goose_db_version": true, "migration_lease": true, "sqlite_sequence": true}
		for _, sch := range schemas {
			tables[sch.Table] = true
			var want []string
			for _, f := range sch.Fields {
				want = append(want, fmt.Sprintf("%s %s null=%t key=%t", f.DBName, classOf(f), f.FieldType.Kind().String() == "ptr", f.PrimaryKey))
			}
			if diff := cmp.Diff(want, columns(t, s, sch.Table)); diff != "" {
				t.Errorf("%s (-type +table)\n%s", sch.Table, diff)
			}
		}
		query := "SELECT name FROM sqlite_master WHERE type='table'"
		if s.Dialect() == store.MySQL {
			query = "SELECT table_name FROM information_schema.tables WHERE table_schema=DATABASE()"
		}
		for _, row := range rows(t, s, query) {
			if !tables[row[0]] {
				t.Errorf("the table %s has no row type", row[0])
			}
		}
	})
}

// classOf is number, text or bytes.
func classOf(f *schema.Field) string {
	switch f.DataType {
	case schema.Bool, schema.Int:
		return "number"
	case schema.Bytes:
		return "bytes"
	}
	return "text"
}

func columns(t *testing.T, s *store.Store, table string) []string {
	classes := map[string]string{"integer": "number", "text": "text", "blob": "bytes", "bigint": "number", "tinyint": "number",
		"varchar": "text", "mediumtext": "text", "mediumblob": "bytes"}
	var list []string
	if s.Dialect() == store.SQLite {
		for _, row := range rows(t, s, "SELECT name, lower(type), \"notnull\", pk FROM pragma_table_info('"+table+"')") {
			null := row[2] == "0" && row[0] != "position" // an INTEGER PRIMARY KEY is never NULL
			list = append(list, fmt.Sprintf("%s %s null=%t key=%t", row[0], classes[row[1]], null, row[3] != "0"))
		}
		return list
	}
	for _, row := range rows(t, s, "SELECT column_name, data_type, is_nullable, column_key FROM information_schema.columns WHERE table_schema=DATABASE() AND table_name='"+table+"' ORDER BY ordinal_position") {
		list = append(list, fmt.Sprintf("%s %s null=%t key=%t", row[0], classes[row[1]], row[2] == "YES", row[3] == "PRI"))
	}
	return list
}

// rows reads all rows of a query as text; NULL is "".
func rows(t *testing.T, s *store.Store, query string, args ...any) [][]string {
	t.Helper()
	found, err := s.DB().QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(query, err)
	}
	defer func() {
		if err := found.Close(); err != nil {
			t.Error(err)
		}
	}()
	names, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for found.Next() {
		cells := make([]*string, len(names))
		into := make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(names))
		for i, cell := range cells {
			if cell != nil {
				row[i] = *cell
			}
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReplicasThatStartTogetherMigrateOnce(t *testing.T) {
	for name, dsnOf := range storetest.Databases() {
		t.Run(name, func(t *testing.T) {
			dsn := dsnOf(t)
			var group sync.WaitGroup
			stores := make([]*store.Store, 3)
			for i := range stores {
				var err error
				if stores[i], err = store.Open(t.Context(), store.Options{DSN: dsn}); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = stores[i].Close() })
			}
			if err := stores[0].Ping(t.Context()); err == nil {
				t.Error("an empty database is reported as ready")
			}
			for _, s := range stores {
				group.Go(func() {
					if err := s.Migrate(context.Background()); err != nil {
						t.Error(err)
					}
					if err := s.Ping(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			applied := rows(t, stores[0], "SELECT version_id, COUNT(*) FROM goose_db_version GROUP BY version_id HAVING COUNT(*) > 1")
			if len(applied) > 0 {
				t.Errorf("applied more than once: %v", applied)
			}
			if lease := rows(t, stores[0], "SELECT holder, until FROM migration_lease"); len(lease) != 1 || lease[0][0] != "" {
				t.Errorf("the lease was not given back: %v", lease)
			}
		})
	}
}

func TestOpenRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, dsn := range []string{"", "sqlite://", "postgres://user:secret@host/db", "mysql://user:secret@[::1/db", "mysql:secret"} {
		s, err := store.Open(t.Context(), store.Options{DSN: dsn})
		if err == nil {
			_ = s.Close()
			t.Errorf("%q was opened", dsn)
		} else if strings.Contains(err.Error(), "secret") && dsn != "mysql:secret" {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
