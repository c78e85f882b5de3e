package workflow

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"shenfa/models"
	"shenfa/models/store"
)

// MinPassword is the least number of characters of a password.
const MinPassword = 10

func mustAdmin(actor models.Actor) error {
	if !actor.Admin {
		return models.Errorf(models.CodeForbidden, "只有系统管理员可以执行此操作。")
	}
	return nil
}

// administer runs one act of an administrator in one transaction with its
// audit event. Under an Idempotency-Key that already made something, done is
// its id and nothing is written.
func (w *Workflow) administer(ctx context.Context, actor models.Actor, resource, kind string, data map[string]any, write func(*store.Tx) error) (done string, err error) {
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return done, err
	}
	replayed, err := w.update(ctx, actor, resource, nil, func(tx *store.Tx) error {
		if err := write(tx); err != nil {
			return err
		}
		return w.appendSystem(tx, actor, kind, data)
	})
	if replayed && err == nil {
		return w.once(ctx, actor)
	}
	return "", err
}

// CreateUnit makes a unit; parentID may be "".
func (w *Workflow) CreateUnit(ctx context.Context, actor models.Actor, name, parentID string) (models.Unit, error) {
	if err := mustAdmin(actor); err != nil {
		return models.Unit{}, err
	}
	var f faults
	f.name("/name", name)
	if parentID != "" {
		if _, err := w.store.Unit(ctx, parentID); err != nil {
			f.add("/parent_id", "没有这个单位。")
		}
	}
	if err := models.Invalid(f); err != nil {
		return models.Unit{}, err
	}
	u := models.Unit{ID: newID(), Name: name, ParentID: parentID, CreatedAt: w.clock()}
	done, err := w.administer(ctx, actor, u.ID, "unit_created", map[string]any{"unit": u.ID, "name": name, "parent": parentID},
		func(tx *store.Tx) error { return tx.InsertUnit(u) })
	if err == nil && done != "" {
		return w.store.Unit(ctx, done)
	}
	return u, err
}

// Units are the units that the actor's roles reach; all of them for an administrator.
func (w *Workflow) Units(ctx context.Context, actor models.Actor) ([]models.Unit, error) {
	units, err := w.store.Units(ctx)
	if err != nil || actor.Admin {
		return units, err
	}
	accounts, err := w.Accounts(ctx, actor)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(units, func(u models.Unit) bool {
		return !slices.ContainsFunc(accounts, func(a models.Account) bool { return a.UnitID == u.ID }) &&
			!slices.ContainsFunc(actor.Units, func(r models.UnitRole) bool { return r.UnitID == u.ID })
	}), nil
}

// CreateAccount makes an account (UnitID, Name, Medium, Profile; Medium "" is wechat, Profile "" the default one).
func (w *Workflow) CreateAccount(ctx context.Context, actor models.Actor, a models.Account) (models.Account, error) {
	if err := mustAdmin(actor); err != nil {
		return models.Account{}, err
	}
	if a.Medium == "" {
		a.Medium = "wechat"
	}
	if a.Profile == "" {
		a.Profile = DefaultProfile
	}
	var f faults
	f.name("/name", a.Name)
	f.name("/medium", a.Medium)
	if _, err := w.store.Unit(ctx, a.UnitID); err != nil {
		f.add("/unit_id", "没有这个单位。")
	}
	if _, err := w.profiles.Profile(a.Profile); err != nil {
		f.add("/profile", "没有名为“%s”的规则配置。", a.Profile)
	}
	if err := models.Invalid(f); err != nil {
		return models.Account{}, err
	}
	a.ID, a.CreatedAt = newID(), w.clock()
	done, err := w.administer(ctx, actor, a.ID, "account_created",
		map[string]any{"account": a.ID, "unit": a.UnitID, "name": a.Name, "medium": a.Medium, "profile": a.Profile},
		func(tx *store.Tx) error { return tx.InsertAccount(a) })
	if err == nil && done != "" {
		return w.store.Account(ctx, done)
	}
	return a, err
}

// Accounts are those on which the actor holds a role, or that its token names; all of them for an administrator.
func (w *Workflow) Accounts(ctx context.Context, actor models.Actor) ([]models.Account, error) {
	accounts, err := w.store.Accounts(ctx)
	if err != nil || actor.Admin {
		return accounts, err
	}
	visible := actor.VisibleAccounts()
	return slices.DeleteFunc(accounts, func(a models.Account) bool { return !slices.Contains(visible, a.ID) }), nil
}

