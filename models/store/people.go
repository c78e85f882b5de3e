package store

import (
	"context"

	"shenfa/models"
)

type unitRow struct {
	ID        string `gorm:"primaryKey"`
	Name      string
	ParentID  string
	CreatedAt int64
}

type accountRow struct {
	ID        string `gorm:"primaryKey"`
	UnitID    string
	Name      string
	Medium    string
	Profile   string
	CreatedAt int64
}

type userRow struct {
	ID           string `gorm:"primaryKey"`
	SignIn       string
	Name         string
	UnitID       string
	PasswordHash string
	CreatedAt    int64
	DisabledAt   int64
}

type grantRow struct {
	ID        string `gorm:"primaryKey"`
	UserID    string
	Role      string
	AccountID string
	UnitID    string
	CreatedAt int64
}

func (unitRow) TableName() string    { return "units" }
func (accountRow) TableName() string { return "accounts" }
func (userRow) TableName() string    { return "users" }
func (grantRow) TableName() string   { return "grants" }

func (r unitRow) model() models.Unit {
	return models.Unit{ID: r.ID, Name: r.Name, ParentID: r.ParentID, CreatedAt: timeOf(r.CreatedAt)}
}

func (r accountRow) model() models.Account {
	return models.Account{ID: r.ID, UnitID: r.UnitID, Name: r.Name, Medium: r.Medium, Profile: r.Profile, CreatedAt: timeOf(r.CreatedAt)}
}

func (r userRow) model() models.User {
	return models.User{ID: r.ID, SignIn: r.SignIn, Name: r.Name, UnitID: r.UnitID, PasswordHash: r.PasswordHash,
		CreatedAt: timeOf(r.CreatedAt), DisabledAt: timeOf(r.DisabledAt)}
}

func (r grantRow) model() models.Grant {
	return models.Grant{ID: r.ID, UserID: r.UserID, Role: models.Role(r.Role), AccountID: r.AccountID, UnitID: r.UnitID, CreatedAt: timeOf(r.CreatedAt)}
}

// InsertUnit writes a new unit.
func (t *Tx) InsertUnit(u models.Unit) error {
	return taken(insert(t, unitRow{ID: u.ID, Name: u.Name, ParentID: u.ParentID, CreatedAt: millis(u.CreatedAt)}), "该单位已经存在。")
}

// InsertAccount writes a new account; its name is unique in the unit.
func (t *Tx) InsertAccount(a models.Account) error {
	err := insert(t, accountRow{ID: a.ID, UnitID: a.UnitID, Name: a.Name, Medium: a.Medium, Profile: a.Profile, CreatedAt: millis(a.CreatedAt)})
	return taken(err, "该单位已有名为“"+a.Name+"”的账号。")
}

// InsertUser writes a new user; the sign-in name is unique.
func (t *Tx) InsertUser(u models.User) error {
	err := insert(t, userRow{ID: u.ID, SignIn: u.SignIn, Name: u.Name, UnitID: u.UnitID, PasswordHash: u.PasswordHash,
		CreatedAt: millis(u.CreatedAt), DisabledAt: millis(u.DisabledAt)})
	return taken(err, "登录名“"+u.SignIn+"”已被使用。")
}

// UpdateUser sets a user's name, unit, password hash and time of disabling.
func (t *Tx) UpdateUser(u models.User) error {
	return t.change(userRow{}, u.ID, "没有找到该人员。", map[string]any{"name": u.Name, "unit_id": u.UnitID,
		"password_hash": u.PasswordHash, "disabled_at": millis(u.DisabledAt)})
}

// change sets columns of the row with the id; not found if there is none.
func (t *Tx) change(row any, id, message string, columns map[string]any) error {
	res := t.gorm().Model(row).Where("id = ?", id).UpdateColumns(columns)
	if res.Error == nil && res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, "%s", message)
	}
	return res.Error
}

// InsertGrant gives a role; the same grant twice is a conflict.
func (t *Tx) InsertGrant(g models.Grant) error {
	err := insert(t, grantRow{ID: g.ID, UserID: g.UserID, Role: string(g.Role), AccountID: g.AccountID, UnitID: g.UnitID, CreatedAt: millis(g.CreatedAt)})
	return taken(err, "该人员已有此项角色。")
}

// DeleteGrant takes a role back.
func (t *Tx) DeleteGrant(id string) error {
	res := t.gorm().Where("id = ?", id).Delete(&grantRow{})
	if res.Error == nil && res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, "没有找到该项授权。")
	}
	return res.Error
}

// Unit reads one unit.
func (s *Store) Unit(ctx context.Context, id string) (models.Unit, error) {
	row, err := one[unitRow](ctx, s, "没有找到该单位。", "id = ?", id)
	return row.model(), err
}

// Units reads all units, by id.
func (s *Store) Units(ctx context.Context) ([]models.Unit, error) {
	rows, err := all[unitRow](ctx, s, "")
	return plain(rows, unitRow.model), err
}

// Account reads one account.
func (s *Store) Account(ctx context.Context, id string) (models.Account, error) {
	row, err := one[accountRow](ctx, s, "没有找到该账号。", "id = ?", id)
	return row.model(), err
}

// Accounts reads all accounts, by id.
func (s *Store) Accounts(ctx context.Context) ([]models.Account, error) {
	rows, err := all[accountRow](ctx, s, "")
	return plain(rows, accountRow.model), err
}

// User reads one user.
func (s *Store) User(ctx context.Context, id string) (models.User, error) {
	row, err := one[userRow](ctx, s, "没有找到该人员。", "id = ?", id)
	return row.model(), err
}

// UserBySignIn reads the user with a sign-in name.
func (s *Store) UserBySignIn(ctx context.Context, signIn string) (models.User, error) {
	row, err := one[userRow](ctx, s, "没有找到该人员。", "sign_in = ?", signIn)
	return row.model(), err
}

// Users reads all users, by id.
func (s *Store) Users(ctx context.Context) ([]models.User, error) {
	rows, err := all[userRow](ctx, s, "")
	return plain(rows, userRow.model), err
}

// Grants reads a user's roles, by id.
func (s *Store) Grants(ctx context.Context, userID string) ([]models.Grant, error) {
	rows, err := all[grantRow](ctx, s, "user_id = ?", userID)
	return plain(rows, grantRow.model), err
}

// AllGrants reads everybody's roles, by id.
func (s *Store) AllGrants(ctx context.Context) ([]models.Grant, error) {
	rows, err := all[grantRow](ctx, s, "")
	return plain(rows, grantRow.model), err
}

// one reads the row that the condition names.
func one[R any](ctx context.Context, s *Store, message, where string, args ...any) (R, error) {
	var row R
	err := s.reads.WithContext(ctx).Where(where, args...).Take(&row).Error
	if err != nil {
		var none R
		return none, found(err, message)
	}
	return row, nil
}

// all reads the rows that the condition names, by id.
func all[R any](ctx context.Context, s *Store, where string, args ...any) ([]R, error) {
	query := s.reads.WithContext(ctx).Order("id")
	if where != "" {
		query = query.Where(where, args...)
	}
	var rows []R
	return rows, explain(query.Find(&rows).Error)
}
