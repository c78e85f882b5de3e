package workflow

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/time/rate"

	"shenfa/models"
)

// tokenPrefix makes a token's secret recognisable to people and secret scanners.
const tokenPrefix = "sf_"

// newSecret is a token's secret: 256 random bits.
func newSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// hashSecret is what is stored of a secret.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

var errUnauthenticated = models.Errorf(models.CodeUnauthenticated, "访问令牌无效、已撤销或已过期。")

// ActorOfToken finds whom a token's secret stands for: CodeUnauthenticated if
// it is unknown, revoked or expired, or its user disabled.
func (w *Workflow) ActorOfToken(ctx context.Context, secret string) (models.Actor, error) {
	found, err := w.store.Identity(ctx, hashSecret(secret))
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return models.Actor{}, errUnauthenticated
	case err != nil:
		return models.Actor{}, err
	}
	t := found.Token
	now := w.now()
	if !t.RevokedAt.IsZero() || !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) {
		return models.Actor{}, errUnauthenticated
	}
	if t.Kind == models.TokenIntegration {
		return models.Actor{Kind: models.ActorIntegration, ID: t.ID, Name: t.Name, TokenID: t.ID, Accounts: slices.Clone(t.AccountIDs)}, nil
	}
	if !found.User.DisabledAt.IsZero() {
		return models.Actor{}, errUnauthenticated
	}
	actor, err := w.actorOf(ctx, found.User, found.Grants)
	actor.TokenID = t.ID
	return actor, err
}

// ActorOfUser is a signed-in user with the roles that they hold now.
func (w *Workflow) ActorOfUser(ctx context.Context, userID string) (models.Actor, error) {
	user, err := w.store.User(ctx, userID)
	switch {
	case models.CodeOf(err) == models.CodeNotFound || err == nil && !user.DisabledAt.IsZero():
		return models.Actor{}, models.Errorf(models.CodeUnauthenticated, "登录已失效，请重新登录。")
	case err != nil:
		return models.Actor{}, err
	}
	grants, err := w.store.Grants(ctx, user.ID)
	if err != nil {
		return models.Actor{}, err
	}
	return w.actorOf(ctx, user, grants)
}

// actorOf is a user with the roles of their grants, and those that others delegate to them.
func (w *Workflow) actorOf(ctx context.Context, user models.User, grants []models.Grant) (models.Actor, error) {
	actor := models.Actor{Kind: models.ActorUser, ID: user.ID, Name: user.Name}
	var err error
	if actor.Roles, actor.Units, err = w.spread(ctx, grants); err != nil {
		return actor, err
	}
	actor.Admin = slices.ContainsFunc(grants, func(g models.Grant) bool { return g.Role == models.RoleAdmin })
	actor.Deputy, err = w.deputyRoles(ctx, user.ID)
	return actor, err
}

// noDeputy are the roles that nobody uses in another's place, and that no one
// holds on an account by their unit.
var noDeputy = []models.Role{models.RoleAuthor, models.RoleSecrecyReviewer, models.RoleConsultee, models.RoleSupervisor, models.RoleAdmin}

// deputyRoles are the roles that delegations in force give to a person: what
// the delegator holds by grants of their own, within the delegation's bounds.
func (w *Workflow) deputyRoles(ctx context.Context, personID string) ([]models.DelegatedRole, error) {
	delegations, err := w.store.DelegationsTo(ctx, personID, w.clock())
	if err != nil || len(delegations) == 0 {
		return nil, err
	}
	var deputy []models.DelegatedRole
	for _, x := range delegations {
		from, err := w.store.User(ctx, x.From)
		if err != nil {
			return nil, err
		}
		grants, err := w.store.Grants(ctx, x.From)
		if err != nil {
			return nil, err
		}
		roles, _, err := w.spread(ctx, grants)
		if err != nil {
			return nil, err
		}
		for _, r := range roles {
			if from.DisabledAt.IsZero() && holds(x.AccountIDs, r.AccountID) && !slices.Contains(noDeputy, r.Role) {
				deputy = append(deputy, models.DelegatedRole{AccountRole: r, From: x.From, Tiers: x.Tiers})
			}
		}
	}
	return deputy, nil
}

