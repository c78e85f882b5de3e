package store

import (
	"context"
	"encoding/json"
	"time"

	"shenfa/models"
)

// deliveryRow is a row of deliveries.
type deliveryRow struct {
	ID        string `gorm:"primaryKey"`
	WebhookID string
	NoticeID  string
	Kind      string
	DraftID   string
	Body      string
	State     string
	Attempts  int
	Status    int
	Error     string
	NextAt    int64
	CreatedAt int64
	DoneAt    int64
}

func (deliveryRow) TableName() string { return "deliveries" }

func (r deliveryRow) model() models.Delivery {
	return models.Delivery{ID: r.ID, WebhookID: r.WebhookID, NoticeID: r.NoticeID, Kind: r.Kind, DraftID: r.DraftID, Body: json.RawMessage(r.Body),
		State: models.DeliveryState(r.State), Attempts: r.Attempts, Status: r.Status, Error: r.Error,
		NextAt: dueOf(r.NextAt), CreatedAt: timeOf(r.CreatedAt), DoneAt: timeOf(r.DoneAt)}
}

// Undispatched lists notices that were not yet handed to the webhooks, oldest first.
func (s *Store) Undispatched(ctx context.Context, limit int) ([]models.Notice, error) {
	var rows []noticeRow
	query := "SELECT * FROM notices" + s.via("notices_dispatch") + " WHERE dispatched_at=0 ORDER BY id LIMIT ?"
	if err := s.reads.WithContext(ctx).Raw(query, limit).Scan(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, func(r noticeRow) models.Notice {
		return models.Notice{ID: r.ID, Kind: r.Kind, DraftID: r.DraftID, Payload: json.RawMessage(r.Payload), At: timeOf(r.At)}
	}), nil
}

// Dispatch marks notices as handed to the webhooks. If another replica was
// faster with one of them the error is a conflict.
func (t *Tx) Dispatch(notices []models.Notice, at time.Time) error {
	args := []any{millis(at)}
	for _, n := range notices {
		args = append(args, n.ID)
	}
	n, err := t.exec("UPDATE notices SET dispatched_at=? WHERE id IN ("+marks(len(notices))+") AND dispatched_at=0", args...)
	if err == nil && n != int64(len(notices)) {
		return models.Errorf(models.CodeConflict, "通知已由其他进程处理。")
	}
	return err
}

// Whereabouts is what fan-out needs to know of a draft.
type Whereabouts struct {
	ID        string
	UnitID    string
	AccountID string
	State     models.State
	Outcome   models.Outcome
}

// Sealed is that of the draft.
func (w Whereabouts) Sealed() bool { return models.Draft{State: w.State, Outcome: w.Outcome}.Sealed() }

// Whereabouts reads where drafts are, by id.
func (s *Store) Whereabouts(ctx context.Context, ids []string) (map[string]Whereabouts, error) {
	found := map[string]Whereabouts{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []Whereabouts
	if err := s.reads.WithContext(ctx).Raw("SELECT id, unit_id, account_id, state, outcome FROM drafts WHERE id IN ?", ids).Scan(&rows).Error; err != nil {
		return nil, explain(err)
	}
	for _, row := range rows {
		found[row.ID] = row
	}
	return found, nil
}

// InsertDeliveries writes new deliveries; each webhook gets each notice once.
func (t *Tx) InsertDeliveries(ds []models.Delivery) error {
	rows := make([]deliveryRow, len(ds))
	for i, d := range ds {
		rows[i] = deliveryRow{ID: d.ID, WebhookID: d.WebhookID, NoticeID: d.NoticeID, Kind: d.Kind, DraftID: d.DraftID, Body: string(d.Body),
			State: string(d.State), NextAt: dueMillis(d.NextAt), CreatedAt: millis(d.CreatedAt)}
	}
	return taken(insert(t, rows...), "该通知已经登记投递。")
}

// DueDeliveries lists deliveries to be tried now, the longest due first.
func (s *Store) DueDeliveries(ctx context.Context, at time.Time, limit int) ([]models.Delivery, error) {
	var rows []deliveryRow
	if err := s.reads.WithContext(ctx).Where("next_at <= ?", millis(at)).Order("next_at, id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, deliveryRow.model), nil
}

// ClaimDelivery begins a try: false if another replica was faster. Until the
// time given nobody else begins one.
func (t *Tx) ClaimDelivery(d models.Delivery, until time.Time) (bool, error) {
	n, err := t.exec("UPDATE deliveries SET attempts=attempts+1, next_at=? WHERE id=? AND attempts=? AND next_at=?",
		dueMillis(until), d.ID, d.Attempts, dueMillis(d.NextAt))
	return n == 1, err
}

// PostponeDelivery has a delivery wait without a try, unless another replica has begun one.
func (t *Tx) PostponeDelivery(d models.Delivery, until time.Time) error {
	_, err := t.exec("UPDATE deliveries SET next_at=? WHERE id=? AND attempts=? AND next_at=?", dueMillis(until), d.ID, d.Attempts, dueMillis(d.NextAt))
	return err
}

// FinishDelivery writes how the try d.Attempts ended; a zero NextAt means that
// nothing follows. It changes nothing if the try counted as lost by then.
func (t *Tx) FinishDelivery(d models.Delivery) error {
	_, err := t.exec("UPDATE deliveries SET state=?, status=?, error=?, next_at=?, done_at=? WHERE id=? AND attempts=? AND state=?",
		string(d.State), d.Status, d.Error, dueMillis(d.NextAt), millis(d.DoneAt), d.ID, d.Attempts, string(models.DeliveryPending))
	return err
}

// Deliveries is the log of a webhook, newest first; before is the last id of the page before.
func (s *Store) Deliveries(ctx context.Context, webhookID, before string, limit int) ([]models.Delivery, error) {
	query := s.reads.WithContext(ctx).Where("webhook_id = ?", webhookID)
	if before != "" {
		query = query.Where("id < ?", before)
	}
	var rows []deliveryRow
	if err := query.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, deliveryRow.model), nil
}
