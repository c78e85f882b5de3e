package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"shenfa/models"
)

// maxGroup bounds the callers that share one transaction of the writer, and
// maxHold the time for which it takes further ones in.
const (
	maxGroup = 64
	maxHold  = 15 * time.Millisecond
)

// errAborted stands for a function that did not return: it panicked, or ended its goroutine.
var errAborted = errors.New("the function of the transaction did not return")

// writer is the one connection that writes to a SQLite file. Its goroutine
// opens a transaction, lets up to 64 waiting callers run in it one after the
// other, each behind a savepoint of its own, commits once, and then answers
// them all. Each caller's function runs in the caller's goroutine.
type writer struct {
	db   *sql.DB
	conn *writerConn
	log  *slog.Logger

	mu     sync.Mutex
	queue  []*turn
	closed bool
	wake   chan struct{} // holds a token while the queue may have grown
	done   chan struct{} // closed when the goroutine has ended
}

// turn is one caller's part of a transaction.
type turn struct {
	start chan struct{} // closed by the writer: run now
	ran   chan error    // the caller's function has returned
	done  chan error    // the outcome, after COMMIT
	err   error
}

func startWriter(ctx context.Context, db *sql.DB, log *slog.Logger) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{db: db, conn: &writerConn{Conn: conn, stmts: map[string]*sql.Stmt{}}, log: log,
		wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w, nil
}

// do waits for the caller's turn, runs fn in it, and returns after COMMIT. A
// caller whose context ends before its turn leaves the queue. A panic of fn
// goes on in the caller.
func (w *writer) do(ctx context.Context, fn func(*writerConn) error) error {
	t := &turn{start: make(chan struct{}), ran: make(chan error, 1), done: make(chan error, 1)}
	if err := w.join(t); err != nil {
		return err
	}
	select {
	case <-t.start:
	case err := <-t.done: // no transaction could be opened
		return err
	case <-ctx.Done():
		if w.leave(t) {
			return ctx.Err()
		}
		select { // its turn has just come: fn finds the context ended
		case <-t.start:
		case err := <-t.done:
			return err
		}
	}
	t.call(w.conn, fn)
	return <-t.done
}

// call runs fn and tells the writer, however fn ends.
func (t *turn) call(conn *writerConn, fn func(*writerConn) error) {
	err := errAborted
	defer func() { t.ran <- err }()
	err = fn(conn)
}

func (w *writer) join(t *turn) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return models.Errorf(models.CodeUnavailable, "系统正在停止，请稍后重试。")
	}
	w.queue = append(w.queue, t)
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return nil
}

func (w *writer) leave(t *turn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.queue, t)
	if i < 0 {
		return false
	}
	w.queue = slices.Delete(w.queue, i, i+1)
	return true
}

// next takes the first turn of the queue, nil if there is none.
func (w *writer) next() (t *turn, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return nil, w.closed
	}
	t = w.queue[0]
	w.queue = slices.Delete(w.queue, 0, 1)
	return t, false
}

func (w *writer) run() {
	defer close(w.done)
	for {
		t, closed := w.next()
		switch {
		case t != nil:
			w.group(t)
		case closed:
			return
		default:
			<-w.wake
		}
	}
}

// group runs one transaction, first with its first caller.
func (w *writer) group(first *turn) {
	if err := w.conn.run("BEGIN IMMEDIATE"); err != nil {
		first.done <- err
		return
	}
	began := time.Now()
	var members []*turn
	var broken error
	for t := first; t != nil; t, _ = w.next() {
		if broken = w.conn.run("SAVEPOINT turn"); broken != nil {
			t.done <- broken
			break
		}
		members = append(members, t)
		if broken = w.member(t); broken != nil || len(members) == maxGroup || time.Since(began) > maxHold {
			break
		}
	}
	err := broken
	if err == nil {
		err = w.conn.run("COMMIT")
	}
	if err != nil {
		// SQLite has rolled back by itself after some failures (disk full, input/output); otherwise it does now.
		if rollback := w.conn.run("ROLLBACK"); rollback != nil && w.conn.run("BEGIN IMMEDIATE") == nil {
			_ = w.conn.run("ROLLBACK")
		}
		w.log.Error("a transaction could not be committed", "callers", len(members), "error", err)
	}
	for _, t := range members {
		if t.err == nil {
			t.err = err
		}
		t.done <- t.err
	}
}

// member runs one caller behind the savepoint just made. It returns an error
// only if the transaction as a whole is lost.
func (w *writer) member(t *turn) error {
	close(t.start)
	if t.err = <-t.ran; t.err != nil {
		if err := w.conn.run("ROLLBACK TO turn"); err != nil {
			return err
		}
	}
	return w.conn.run("RELEASE turn")
}

// close lets the waiting callers finish and refuses new ones. A second close does nothing.
func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		<-w.done
		return nil
	}
	w.closed = true
	select {
	case w.wake <- struct{}{}:
	default:
	}
	w.mu.Unlock()
	<-w.done
	return errors.Join(w.conn.Close(), w.db.Close())
}

// writerConn is the writer's connection with its statements kept prepared.
// The context of a caller is not handed to the driver: SQLite answers an
// interrupted statement with the rollback of everybody's transaction. Tx looks
// at the context between statements.
type writerConn struct {
	*sql.Conn
	stmts map[string]*sql.Stmt
}

// maxStmts bounds the statements kept prepared.
const maxStmts = 500

func (c *writerConn) run(query string) error {
	_, err := c.ExecContext(context.Background(), query)
	return err
}

func (c *writerConn) stmt(query string) (*sql.Stmt, error) {
	if stmt, ok := c.stmts[query]; ok {
		return stmt, nil
	}
	if len(c.stmts) >= maxStmts {
		for old, stmt := range c.stmts {
			_ = stmt.Close()
			delete(c.stmts, old)
		}
	}
	stmt, err := c.Conn.PrepareContext(context.Background(), query)
	if err == nil {
		c.stmts[query] = stmt
	}
	return stmt, err
}

func (c *writerConn) PrepareContext(_ context.Context, query string) (*sql.Stmt, error) {
	return c.Conn.PrepareContext(context.Background(), query)
}

func (c *writerConn) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), args...)
}

func (c *writerConn) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.Background(), args...)
}

func (c *writerConn) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	stmt, err := c.stmt(query)
	if err != nil {
		return c.Conn.QueryRowContext(context.Background(), query, args...) // with the same error
	}
	return stmt.QueryRowContext(context.Background(), args...)
}
