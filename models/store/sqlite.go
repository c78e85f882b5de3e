package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// openSQLite opens one file thrice: the writer's one connection, readers that
// cannot write, and the plain pool.
func (s *Store) openSQLite(ctx context.Context, o Options) error {
	path := strings.TrimPrefix(strings.TrimPrefix(o.DSN, "sqlite:"), "//")
	if path == "" {
		return errors.New("open database: the DSN names no SQLite file")
	}
	s.dialect = SQLite
	// Drafts, password hashes and the signing key are nobody else's business; SQLite gives its other files the same mode.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	open := func(conns int, pragmas ...string) (*sql.DB, error) {
		// Immediate: a transaction that will write takes the lock at once, where busy_timeout waits for it.
		query := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(10000)", "foreign_keys(1)"}, pragmas...)}
		db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String())
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
		return db, nil
	}
	readers := o.MaxConns
	if readers <= 0 {
		readers = 8
	}
	durable := []string{"journal_mode(WAL)", "synchronous(FULL)"}
	if s.plain, err = open(1, durable...); err != nil {
		return err
	}
	// The writer comes first: it makes the file and turns WAL on, which a reader cannot do.
	writing, err := open(1, append(durable, "cache_size(-16000)")...)
	if err != nil {
		return err
	}
	if s.writer, err = startWriter(ctx, writing, s.log); err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", path, err), writing.Close())
	}
	if s.pool, err = open(readers, "query_only(1)"); err != nil {
		return err
	}
	s.reads, err = gorm.Open(sqliteDialector{pool: s.pool}, gormConfig())
	return err
}

// updateSQLite runs fn in its turn of the writer's transaction.
func (s *Store) updateSQLite(ctx context.Context, fn func(*Tx) error) error {
	return explain(s.writer.do(ctx, func(conn *writerConn) error {
		t := &Tx{store: s, ctx: ctx, conn: conn}
		if err := fn(t); err != nil {
			return err
		}
		return t.err
	}))
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		PrepareStmt:            true,
		PrepareStmtMaxSize:     256,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
	}
}

// sqliteDialector lets gorm write SQL for the modernc driver. The driver keeps
// a prepared statement compiled, which that of glebarez/sqlite does not (it
// compiles at each call); and the two cannot be linked into one program.
// Tables are made by the migrations, never by gorm.
type sqliteDialector struct{ pool *sql.DB }

func (d sqliteDialector) Name() string { return SQLite }

func (d sqliteDialector) Initialize(db *gorm.DB) error {
	db.ConnPool = d.pool
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{})
	return nil
}

func (d sqliteDialector) Migrator(db *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: db, Dialector: d}}
}

func (d sqliteDialector) DataTypeOf(field *schema.Field) string {
	switch field.DataType {
	case schema.Bool, schema.Int, schema.Uint, schema.Time:
		return "INTEGER"
	case schema.Float:
		return "REAL"
	case schema.Bytes:
		return "BLOB"
	}
	return "TEXT"
}

func (d sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

func (d sqliteDialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

// QuoteTo quotes a name, or table.column, for SQLite.
func (d sqliteDialector) QuoteTo(w clause.Writer, name string) {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			_ = w.WriteByte('.')
		}
		_, _ = w.WriteString(`"` + strings.ReplaceAll(part, `"`, `""`) + `"`)
	}
}

func (d sqliteDialector) Explain(sql string, vars ...any) string {
	return logger.ExplainSQL(sql, nil, `"`, vars...)
}
