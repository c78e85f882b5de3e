package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenfa/models"
	"shenfa/models/store"
)

// Conformance is what every database must do. Its parts stand in the files
// conform_*.go, by subject.
func Conformance(t *testing.T, open func() *store.Store) {
	s := open()
	for _, part := range []struct {
		name string
		run  func(t *testing.T, s *store.Store)
	}{
		{"ping knows the schema", ping},
		{"people and their roles", people},
		{"a name is taken once", takenNames},
		{"tokens and identities", tokens},
		{"signing keys", keys},
		{"sessions", sessions},
		{"drafts come back as they were", drafts},
		{"an update names what was read", conditionalUpdate},
		{"lists are paged, newest first", list},
		{"the inbox is paged, due first", inbox},
		{"Chinese words of two characters are found", search},
		{"revisions and reports", revisions},
		{"decisions", decisions},
		{"dispositions", dispositions},
		{"audit events", events},
		{"chain heads cannot fork", chainHeads},
		{"chains are listed by id", chains},
		{"releases, feed and receipts", releases},
		{"a key is used once", once},
		{"notices", notices},
		{"lexicon editions and installations", editions},
		{"a rollback leaves nothing", rollback},
		{"a panic rolls back alone", panics},
		{"a cancelled caller leaves the others alone", cancelled},
		{"of two updates one wins", races},
		{"counters have no gaps", counters},
		{"a reader that follows the feed misses nothing", feedOrder},
		{"emoji, zero bytes of nothing, and long bodies", unicodeAndLength},
		{"ids that are no ids are not found", oddIDs},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, s) })
	}
	t.Run("close lets callers finish", func(t *testing.T) { closing(t, open) })
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func code(t *testing.T, want models.Code, err error) {
	t.Helper()
	if models.CodeOf(err) != want {
		t.Errorf("error is %v, want code %q", err, want)
	}
}

// read gives what a read returned, or ends the test.
func read[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func update(s *store.Store, fn func(*store.Tx) error) error {
	return s.Update(context.Background(), fn)
}

var errOnPurpose = errors.New("on purpose")

func ping(t *testing.T, s *store.Store) {
	ctx := t.Context()
	if err := s.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	list := read[[]store.Migration](t)(s.Migrations(ctx))
	if len(list) == 0 || list[0].Version != 1 || list[0].AppliedAt.IsZero() {
		t.Errorf("migrations: %+v", list)
	}
	if err := s.Migrate(ctx); err != nil {
		t.Error("a second migration:", err)
	}
}

func people(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	child := models.Unit{ID: NewID(), Name: "下属单位", ParentID: w.Unit.ID, CreatedAt: At(1)}
	user := models.User{ID: NewID(), SignIn: "李编辑" + NewID(), Name: "李某", UnitID: child.ID, PasswordHash: "$argon2id$", CreatedAt: At(1)}
	grants := []models.Grant{
		{ID: NewID(), UserID: user.ID, Role: models.RoleEditor, AccountID: w.Account.ID, CreatedAt: At(2)},
		{ID: NewID(), UserID: user.ID, Role: models.RoleSupervisor, UnitID: w.Unit.ID, CreatedAt: At(2)},
	}
	Must(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.InsertUnit(child), tx.InsertUser(user), tx.InsertGrant(grants[0]), tx.InsertGrant(grants[1]))
	})
	same(t, child, read[models.Unit](t)(s.Unit(ctx, child.ID)))
	same(t, w.Account, read[models.Account](t)(s.Account(ctx, w.Account.ID)))
	same(t, user, read[models.User](t)(s.User(ctx, user.ID)))
	same(t, user, read[models.User](t)(s.UserBySignIn(ctx, user.SignIn)))
	same(t, grants, read[[]models.Grant](t)(s.Grants(ctx, user.ID)))
	same(t, []models.Grant{}, read[[]models.Grant](t)(s.Grants(ctx, NewID())))
	same(t, store.Identity{User: user, Grants: grants}, read[store.Identity](t)(s.IdentityOfUser(ctx, user.ID)))
	units := read[[]models.Unit](t)(s.Units(ctx))
	same(t, child, units[len(units)-1])
	accounts := read[[]models.Account](t)(s.Accounts(ctx))
	same(t, w.Account, accounts[len(accounts)-1])
	users := read[[]models.User](t)(s.Users(ctx))
	same(t, user, users[len(users)-1])
	all := read[[]models.Grant](t)(s.AllGrants(ctx))
	same(t, grants, all[len(all)-2:])

	user.Name, user.UnitID, user.PasswordHash, user.DisabledAt = "李某某", w.Unit.ID, "$new", At(9)
	Must(t, s, func(tx *store.Tx) error { return errors.Join(tx.UpdateUser(user), tx.DeleteGrant(grants[0].ID)) })
	same(t, user, read[models.User](t)(s.User(ctx, user.ID)))
	same(t, grants[1:], read[[]models.Grant](t)(s.Grants(ctx, user.ID)))

	code(t, models.CodeNotFound, update(s, func(tx *store.Tx) error { return tx.UpdateUser(models.User{ID: NewID()}) }))
	code(t, models.CodeNotFound, update(s, func(tx *store.Tx) error { return tx.DeleteGrant(NewID()) }))
	_, err := s.Unit(ctx, NewID())
	code(t, models.CodeNotFound, err)
	_, err = s.Account(ctx, NewID())
	code(t, models.CodeNotFound, err)
	_, err = s.User(ctx, NewID())
	code(t, models.CodeNotFound, err)
	_, err = s.UserBySignIn(ctx, "nobody")
	code(t, models.CodeNotFound, err)
	_, err = s.IdentityOfUser(ctx, NewID())
	code(t, models.CodeNotFound, err)
}

