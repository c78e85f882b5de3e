package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/workflow/webhook"
)

// WebhookInput makes a webhook: on an account, on a unit and those below it,
// or, with neither, on everything.
type WebhookInput struct {
	URL         string
	UnitID      string
	AccountID   string
	Kinds       []string // empty: all
	Description string
}

// CreateWebhook makes a webhook and gives its secret, which is shown once.
func (w *Workflow) CreateWebhook(ctx context.Context, actor models.Actor, in WebhookInput) (models.Webhook, string, error) {
	if err := mustAdmin(actor); err != nil {
		return models.Webhook{}, "", err
	}
	if err := w.validateWebhook(ctx, in); err != nil {
		return models.Webhook{}, "", err
	}
	h := models.Webhook{ID: newID(), URL: in.URL, UnitID: in.UnitID, AccountID: in.AccountID, Kinds: append([]string{}, in.Kinds...),
		Description: in.Description, Secret: webhook.NewSecret(), CreatedBy: actor.ID, CreatedAt: w.clock()}
	done, err := w.administer(ctx, actor, h.ID, "webhook_created", map[string]any{"webhook": h.ID, "url": h.URL, "unit": h.UnitID,
		"account": h.AccountID, "kinds": strings.Join(h.Kinds, " ")}, func(tx *store.Tx) error { return tx.InsertWebhook(h) })
	if err != nil {
		return models.Webhook{}, "", err
	}
	if done != "" { // the secret was shown to the first call with the key
		h, err = w.store.Webhook(ctx, done)
		return h, "", err
	}
	return h, h.Secret, nil
}

func (w *Workflow) validateWebhook(ctx context.Context, in WebhookInput) error {
	var f faults
	f.text("/description", in.Description, 200, false)
	switch err := w.guard.CheckURL(in.URL); {
	case errors.Is(err, webhook.ErrRefused):
		f.add("/url", "该地址不在允许的网络内；单位内网地址须由管理员在配置 webhooks.allow 中放行，未放行的网络只能用 https。")
	case err != nil || utf8.RuneCountInString(in.URL) > 2000:
		f.add("/url", "应是 http 或 https 网址，不带用户名和 #，不超过 2000 字符。")
	}
	if in.UnitID != "" && in.AccountID != "" {
		f.add("/account_id", "单位与账号只能指定一个。")
	}
	if in.UnitID != "" {
		if _, err := w.store.Unit(ctx, in.UnitID); err != nil {
			f.add("/unit_id", "没有这个单位。")
		}
	}
	if in.AccountID != "" {
		if _, err := w.store.Account(ctx, in.AccountID); err != nil {
			f.add("/account_id", "没有这个账号。")
		}
	}
	for i, kind := range in.Kinds {
		if !roleWord(models.Role(kind)) || len(kind) > 64 {
			f.add(fmt.Sprintf("/kinds/%d", i), "应是小写字母、数字和下划线组成的通知种类。")
		}
	}
	return models.Invalid(f)
}

// Webhooks lists all webhooks, disabled ones too.
func (w *Workflow) Webhooks(ctx context.Context, actor models.Actor) ([]models.Webhook, error) {
	if err := mustAdmin(actor); err != nil {
		return nil, err
	}
	return w.store.Webhooks(ctx)
}

// Webhook reads one webhook.
func (w *Workflow) Webhook(ctx context.Context, actor models.Actor, id string) (models.Webhook, error) {
	if err := mustAdmin(actor); err != nil {
		return models.Webhook{}, err
	}
	return w.store.Webhook(ctx, id)
}

// RemoveWebhook has a webhook called no more; its log stays.
func (w *Workflow) RemoveWebhook(ctx context.Context, actor models.Actor, id string) error {
	return w.changeWebhook(ctx, actor, id, "webhook_removed", func(tx *store.Tx) error {
		_, err := tx.DisableWebhook(id, models.WebhookRemoved, w.clock())
		return err
	})
}

// EnableWebhook has a disabled webhook called again, for what happens from now on.
func (w *Workflow) EnableWebhook(ctx context.Context, actor models.Actor, id string) error {
	return w.changeWebhook(ctx, actor, id, "webhook_enabled", func(tx *store.Tx) error { return tx.EnableWebhook(id) })
}

func (w *Workflow) changeWebhook(ctx context.Context, actor models.Actor, id, kind string, write func(*store.Tx) error) error {
	if err := mustAdmin(actor); err != nil {
		return err
	}
	if _, err := w.store.Webhook(ctx, id); err != nil {
		return err
	}
	_, err := w.administer(ctx, actor, id, kind, map[string]any{"webhook": id}, write)
	return err
}

// Deliveries is the log of a webhook, newest first. next is the cursor of the
// next page; "" on the last.
func (w *Workflow) Deliveries(ctx context.Context, actor models.Actor, id, after string, limit int) (page []models.Delivery, next string, err error) {
	if err := mustAdmin(actor); err != nil {
		return nil, "", err
	}
	if _, err := w.store.Webhook(ctx, id); err != nil {
		return nil, "", err
	}
	if limit <= 0 || limit > MaxFeedLimit {
		limit = defaultPerPage
	}
	page, err = w.store.Deliveries(ctx, id, after, limit+1)
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}
	return page, next, err
}