// spread gives the roles that grants mean on each account, and those that they give on units.
func (w *Workflow) spread(ctx context.Context, grants []models.Grant) (roles []models.AccountRole, unitRoles []models.UnitRole, err error) {
	var wide []models.Grant
	for _, g := range grants {
		switch {
		case g.Role == models.RoleAdmin:
		case g.Role == models.RoleConsultee:
			unitRoles = append(unitRoles, models.UnitRole{UnitID: g.UnitID, Role: g.Role})
		case g.AccountID != "":
			roles = append(roles, models.AccountRole{AccountID: g.AccountID, Role: g.Role})
		default:
			wide = append(wide, g)
		}
	}
	if len(wide) == 0 {
		return roles, unitRoles, nil
	}
	units, err := w.store.Units(ctx)
	if err != nil {
		return nil, nil, err
	}
	accounts, err := w.store.Accounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	parents := map[string]string{}
	for _, u := range units {
		parents[u.ID] = u.ParentID
	}
	for _, g := range wide {
		for _, a := range accounts {
			if g.UnitID == "" || below(parents, a.UnitID, g.UnitID) {
				roles = append(roles, models.AccountRole{AccountID: a.ID, Role: g.Role})
			}
		}
		if g.UnitID != "" {
			unitRoles = append(unitRoles, models.UnitRole{UnitID: g.UnitID, Role: g.Role})
		}
	}
	return roles, unitRoles, nil
}

// below says whether a unit is another one or stands under it.
func below(parents map[string]string, unit, above string) bool {
	for range len(parents) + 1 {
		if unit == above {
			return true
		}
		if unit = parents[unit]; unit == "" {
			return false
		}
	}
	return false
}

// Wrong passwords that one sign-in name may try: signInBurst at once, then one each signInEvery.
const (
	signInBurst = 10
	signInEvery = 30 * time.Second
	signInNames = 10_000 // names remembered; past that all are forgotten
	hashings    = 2      // passwords checked at once: each takes 64 MB
)

// signInTries slows down guessing. It is kept per process: a hint against
// guessing, no state of a draft.
type signInTries struct {
	mu     sync.Mutex
	byName map[string]*rate.Limiter
	once   sync.Once
	slots  chan struct{}
}

func (s *signInTries) limiter(name string) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil || len(s.byName) > signInNames {
		s.byName = map[string]*rate.Limiter{}
	}
	l, ok := s.byName[name]
	if !ok {
		l = rate.NewLimiter(rate.Every(signInEvery), signInBurst)
		s.byName[name] = l
	}
	return l
}

// slot waits for a place to hash a password in; the function given back frees it.
func (s *signInTries) slot(ctx context.Context) (func(), error) {
	s.once.Do(func() { s.slots = make(chan struct{}, hashings) })
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// nobodyHash, of a random password that was not kept, is compared where there is no such user, so that both take as long.
const nobodyHash = "$argon2id$v=19$m=65536,t=1,p=2$/KfLm44ZBwddzvDauY6P1w$fvy/WCdm9FhgkvRfQ0HKevOn2UdQcURMp7pLlNRUK2M"

// SignIn checks a password: CodeUnauthenticated if it does not fit or the user
// is disabled, CodeRateLimited after many wrong ones.
func (w *Workflow) SignIn(ctx context.Context, signIn, password string) (models.User, error) {
	limiter := w.tries.limiter(signIn)
	if limiter.Tokens() < 1 {
		return models.User{}, models.Errorf(models.CodeRateLimited, "登录失败次数过多，请稍后再试。")
	}
	user, err := w.store.UserBySignIn(ctx, signIn)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return models.User{}, err
	}
	hash := user.PasswordHash
	if hash == "" {
		hash = nobodyHash
	}
	free, err := w.tries.slot(ctx)
	if err != nil {
		return models.User{}, err
	}
	defer free()
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return models.User{}, err
	}
	if !match || user.PasswordHash == "" || !user.DisabledAt.IsZero() {
		limiter.Allow()
		return models.User{}, models.Errorf(models.CodeUnauthenticated, "用户名或密码不正确。")
	}
	return user, nil
}
