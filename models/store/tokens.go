package store

import (
	"context"
	"time"

	"shenfa/models"
)

type tokenRow struct {
	ID         string `gorm:"primaryKey"`
	Kind       string
	Name       string
	UserID     string
	AccountIDs string `gorm:"column:account_ids"`
	Hash       string
	CreatedAt  int64
	ExpiresAt  int64
	RevokedAt  int64
}

func (tokenRow) TableName() string { return "tokens" }

func (r tokenRow) model() (models.Token, error) {
	t := models.Token{ID: r.ID, Kind: models.TokenKind(r.Kind), Name: r.Name, UserID: r.UserID, Hash: r.Hash,
		CreatedAt: timeOf(r.CreatedAt), ExpiresAt: timeOf(r.ExpiresAt), RevokedAt: timeOf(r.RevokedAt)}
	return t, parse(r.AccountIDs, &t.AccountIDs)
}

// InsertToken writes a new token.
func (t *Tx) InsertToken(x models.Token) error {
	accounts, err := listText(x.AccountIDs)
	if err != nil {
		return err
	}
	return taken(insert(t, tokenRow{ID: x.ID, Kind: string(x.Kind), Name: x.Name, UserID: x.UserID, AccountIDs: accounts, Hash: x.Hash,
		CreatedAt: millis(x.CreatedAt), ExpiresAt: millis(x.ExpiresAt), RevokedAt: millis(x.RevokedAt)}), "该令牌已经存在。")
}

// RevokeToken ends a token; one that is revoked already keeps its first time.
func (t *Tx) RevokeToken(id string, at time.Time) error {
	n, err := t.exec("UPDATE tokens SET revoked_at = CASE WHEN revoked_at = 0 THEN ? ELSE revoked_at END WHERE id=?", millis(at), id)
	if err == nil && n == 0 {
		err = models.Errorf(models.CodeNotFound, "没有找到该令牌。")
	}
	return err
}

// Token reads one token.
func (s *Store) Token(ctx context.Context, id string) (models.Token, error) {
	row, err := one[tokenRow](ctx, s, "没有找到该令牌。", "id = ?", id)
	if err != nil {
		return models.Token{}, err
	}
	return row.model()
}

// TokenByHash reads the token whose secret has the hash.
func (s *Store) TokenByHash(ctx context.Context, hash string) (models.Token, error) {
	row, err := one[tokenRow](ctx, s, "没有找到该令牌。", "hash = ?", hash)
	if err != nil {
		return models.Token{}, err
	}
	return row.model()
}

// Tokens reads all tokens, by id; revoked ones too.
func (s *Store) Tokens(ctx context.Context) ([]models.Token, error) {
	rows, err := all[tokenRow](ctx, s, "")
	if err != nil {
		return nil, err
	}
	return each(rows, tokenRow.model)
}

// Identity is who calls: a token with its user and the user's roles. User and
// Grants are empty for an integration; Token is empty for a signed-in person.
// Whether the token is expired or revoked, or the user disabled, is for the
// caller to see.
type Identity struct {
	Token  models.Token
	User   models.User
	Grants []models.Grant
}

// Identity reads, in one round trip, what the token with the hash stands for.
func (s *Store) Identity(ctx context.Context, tokenHash string) (Identity, error) {
	return s.identity(ctx, "tokens t LEFT JOIN users u ON u.id=t.user_id", "t.hash=?", tokenHash, "没有找到该令牌。")
}

// IdentityOfUser reads, in one round trip, a user with all roles.
func (s *Store) IdentityOfUser(ctx context.Context, userID string) (Identity, error) {
	return s.identity(ctx, "users u LEFT JOIN tokens t ON t.id=''", "u.id=?", userID, "没有找到该人员。")
}

func (s *Store) identity(ctx context.Context, from, where, arg, message string) (Identity, error) {
	var rows []struct {
		Token tokenRow `gorm:"embedded;embeddedPrefix:t_"`
		User  userRow  `gorm:"embedded;embeddedPrefix:u_"`
		Grant grantRow `gorm:"embedded;embeddedPrefix:g_"`
	}
	query := "SELECT " + tableOf[tokenRow](s).selected("t", "t_") + "," + tableOf[userRow](s).selected("u", "u_") + "," +
		tableOf[grantRow](s).selected("g", "g_") +
		" FROM " + from + " LEFT JOIN grants g ON g.user_id=u.id WHERE " + where + " ORDER BY g.id"
	err := s.reads.WithContext(ctx).Raw(query, arg).Scan(&rows).Error
	if err != nil {
		return Identity{}, found(err, message)
	}
	if len(rows) == 0 {
		return Identity{}, models.Errorf(models.CodeNotFound, "%s", message)
	}
	token, err := rows[0].Token.model()
	if err != nil {
		return Identity{}, err
	}
	identity := Identity{Token: token, User: rows[0].User.model()}
	for _, row := range rows {
		if row.Grant.ID != "" {
			identity.Grants = append(identity.Grants, row.Grant.model())
		}
	}
	return identity, nil
}
