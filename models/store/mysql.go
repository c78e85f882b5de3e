package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// openMySQL opens a pool of connections to MySQL, MariaDB or TiDB.
func (s *Store) openMySQL(_ context.Context, o Options) error {
	s.dialect = MySQL
	config, err := mysqlConfig(o.DSN)
	if err != nil {
		return err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	conns := o.MaxConns
	if conns <= 0 {
		conns = 32
	}
	s.pool = sql.OpenDB(sessionConnector{connector})
	s.pool.SetMaxOpenConns(conns)
	s.pool.SetMaxIdleConns(conns)
	s.pool.SetConnMaxLifetime(3 * time.Minute)
	s.plain = s.pool
	s.reads, err = gorm.Open(gormmysql.New(gormmysql.Config{Conn: s.pool, SkipInitializeWithVersion: true,
		DisableWithReturning: true}), gormConfig())
	return err
}

// mysqlConfig reads the DSN and sets what the program relies on; time limits
// are only defaults.
func mysqlConfig(dsn string) (*mysql.Config, error) {
	rest := strings.TrimPrefix(dsn, "mysql:")
	var account *url.Userinfo
	if strings.HasPrefix(rest, "//") {
		u, err := url.Parse(dsn)
		if err != nil {
			return nil, errors.New("open database: the mysql:// address cannot be read") // the cause would show the password
		}
		host := u.Host
		if u.Port() == "" {
			host += ":3306"
		}
		account, rest = u.User, "tcp("+host+")"+u.EscapedPath()
		if u.RawQuery != "" {
			rest += "?" + u.RawQuery
		}
	}
	config, err := mysql.ParseDSN(rest)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if account != nil {
		config.User = account.Username()
		config.Passwd, _ = account.Password()
	}
	for limit, value := range map[*time.Duration]time.Duration{&config.Timeout: 2 * time.Second,
		&config.ReadTimeout: 15 * time.Second, &config.WriteTimeout: 15 * time.Second} {
		if *limit == 0 {
			*limit = value
		}
	}
	config.ParseTime, config.Loc = true, time.UTC
	config.InterpolateParams = true // one round trip for each statement
	config.ClientFoundRows = true   // rows matched, not rows changed
	config.RejectReadOnly = true    // after a failover: another connection, not this one
	return config, config.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin"))
}

// sessionConnector sets each new connection up, in words that MySQL, MariaDB
// and TiDB all know.
type sessionConnector struct{ driver.Connector }

func (c sessionConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
		// A lock is waited for shorter than the connection waits for an answer.
		"SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO', innodb_lock_wait_timeout = 10",
	} {
		if _, err := conn.(driver.ExecerContext).ExecContext(ctx, statement, nil); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// maxTries bounds how often a transaction is run.
const maxTries = 8

// updateMySQL runs fn in a transaction of its own; again, after a pause of
// random length, if the server gave it up or the connection broke before COMMIT.
func (s *Store) updateMySQL(ctx context.Context, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		err := s.transact(ctx, fn)
		if err == nil || errors.Is(err, ErrCommitUnknown) || !isTransient(err) && !isLost(err) || try == maxTries {
			return explain(err)
		}
		s.log.Warn("a transaction is run again", "try", try, "error", err)
		pause := time.Duration(rand.Int64N(int64(2*time.Millisecond) << min(try, 6)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (s *Store) transact(ctx context.Context, fn func(*Tx) error) error {
	tx, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // also when fn panics; after Commit it does nothing
	t := &Tx{store: s, ctx: ctx, conn: tx}
	if err := fn(t); err != nil {
		// fn may have hidden what the database said; that decides whether to try again.
		if t.err != nil && !errors.Is(err, t.err) && (isTransient(t.err) || isLost(t.err)) {
			return t.err
		}
		return err
	}
	if t.err != nil {
		return t.err
	}
	err = tx.Commit()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && (errors.Is(err, sql.ErrTxDone) || errors.Is(err, ctx.Err())):
		return ctx.Err() // COMMIT was not sent
	case mysqlNumber(err) != 0 && !isLost(err):
		return err // the server refused
	}
	return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
}
