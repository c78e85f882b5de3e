package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql migrations/mysql/*.sql
var migrations embed.FS

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero: pending
}

// lastMigration is the version that the program was made for.
func lastMigration(dialect string) (int64, error) {
	files, err := fs.Glob(migrations, "migrations/"+dialect+"/*.sql")
	if err != nil {
		return 0, err
	}
	number, _, _ := strings.Cut(path.Base(files[len(files)-1]), "_")
	return strconv.ParseInt(number, 10, 64)
}

func (s *Store) provider() (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if s.dialect == MySQL {
		dialect = goose.DialectMySQL
	}
	files, err := fs.Sub(migrations, "migrations/"+s.dialect)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, s.plain, files, goose.WithDisableGlobalRegistry(true))
}

// Migrate brings the schema to the version of this program. Replicas that
// start together wait for the one that holds the lease.
func (s *Store) Migrate(ctx context.Context) error {
	return s.withLease(ctx, func(ctx context.Context) error {
		provider, err := s.provider()
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		results, err := provider.Up(ctx)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		for _, r := range results {
			s.log.Info("the schema has been changed", "migration", path.Base(r.Source.Path), "took", r.Duration)
		}
		return nil
	})
}

// Migrations lists the steps of the schema and when each was applied.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	provider, err := s.provider()
	if err != nil {
		return nil, err
	}
	states, err := provider.Status(ctx)
	if err != nil {
		return nil, explain(err)
	}
	var list []Migration
	for _, m := range states {
		list = append(list, Migration{Version: m.Source.Version, Name: path.Base(m.Source.Path), AppliedAt: m.AppliedAt})
	}
	return list, nil
}

// The lease of the migration is a row that a replica claims by a conditional
// update, renews while it works, and gives back. The clock is the database's.
const leaseTerm = 30 * time.Second

// withLease runs work while this replica holds the lease; work's context ends
// when the lease cannot be renewed.
func (s *Store) withLease(ctx context.Context, work func(context.Context) error) error {
	now := "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"
	add := "INSERT IGNORE INTO migration_lease (name, holder, until) VALUES ('migrate', '', 0)"
	if s.dialect == SQLite {
		now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
		add = "INSERT OR IGNORE INTO migration_lease (name, holder, until) VALUES ('migrate', '', 0)"
	}
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS migration_lease (name VARCHAR(36) NOT NULL PRIMARY KEY, holder VARCHAR(36) NOT NULL, until BIGINT NOT NULL)",
		add,
	} {
		if err := s.patiently(ctx, statement); err != nil {
			return fmt.Errorf("migration lease: %w", err)
		}
	}
	holder := uuid.NewString()
	claim := func() (bool, error) {
		res, err := s.plain.ExecContext(ctx, "UPDATE migration_lease SET holder=?, until="+now+"+? WHERE name='migrate' AND (holder=? OR until<"+now+")",
			holder, leaseTerm.Milliseconds(), holder)
		if err != nil {
			return false, err
		}
		n, err := res.RowsAffected()
		return n == 1, err
	}
	for {
		held, err := claim()
		if held {
			break
		}
		if err != nil && !isTransient(err) && !isBusy(err) {
			return fmt.Errorf("migration lease: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("migration lease: another replica is migrating: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	working, cancel := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		ticker := time.NewTicker(leaseTerm / 3)
		defer ticker.Stop()
		for {
			select {
			case <-working.Done():
				return
			case <-ticker.C:
				// A claim that fails is tried again before the term ends; a lost one ends the work.
				if held, err := claim(); err == nil && !held {
					cancel(errors.New("the migration lease was lost"))
				}
			}
		}
	}()
	err := work(working)
	if err != nil && context.Cause(working) != nil {
		err = errors.Join(err, context.Cause(working))
	}
	cancel(nil)
	<-renewed
	_, released := s.plain.ExecContext(context.WithoutCancel(ctx), "UPDATE migration_lease SET holder='', until=0 WHERE name='migrate' AND holder=?", holder)
	return errors.Join(err, released)
}

// patiently repeats a statement that replicas starting together may disturb.
func (s *Store) patiently(ctx context.Context, statement string) error {
	for try := 1; ; try++ {
		_, err := s.plain.ExecContext(ctx, statement)
		if err == nil || try == maxTries || !isTransient(err) && !isLost(err) && !isBusy(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
