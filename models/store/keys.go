package store

import (
	"context"
	"time"

	"shenfa/models"
)

type keyRow struct {
	ID         string `gorm:"primaryKey"`
	Algorithm  string
	PublicKey  []byte
	PrivateKey []byte
	CreatedAt  int64
	RetiredAt  int64
}

func (keyRow) TableName() string { return "signing_keys" }

// InsertKey writes a new signing key.
func (t *Tx) InsertKey(k models.SigningKey) error {
	return taken(insert(t, keyRow{ID: k.ID, Algorithm: k.Algorithm, PublicKey: k.Public, PrivateKey: k.Private,
		CreatedAt: millis(k.CreatedAt), RetiredAt: millis(k.RetiredAt)}), "该签名密钥已经存在。")
}

// RetireKey says from when a key signs no more; it stays published.
func (t *Tx) RetireKey(id string, at time.Time) error {
	return t.change(keyRow{}, id, "没有找到该签名密钥。", map[string]any{"retired_at": millis(at)})
}

// Keys reads all signing keys, oldest first.
func (s *Store) Keys(ctx context.Context) ([]models.SigningKey, error) {
	var rows []keyRow
	if err := s.reads.WithContext(ctx).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, func(r keyRow) models.SigningKey {
		return models.SigningKey{ID: r.ID, Algorithm: r.Algorithm, Public: r.PublicKey, Private: r.PrivateKey,
			CreatedAt: timeOf(r.CreatedAt), RetiredAt: timeOf(r.RetiredAt)}
	}), nil
}
