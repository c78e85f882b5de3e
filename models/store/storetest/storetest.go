// Package storetest gives tests real databases, ready-made rows, and the
// conformance suite that every database passes.
package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"shenfa/models/store"
)

// SQLite is the DSN of an empty database of the test's own.
func SQLite(t testing.TB) string {
	return "sqlite://" + filepath.Join(t.TempDir(), "shenfa.db")
}

// Open opens and migrates the database; the test's end closes it.
func Open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Databases gives, by name, how to make an empty database of each kind.
func Databases() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{"sqlite": SQLite, "mariadb": MariaDB}
}

// Each runs f as a subtest on every database. All stores that open gives
// within one subtest are of one database, as several replicas would be.
func Each(t *testing.T, f func(t *testing.T, open func() *store.Store)) {
	t.Helper()
	for _, name := range []string{"sqlite", "mariadb"} {
		t.Run(name, func(t *testing.T) {
			dsn := Databases()[name](t)
			f(t, func() *store.Store { return Open(t, dsn) })
		})
	}
}
