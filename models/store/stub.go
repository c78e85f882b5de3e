package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"shenfa/models"
)

type Options struct {
	DSN      string
	MaxConns int
	Log      *slog.Logger
	Now      func() time.Time
}
type Store struct{}
type Tx struct{}
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time
}
type OnceRow struct {
	Actor, Key, Request, Resource string
	At                            time.Time
}
type DraftFilter struct {
	Accounts []string
	States   []models.State
	Text     string
	Before   string
	Limit    int
	Locked   bool
}
type Place struct {
	AccountID string
	State     models.State
}
type WaitingCursor struct {
	DueAt time.Time
	ID    string
}
type Chain struct {
	ID   string
	N    int64
	Head string
}
type Identity struct {
	Token  models.Token
	User   models.User
	Grants []models.Grant
}
type Sessions struct{}

var ErrCommitUnknown = errors.New("commit unknown")
var ErrOnceTaken = errors.New("once taken")

func Open(ctx context.Context, o Options) (*Store, error)                       { panic("soon") }
func (s *Store) Close() error                                                   { panic("soon") }
func (s *Store) Dialect() string                                                { panic("soon") }
func (s *Store) Ping(ctx context.Context) error                                 { panic("soon") }
func (s *Store) Migrate(ctx context.Context) error                              { panic("soon") }
func (s *Store) Migrations(ctx context.Context) ([]Migration, error)            { panic("soon") }
func (s *Store) DB() *sql.DB                                                    { panic("soon") }
func (s *Store) Sessions() *Sessions                                            { panic("soon") }
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error           { panic("soon") }
func (t *Tx) Count(name string) (int64, error)                                  { panic("soon") }
func (t *Tx) InsertDraft(d models.Draft) error                                  { panic("soon") }
func (t *Tx) UpdateDraft(was, now models.Draft) error                           { panic("soon") }
func (t *Tx) InsertRevision(r models.Revision) error                            { panic("soon") }
func (t *Tx) InsertReport(r models.StoredReport) error                          { panic("soon") }
func (t *Tx) InsertDecision(d models.Decision) error                            { panic("soon") }
func (t *Tx) VoidDecisions(draftID string, at time.Time) error                  { panic("soon") }
func (t *Tx) InsertDispositions(ds []models.Disposition) error                  { panic("soon") }
func (t *Tx) ConfirmDispositions(ids []string, by string, at time.Time) error   { panic("soon") }
func (t *Tx) InsertEvents(events []models.AuditEvent) error                     { panic("soon") }
func (t *Tx) InsertNotices(ns []models.Notice) error                            { panic("soon") }
func (t *Tx) InsertRelease(r models.Release) error                              { panic("soon") }
func (t *Tx) InsertFeedEntry(e models.FeedEntry) error                          { panic("soon") }
func (t *Tx) PutReceipt(r models.Receipt) error                                 { panic("soon") }
func (t *Tx) InsertOnce(o OnceRow) error                                        { panic("soon") }
func (t *Tx) InsertUnit(u models.Unit) error                                    { panic("soon") }
func (t *Tx) InsertAccount(a models.Account) error                              { panic("soon") }
func (t *Tx) InsertUser(u models.User) error                                    { panic("soon") }
func (t *Tx) InsertGrant(g models.Grant) error                                  { panic("soon") }
func (t *Tx) InsertToken(x models.Token) error                                  { panic("soon") }
func (t *Tx) UpdateUser(u models.User) error                                    { panic("soon") }
func (t *Tx) DeleteGrant(id string) error                                       { panic("soon") }
func (t *Tx) RevokeToken(id string, at time.Time) error                         { panic("soon") }
func (t *Tx) InsertKey(k models.SigningKey) error                               { panic("soon") }
func (t *Tx) RetireKey(id string, at time.Time) error                           { panic("soon") }
func (t *Tx) ChainHead(chain string) (n int64, hash string, err error)          { panic("soon") }
func (t *Tx) SetChainHead(chain string, wasN int64, n int64, hash string) error { panic("soon") }

func (s *Store) Draft(ctx context.Context, id string) (models.Draft, error)        { panic("soon") }
func (s *Store) Drafts(ctx context.Context, f DraftFilter) ([]models.Draft, error) { panic("soon") }
func (s *Store) Waiting(ctx context.Context, places []Place, after WaitingCursor, limit int) ([]models.Draft, error) {
	panic("soon")
}
func (s *Store) CountWaiting(ctx context.Context, places []Place) (map[Place]int, error) {
	panic("soon")
}
func (s *Store) Revision(ctx context.Context, draftID string, n int) (models.Revision, error) {
	panic("soon")
}
func (s *Store) Revisions(ctx context.Context, draftID string) ([]models.Revision, error) {
	panic("soon")
}
func (s *Store) LastReport(ctx context.Context, draftID string) (models.StoredReport, error) {
	panic("soon")
}
func (s *Store) Decisions(ctx context.Context, draftID string) ([]models.Decision, error) {
	panic("soon")
}
func (s *Store) Dispositions(ctx context.Context, draftID string) ([]models.Disposition, error) {
	panic("soon")
}
func (s *Store) Events(ctx context.Context, chain string, afterN int64, limit int) ([]models.AuditEvent, error) {
	panic("soon")
}
func (s *Store) Chains(ctx context.Context, after string, limit int) ([]Chain, error) { panic("soon") }
func (s *Store) Release(ctx context.Context, id string) (models.Release, error)       { panic("soon") }
func (s *Store) Releases(ctx context.Context, after string, limit int) ([]models.Release, error) {
	panic("soon")
}
func (s *Store) Feed(ctx context.Context, accounts []string, after int64, limit int) ([]models.FeedEntry, error) {
	panic("soon")
}
func (s *Store) FeedHead(ctx context.Context) (int64, error) { panic("soon") }
func (s *Store) Receipts(ctx context.Context, releaseID string) ([]models.Receipt, error) {
	panic("soon")
}
func (s *Store) Once(ctx context.Context, actor, key string) (OnceRow, error)         { panic("soon") }
func (s *Store) Unit(ctx context.Context, id string) (models.Unit, error)             { panic("soon") }
func (s *Store) Units(ctx context.Context) ([]models.Unit, error)                     { panic("soon") }
func (s *Store) Account(ctx context.Context, id string) (models.Account, error)       { panic("soon") }
func (s *Store) Accounts(ctx context.Context) ([]models.Account, error)               { panic("soon") }
func (s *Store) User(ctx context.Context, id string) (models.User, error)             { panic("soon") }
func (s *Store) Users(ctx context.Context) ([]models.User, error)                     { panic("soon") }
func (s *Store) UserBySignIn(ctx context.Context, signIn string) (models.User, error) { panic("soon") }
func (s *Store) Grants(ctx context.Context, userID string) ([]models.Grant, error)    { panic("soon") }
func (s *Store) AllGrants(ctx context.Context) ([]models.Grant, error)                { panic("soon") }
func (s *Store) Token(ctx context.Context, id string) (models.Token, error)           { panic("soon") }
func (s *Store) Tokens(ctx context.Context) ([]models.Token, error)                   { panic("soon") }
func (s *Store) TokenByHash(ctx context.Context, hash string) (models.Token, error)   { panic("soon") }
func (s *Store) Keys(ctx context.Context) ([]models.SigningKey, error)                { panic("soon") }
func (s *Store) Identity(ctx context.Context, tokenHash string) (Identity, error)     { panic("soon") }
