package store

import (
	"context"
	"time"

	"github.com/alexedwards/scs/v2"

	"shenfa/models"
)

// sessionRow is a row of sessions: what a browser's cookie stands for.
type sessionRow struct {
	Token  string `gorm:"primaryKey"`
	Data   []byte
	Expiry int64
}

func (sessionRow) TableName() string { return "sessions" }

// Sessions keeps the sessions of scs in the database; its writes take their
// turn like all others. Let scs hash the tokens (HashTokenInStore), so that
// reading the table gives nobody a session.
type Sessions struct{ store *Store }

// Sessions is the session store for scs.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

var _ interface {
	scs.CtxStore
	scs.IterableCtxStore
} = (*Sessions)(nil)

// FindCtx reads a session that has not expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, exists bool, err error) {
	row, err := one[sessionRow](ctx, s.store, "", "token = ? AND expiry > ?", token, millis(s.store.now()))
	if models.CodeOf(err) == models.CodeNotFound {
		return nil, false, nil
	}
	return row.Data, err == nil, err
}

// CommitCtx writes a session over the one before.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	query := "INSERT INTO sessions (token, data, expiry) VALUES (?,?,?) ON DUPLICATE KEY UPDATE data=VALUES(data), expiry=VALUES(expiry)"
	if s.store.dialect == SQLite {
		query = "INSERT INTO sessions (token, data, expiry) VALUES (?,?,?) ON CONFLICT (token) DO UPDATE SET data=excluded.data, expiry=excluded.expiry"
	}
	return s.store.Update(ctx, func(t *Tx) error {
		_, err := t.exec(query, token, data, millis(expiry))
		return err
	})
}

// DeleteCtx ends a session; one that does not exist is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.store.Update(ctx, func(t *Tx) error {
		_, err := t.exec("DELETE FROM sessions WHERE token=?", token)
		return err
	})
}

// AllCtx reads all sessions that have not expired, by token.
func (s *Sessions) AllCtx(ctx context.Context) (map[string][]byte, error) {
	var rows []sessionRow
	if err := s.store.reads.WithContext(ctx).Where("expiry > ?", millis(s.store.now())).Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	sessions := make(map[string][]byte, len(rows))
	for _, row := range rows {
		sessions[row.Token] = row.Data
	}
	return sessions, nil
}

// Clean deletes the sessions that have expired.
func (s *Sessions) Clean(ctx context.Context) error {
	return s.store.Update(ctx, func(t *Tx) error {
		_, err := t.exec("DELETE FROM sessions WHERE expiry <= ?", millis(s.store.now()))
		return err
	})
}

// Find, Commit and Delete are what scs.Store asks for; scs calls the ones above.

func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