func takenNames(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	err := update(s, func(tx *store.Tx) error { return tx.InsertAccount(NewAccount(w.Unit.ID, w.Account.Name)) })
	code(t, models.CodeConflict, err)
	if !strings.Contains(err.Error(), w.Account.Name) {
		t.Errorf("%v does not name the account", err)
	}
	code(t, models.CodeInvalid, update(s, func(tx *store.Tx) error { return tx.InsertAccount(NewAccount(NewID(), "无主")) }))
	user := models.User{ID: NewID(), SignIn: "张三" + NewID(), UnitID: w.Unit.ID, CreatedAt: At(0)}
	Must(t, s, func(tx *store.Tx) error { return tx.InsertUser(user) })
	again := user
	again.ID = NewID()
	// A duplicate leaves the transaction usable: what fn does about it is committed.
	var taken error
	Must(t, s, func(tx *store.Tx) error {
		taken = tx.InsertUser(again)
		again.SignIn += "二"
		return tx.InsertUser(again)
	})
	code(t, models.CodeConflict, taken)
	if !strings.Contains(taken.Error(), user.SignIn) {
		t.Errorf("%v does not name the sign-in name", taken)
	}
	read[models.User](t)(s.User(t.Context(), again.ID))
	grant := models.Grant{ID: NewID(), UserID: user.ID, Role: models.RoleEditor, CreatedAt: At(0)}
	Must(t, s, func(tx *store.Tx) error { return tx.InsertGrant(grant) })
	grant.ID = NewID()
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertGrant(grant) }))
}