// CreateUser makes a user with roles.
func (w *Workflow) CreateUser(ctx context.Context, actor models.Actor, in UserInput) (models.User, error) {
	if err := mustAdmin(actor); err != nil {
		return models.User{}, err
	}
	var f faults
	f.name("/name", in.Name)
	f.name("/sign_in", in.SignIn)
	if strings.ContainsAny(in.SignIn, " \t　") {
		f.add("/sign_in", "登录名不能含空格。")
	}
	if _, err := w.store.Unit(ctx, in.UnitID); err != nil {
		f.add("/unit_id", "没有这个单位。")
	}
	if in.Password != "" {
		f.password("/password", in.Password)
	}
	for _, g := range in.Grants {
		w.checkGrant(ctx, &f, "/grants", g)
	}
	u := models.User{ID: newID(), SignIn: in.SignIn, Name: in.Name, UnitID: in.UnitID, CreatedAt: w.clock()}
	grants := make([]models.Grant, len(in.Grants))
	for i, g := range in.Grants {
		grants[i] = grantOf(u.ID, g, u.CreatedAt)
	}
	if err := w.checkOverseer(ctx, &f, "/grants", grants); err != nil {
		return models.User{}, err
	}
	if err := models.Invalid(f); err != nil {
		return models.User{}, err
	}
	if in.Password != "" {
		var err error
		if u.PasswordHash, err = w.hashPassword(ctx, in.Password); err != nil {
			return models.User{}, err
		}
	}
	done, err := w.administer(ctx, actor, u.ID, "user_created", map[string]any{"user": u.ID, "sign_in": u.SignIn, "name": u.Name, "grants": grantData(in.Grants)},
		func(tx *store.Tx) error {
			if err := tx.InsertUser(u); err != nil {
				return err
			}
			for _, g := range grants {
				if err := tx.InsertGrant(g); err != nil {
					return err
				}
			}
			return nil
		})
	if err == nil && done != "" {
		return w.store.User(ctx, done)
	}
	return u, err
}

func (w *Workflow) hashPassword(ctx context.Context, password string) (string, error) {
	free, err := w.tries.slot(ctx)
	if err != nil {
		return "", err
	}
	defer free()
	return argon2id.CreateHash(password, argon2id.DefaultParams)
}

func (f *faults) name(pointer, value string) {
	f.text(pointer, value, 100, false)
	if strings.TrimSpace(value) == "" {
		f.add(pointer, "不能为空。")
	}
}

func (f *faults) password(pointer, value string) {
	if utf8.RuneCountInString(value) < MinPassword {
		f.add(pointer, "密码至少 %d 位。", MinPassword)
	}
	if len(value) > 200 {
		f.add(pointer, "密码过长。")
	}
}

func (w *Workflow) checkGrant(ctx context.Context, f *faults, pointer string, g GrantInput) {
	if !w.profiles.KnowsRole(g.Role) {
		f.add(pointer+"/role", "没有“%s”这个角色。", g.Role)
	}
	if g.AccountID != "" && g.UnitID != "" {
		f.add(pointer+"/unit_id", "角色授予一个账号或一个单位，不能同时写两个。")
	}
	if g.AccountID != "" {
		if _, err := w.store.Account(ctx, g.AccountID); err != nil {
			f.add(pointer+"/account_id", "没有这个账号。")
		}
	}
	if g.UnitID != "" {
		if _, err := w.store.Unit(ctx, g.UnitID); err != nil {
			f.add(pointer+"/unit_id", "没有这个单位。")
		}
	}
}

// checkOverseer refuses grants that would let one person both decide and
// oversee: an administrator decides nowhere, a supervisor on none of the
// accounts that they supervise.
func (w *Workflow) checkOverseer(ctx context.Context, f *faults, pointer string, grants []models.Grant) error {
	roles, _, err := w.spread(ctx, grants)
	if err != nil {
		return err
	}
	actor := models.Actor{Roles: roles, Admin: slices.ContainsFunc(grants, func(g models.Grant) bool { return g.Role == models.RoleAdmin })}
	if slices.ContainsFunc(roles, func(r models.AccountRole) bool { return decides(r.Role) && oversees(actor, r.AccountID) }) {
		f.add(pointer+"/role", "系统管理员和主管单位不参与审签，不能兼任审签角色。")
	}
	return nil
}

// decides says whether a role decides on drafts.
func decides(r models.Role) bool {
	return r == models.RoleSecrecyReviewer || !slices.Contains(noDeputy, r)
}

func grantOf(userID string, g GrantInput, at time.Time) models.Grant {
	return models.Grant{ID: newID(), UserID: userID, Role: g.Role, AccountID: g.AccountID, UnitID: g.UnitID, CreatedAt: at}
}

