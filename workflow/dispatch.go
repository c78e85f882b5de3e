package workflow

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// DispatchNotices hands notices of the outbox to the webhooks that want them:
// each notice once, to each webhook once. It gives how many notices.
func (w *Workflow) DispatchNotices(ctx context.Context) (int, error) {
	notices, err := w.store.Undispatched(ctx, jobBatch)
	if err != nil || len(notices) == 0 {
		return 0, err
	}
	deliveries, err := w.deliveriesOf(ctx, notices)
	if err != nil {
		return 0, err
	}
	at := w.clock()
	err = w.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Dispatch(notices, at); err != nil || len(deliveries) == 0 {
			return err
		}
		return tx.InsertDeliveries(deliveries)
	})
	if err != nil {
		return 0, err
	}
	return len(notices), nil
}

// deliveriesOf works out which webhook is to be called for which notice.
func (w *Workflow) deliveriesOf(ctx context.Context, notices []models.Notice) ([]models.Delivery, error) {
	hooks, err := w.store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	hooks = slices.DeleteFunc(hooks, func(h models.Webhook) bool { return !h.DisabledAt.IsZero() })
	if len(hooks) == 0 {
		return nil, nil
	}
	var ids []string
	for _, n := range notices {
		ids = append(ids, n.DraftID)
	}
	drafts, err := w.store.Whereabouts(ctx, ids)
	if err != nil {
		return nil, err
	}
	units, err := w.store.Units(ctx)
	if err != nil {
		return nil, err
	}
	parents := map[string]string{}
	for _, u := range units {
		parents[u.ID] = u.ParentID
	}
	var deliveries []models.Delivery
	at := w.clock()
	for _, n := range notices {
		d, known := drafts[n.DraftID]
		if !known || d.Sealed() || n.Kind == "locked" {
			continue // nothing at all about a sealed draft
		}
		for _, h := range hooks {
			if !wants(h, n, d, parents) {
				continue
			}
			body, err := wakeUp(n, d)
			if err != nil {
				return nil, err
			}
			deliveries = append(deliveries, models.Delivery{ID: newID(), WebhookID: h.ID, NoticeID: n.ID, Kind: n.Kind, DraftID: n.DraftID,
				Body: body, State: models.DeliveryPending, NextAt: at, CreatedAt: at})
		}
	}
	return deliveries, nil
}

// wants says whether a webhook is for a notice: of its account or unit, of its
// kinds, and not older than itself.
func wants(h models.Webhook, n models.Notice, d store.Whereabouts, parents map[string]string) bool {
	return (h.AccountID == "" || h.AccountID == d.AccountID) && (h.UnitID == "" || below(parents, d.UnitID, h.UnitID)) &&
		holds(h.Kinds, n.Kind) && !n.At.Before(h.CreatedAt)
}

// wakeUp is the body of a call: what kind of thing happened to which draft.
// The receiver fetches the rest with its own credentials. There are never
// titles or texts in it.
func wakeUp(n models.Notice, d store.Whereabouts) (json.RawMessage, error) {
	var payload struct {
		Release string `json:"release"`
	}
	if err := json.Unmarshal(n.Payload, &payload); err != nil {
		return nil, err
	}
	type data struct {
		NoticeID  string `json:"notice_id"`
		DraftID   string `json:"draft_id"`
		AccountID string `json:"account_id"`
		UnitID    string `json:"unit_id"`
		ReleaseID string `json:"release_id,omitempty"`
	}
	return json.Marshal(struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      data      `json:"data"`
	}{n.Kind, n.At, data{n.ID, d.ID, d.AccountID, d.UnitID, payload.Release}})
}
