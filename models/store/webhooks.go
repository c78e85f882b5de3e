package store

import (
	"context"
	"time"

	"shenfa/models"
)

// webhookRow is a row of webhooks.
type webhookRow struct {
	ID          string `gorm:"primaryKey"`
	URL         string
	UnitID      string
	AccountID   string
	Kinds       string
	Description string
	Secret      string
	CreatedBy   string
	CreatedAt   int64
	DisabledAt  int64
	DisabledWhy string
}

func (webhookRow) TableName() string { return "webhooks" }

func (r webhookRow) model() (models.Webhook, error) {
	w := models.Webhook{ID: r.ID, URL: r.URL, UnitID: r.UnitID, AccountID: r.AccountID, Kinds: []string{}, Description: r.Description,
		Secret: r.Secret, CreatedBy: r.CreatedBy, CreatedAt: timeOf(r.CreatedAt), DisabledAt: timeOf(r.DisabledAt), DisabledWhy: r.DisabledWhy}
	return w, parse(r.Kinds, &w.Kinds)
}

// InsertWebhook writes a new webhook.
func (t *Tx) InsertWebhook(w models.Webhook) error {
	kinds, err := listText(w.Kinds)
	if err != nil {
		return err
	}
	return taken(insert(t, webhookRow{ID: w.ID, URL: w.URL, UnitID: w.UnitID, AccountID: w.AccountID, Kinds: kinds, Description: w.Description,
		Secret: w.Secret, CreatedBy: w.CreatedBy, CreatedAt: millis(w.CreatedAt)}), "该订阅已经存在。")
}

// DisableWebhook ends a webhook; one that is disabled already stays as it is.
func (t *Tx) DisableWebhook(id, why string, at time.Time) (bool, error) {
	n, err := t.exec("UPDATE webhooks SET disabled_at=?, disabled_why=? WHERE id=? AND disabled_at=0", millis(at), why, id)
	return n == 1, err
}

// EnableWebhook has a disabled webhook called again.
func (t *Tx) EnableWebhook(id string) error {
	_, err := t.exec("UPDATE webhooks SET disabled_at=0, disabled_why='' WHERE id=?", id)
	return err
}

// Webhook reads one webhook.
func (s *Store) Webhook(ctx context.Context, id string) (models.Webhook, error) {
	row, err := one[webhookRow](ctx, s, "没有找到该订阅。", "id = ?", id)
	if err != nil {
		return models.Webhook{}, err
	}
	return row.model()
}

// Webhooks reads all webhooks, by id; disabled ones too.
func (s *Store) Webhooks(ctx context.Context) ([]models.Webhook, error) {
	rows, err := all[webhookRow](ctx, s, "")
	if err != nil {
		return nil, err
	}
	return each(rows, webhookRow.model)
}