func grantData(grants []GrantInput) []map[string]any {
	data := make([]map[string]any, len(grants))
	for i, g := range grants {
		data[i] = map[string]any{"role": g.Role, "account": g.AccountID, "unit": g.UnitID}
	}
	return data
}

// Users are all users; for administrators.
func (w *Workflow) Users(ctx context.Context, actor models.Actor) ([]models.User, error) {
	if err := mustAdmin(actor); err != nil {
		return nil, err
	}
	return w.store.Users(ctx)
}

// User reads one user; for administrators.
func (w *Workflow) User(ctx context.Context, actor models.Actor, id string) (models.User, error) {
	if err := mustAdmin(actor); err != nil {
		return models.User{}, err
	}
	return w.store.User(ctx, id)
}

// GrantableRoles are the roles that can be granted: those that no profile
// declares, then those of the profiles that accounts have.
func (w *Workflow) GrantableRoles(ctx context.Context, actor models.Actor) ([]models.Role, error) {
	if err := mustAdmin(actor); err != nil {
		return nil, err
	}
	accounts, err := w.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	roles := []models.Role{models.RoleAuthor}
	for _, a := range accounts {
		profile, err := w.profileOf(a)
		if err != nil {
			return nil, err
		}
		for _, r := range profile.Roles {
			if !slices.Contains(roles, r.ID) {
				roles = append(roles, r.ID)
			}
		}
	}
	for _, r := range []models.Role{models.RoleSecrecyReviewer, models.RoleConsultee, models.RoleSupervisor, models.RoleAdmin} {
		if !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	return roles, nil
}

// SetPassword sets a user's password: an administrator anyone's, a user their own.
func (w *Workflow) SetPassword(ctx context.Context, actor models.Actor, userID, password string) error {
	if actor.ID != userID {
		if err := mustAdmin(actor); err != nil {
			return err
		}
	}
	var f faults
	f.password("/password", password)
	if err := models.Invalid(f); err != nil {
		return err
	}
	user, err := w.store.User(ctx, userID)
	if err != nil {
		return err
	}
	if user.PasswordHash, err = w.hashPassword(ctx, password); err != nil {
		return err
	}
	_, err = w.administer(ctx, actor, user.ID, "password_set", map[string]any{"user": user.ID},
		func(tx *store.Tx) error { return tx.UpdateUser(user) })
	return err
}

// ChangePassword sets the actor's own password once more: they prove that they
// know the present one. Errors: CodeInvalid naming the field, CodeRateLimited
// after many wrong ones.
func (w *Workflow) ChangePassword(ctx context.Context, actor models.Actor, present, password string) error {
	if actor.Kind != models.ActorUser {
		return models.Errorf(models.CodeForbidden, "此操作仅限用户。")
	}
	user, err := w.store.User(ctx, actor.ID)
	if err != nil {
		return err
	}
	var f faults
	if _, err := w.SignIn(ctx, user.SignIn, present); models.CodeOf(err) == models.CodeUnauthenticated {
		f.add("/present", "当前密码不正确。")
	} else if err != nil {
		return err
	}
	f.password("/password", password)
	if present == password {
		f.add("/password", "新密码不能与当前密码相同。")
	}
	if err := models.Invalid(f); err != nil {
		return err
	}
	return w.SetPassword(ctx, actor, actor.ID, password)
}

// DisableUser ends a user's sign-in and tokens. What they did stays as it is.
func (w *Workflow) DisableUser(ctx context.Context, actor models.Actor, userID string) error {
	if err := mustAdmin(actor); err != nil {
		return err
	}
	user, err := w.store.User(ctx, userID)
	if err != nil || !user.DisabledAt.IsZero() {
		return err
	}
	user.DisabledAt = w.clock()
	_, err = w.administer(ctx, actor, user.ID, "user_disabled", map[string]any{"user": user.ID},
		func(tx *store.Tx) error { return tx.UpdateUser(user) })
	return err
}

// Grant gives a user a role.
func (w *Workflow) Grant(ctx context.Context, actor models.Actor, userID string, in GrantInput) (models.Grant, error) {
	if err := mustAdmin(actor); err != nil {
		return models.Grant{}, err
	}
	if _, err := w.store.User(ctx, userID); err != nil {
		return models.Grant{}, err
	}
	var f faults
	w.checkGrant(ctx, &f, "", in)
	g := grantOf(userID, in, w.clock())
	held, err := w.store.Grants(ctx, userID)
	if err != nil {
		return models.Grant{}, err
	}
	if err := w.checkOverseer(ctx, &f, "", append(held, g)); err != nil {
		return models.Grant{}, err
	}
	if err := models.Invalid(f); err != nil {
		return models.Grant{}, err
	}
	done, err := w.administer(ctx, actor, g.ID, "role_granted", map[string]any{"user": userID, "grants": grantData([]GrantInput{in})},
		func(tx *store.Tx) error { return tx.InsertGrant(g) })
	if err == nil && done != "" {
		g.ID = done
	}
	return g, err
}

// RevokeGrant takes a role away.
func (w *Workflow) RevokeGrant(ctx context.Context, actor models.Actor, grantID string) error {
	if err := mustAdmin(actor); err != nil {
		return err
	}
	_, err := w.administer(ctx, actor, grantID, "role_revoked", map[string]any{"grant": grantID},
		func(tx *store.Tx) error { return tx.DeleteGrant(grantID) })
	return err
}

// Grants are the roles of a user: an administrator may read anyone's, a user their own.
func (w *Workflow) Grants(ctx context.Context, actor models.Actor, userID string) ([]models.Grant, error) {
	if actor.ID != userID {
		if err := mustAdmin(actor); err != nil {
			return nil, err
		}
	}
	return w.store.Grants(ctx, userID)
}

// CreateToken makes a token and gives its secret, once: only the hash is
// stored. A user may make tokens for themselves, an administrator any.
func (w *Workflow) CreateToken(ctx context.Context, actor models.Actor, in TokenInput) (models.Token, string, error) {
	if in.Kind != models.TokenUser || actor.ID != in.UserID {
		if err := mustAdmin(actor); err != nil {
			return models.Token{}, "", err
		}
	}
	var f faults
	f.name("/name", in.Name)
	oneOf(&f, "/kind", in.Kind, models.TokenUser, models.TokenIntegration)
	if in.Kind == models.TokenUser {
		if _, err := w.store.User(ctx, in.UserID); err != nil {
			f.add("/user_id", "没有这个用户。")
		}
	}
	if in.Kind == models.TokenIntegration && len(in.AccountIDs) == 0 {
		f.add("/account_ids", "发布端令牌须写明可拉取的账号。")
	}
	for _, id := range in.AccountIDs {
		if _, err := w.store.Account(ctx, id); err != nil {
			f.add("/account_ids", "没有账号“%s”。", id)
		}
	}
	if !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(w.now()) {
		f.add("/expires_at", "到期时间应晚于现在。")
	}
	if err := models.Invalid(f); err != nil {
		return models.Token{}, "", err
	}
	secret := newSecret()
	t := models.Token{ID: newID(), Kind: in.Kind, Name: in.Name, Hash: hashSecret(secret), CreatedAt: w.clock(), ExpiresAt: models.Millis(in.ExpiresAt)}
	if in.Kind == models.TokenUser {
		t.UserID = in.UserID
	} else {
		t.AccountIDs = in.AccountIDs
	}
	done, err := w.administer(ctx, actor, t.ID, "token_created",
		map[string]any{"token": t.ID, "name": t.Name, "kind": t.Kind, "user": t.UserID, "accounts": t.AccountIDs},
		func(tx *store.Tx) error { return tx.InsertToken(t) })
	if err == nil && done != "" {
		return models.Token{}, "", models.Errorf(models.CodeConflict, "此令牌已经创建，密文只在创建时显示一次；如已遗失，请撤销后重建。")
	}
	return t, secret, err
}

// Tokens are all tokens, for administrators; a user's own for others.
func (w *Workflow) Tokens(ctx context.Context, actor models.Actor) ([]models.Token, error) {
	tokens, err := w.store.Tokens(ctx)
	if err != nil || actor.Admin {
		return tokens, err
	}
	return slices.DeleteFunc(tokens, func(t models.Token) bool { return t.UserID != actor.ID }), nil
}

// RevokeToken ends a token at once: an administrator any, a user their own.
func (w *Workflow) RevokeToken(ctx context.Context, actor models.Actor, id string) error {
	t, err := w.store.Token(ctx, id)
	if err != nil {
		return err
	}
	if t.UserID == "" || t.UserID != actor.ID {
		if err := mustAdmin(actor); err != nil {
			return err
		}
	}
	if !t.RevokedAt.IsZero() {
		return nil
	}
	_, err = w.administer(ctx, actor, id, "token_revoked", map[string]any{"token": id},
		func(tx *store.Tx) error { return tx.RevokeToken(id, w.clock()) })
	return err
}