func tokens(t *testing.T, s *store.Store) {
	ctx := t.Context()
	w := NewWorld(t, s)
	user := models.User{ID: NewID(), SignIn: NewID(), Name: "王某", UnitID: w.Unit.ID, CreatedAt: At(1)}
	grant := models.Grant{ID: NewID(), UserID: user.ID, Role: models.RoleAuthor, AccountID: w.Account.ID, CreatedAt: At(2)}
	person := models.Token{ID: NewID(), Kind: models.TokenUser, Name: "脚本", UserID: user.ID, Hash: "p" + NewID(), CreatedAt: At(3), ExpiresAt: At(99)}
	integration := models.Token{ID: NewID(), Kind: models.TokenIntegration, Name: "发布端", AccountIDs: []string{w.Account.ID}, Hash: "i" + NewID(), CreatedAt: At(3)}
	Must(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.InsertUser(user), tx.InsertGrant(grant), tx.InsertToken(person), tx.InsertToken(integration))
	})
	same(t, person, read[models.Token](t)(s.Token(ctx, person.ID)))
	same(t, integration, read[models.Token](t)(s.TokenByHash(ctx, integration.Hash)))
	same(t, store.Identity{Token: person, User: user, Grants: []models.Grant{grant}}, read[store.Identity](t)(s.Identity(ctx, person.Hash)))
	same(t, store.Identity{Token: integration}, read[store.Identity](t)(s.Identity(ctx, integration.Hash)))
	_, err := s.Identity(ctx, "unknown")
	code(t, models.CodeNotFound, err)
	_, err = s.TokenByHash(ctx, "unknown")
	code(t, models.CodeNotFound, err)

	Must(t, s, func(tx *store.Tx) error { return tx.RevokeToken(person.ID, At(5)) })
	Must(t, s, func(tx *store.Tx) error { return tx.RevokeToken(person.ID, At(6)) })
	person.RevokedAt = At(5)
	list := read[[]models.Token](t)(s.Tokens(ctx))
	same(t, []models.Token{person, integration}, list[len(list)-2:])
	code(t, models.CodeNotFound, update(s, func(tx *store.Tx) error { return tx.RevokeToken(NewID(), At(6)) }))
	twice := person
	twice.ID = NewID()
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertToken(twice) }))
}

func keys(t *testing.T, s *store.Store) {
	key := models.SigningKey{ID: NewID()[:16], Algorithm: "Ed25519", Public: []byte{0, 1, 0xff}, Private: []byte{2, 0, 0xfe}, CreatedAt: At(0)}
	second := models.SigningKey{ID: "ffffffffffffffff", Algorithm: "Ed25519", Public: []byte{3}, Private: []byte{4}, CreatedAt: At(1)}
	Must(t, s, func(tx *store.Tx) error { return errors.Join(tx.InsertKey(second), tx.InsertKey(key)) })
	Must(t, s, func(tx *store.Tx) error { return tx.RetireKey(key.ID, At(2)) })
	key.RetiredAt = At(2)
	same(t, []models.SigningKey{key, second}, read[[]models.SigningKey](t)(s.Keys(t.Context())))
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertKey(key) }))
	code(t, models.CodeNotFound, update(s, func(tx *store.Tx) error { return tx.RetireKey("none", At(2)) }))
}

func sessions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	kept := s.Sessions()
	soon := time.Now().Add(time.Hour)
	for _, err := range []error{kept.CommitCtx(ctx, "a", []byte{0, 1}, soon), kept.CommitCtx(ctx, "a", []byte{0, 2}, soon),
		kept.Commit("old", []byte{3}, time.Now().Add(-time.Second)), kept.CommitCtx(ctx, "b", []byte{4}, soon), kept.Delete("b"), kept.DeleteCtx(ctx, "never")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for token, want := range map[string][]byte{"a": {0, 2}, "old": nil, "b": nil, "never": nil} {
		data, exists, err := kept.FindCtx(ctx, token)
		if err != nil || exists != (want != nil) || string(data) != string(want) {
			t.Errorf("session %s: %v %v %v", token, data, exists, err)
		}
	}
	same(t, map[string][]byte{"a": {0, 2}}, read[map[string][]byte](t)(kept.AllCtx(ctx)))
	if err := kept.Clean(ctx); err != nil {
		t.Error(err)
	}
	var n int
	if err := s.DB().QueryRowContext(ctx, "SELECT COUNT(*) FROM sessions").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sessions are left, want 1: %v", n, err)
	}
}
