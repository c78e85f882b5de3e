package store

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"
)

// Tx is one transaction. It belongs to the goroutine that runs the function
// given to Store.Update, and ends with it.
type Tx struct {
	store *Store
	ctx   context.Context
	conn  gorm.ConnPool // *sql.Tx, or the writer's connection
	err   error         // the first failure other than a duplicate: nothing more is sent, and nothing committed
}

// Context is the context of the call of Update.
func (t *Tx) Context() context.Context { return t.ctx }

// usable says why no further statement may be sent. A server that has rolled
// a deadlocked transaction back runs the next statement outside of it.
func (t *Tx) usable() error {
	if t.err == nil {
		t.err = t.ctx.Err()
	}
	return t.err
}

func (t *Tx) failed(err error) error {
	if err != nil && t.err == nil && !isDuplicate(err) && !isForeignKey(err) && !errors.Is(err, sql.ErrNoRows) {
		t.err = err
	}
	return err
}

// exec sends one statement and gives the number of rows that it matched.
func (t *Tx) exec(query string, args ...any) (int64, error) {
	res, err := t.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// gorm is a session on the transaction.
func (t *Tx) gorm() *gorm.DB {
	db := t.store.reads.Session(&gorm.Session{NewDB: true, Context: t.ctx})
	db.Statement.ConnPool = t
	return db
}

// PrepareContext, ExecContext, QueryContext and QueryRowContext make the
// transaction a gorm.ConnPool that remembers its first failure.

func (t *Tx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	stmt, err := t.conn.PrepareContext(ctx, query)
	return stmt, t.failed(err)
}

func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	res, err := t.conn.ExecContext(ctx, query, args...)
	return res, t.failed(err)
}

func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	rows, err := t.conn.QueryContext(ctx, query, args...)
	return rows, t.failed(err)
}

func (t *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	row := t.conn.QueryRowContext(ctx, query, args...)
	_ = t.failed(row.Err())
	return row
}

// queryRow reads one row into dest; sql.ErrNoRows if there is none.
func (t *Tx) queryRow(query string, args []any, dest ...any) error {
	if err := t.usable(); err != nil {
		return err
	}
	return t.failed(t.conn.QueryRowContext(t.ctx, query, args...).Scan(dest...))
}
