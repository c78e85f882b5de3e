package store

import (
	"context"

	"shenfa/models"
)

// workItemRow is a row of work_items.
type workItemRow struct {
	ID         string `gorm:"primaryKey"`
	RescanID   string
	ReleaseID  string
	DraftID    string
	AccountID  string
	Digest     string
	HitID      string
	Hit        string
	Edition    string
	State      string
	Reason     string
	Correction string
	SettledBy  string
	CreatedAt  int64
	SettledAt  int64
	OnBehalfOf string
}

func (workItemRow) TableName() string { return "work_items" }

func (r workItemRow) model() (models.WorkItem, error) {
	w := models.WorkItem{ID: r.ID, RescanID: r.RescanID, ReleaseID: r.ReleaseID, DraftID: r.DraftID, AccountID: r.AccountID, Digest: r.Digest,
		Edition: r.Edition, State: models.WorkItemState(r.State), Reason: r.Reason, Correction: r.Correction, SettledBy: r.SettledBy, OnBehalfOf: r.OnBehalfOf,
		CreatedAt: timeOf(r.CreatedAt), SettledAt: timeOf(r.SettledAt)}
	return w, parse(r.Hit, &w.Hit)
}

// InsertWorkItems opens work items; a second one of the same hit of the same
// release is a conflict.
func (t *Tx) InsertWorkItems(items []models.WorkItem) error {
	rows := make([]workItemRow, len(items))
	for i, w := range items {
		hit, err := jsonText(w.Hit)
		if err != nil {
			return err
		}
		rows[i] = workItemRow{ID: w.ID, RescanID: w.RescanID, ReleaseID: w.ReleaseID, DraftID: w.DraftID, AccountID: w.AccountID, Digest: w.Digest,
			HitID: w.Hit.ID, Hit: hit, Edition: w.Edition, State: string(w.State), Reason: w.Reason, Correction: w.Correction, SettledBy: w.SettledBy, OnBehalfOf: w.OnBehalfOf,
			CreatedAt: millis(w.CreatedAt), SettledAt: millis(w.SettledAt)}
	}
	return taken(insert(t, rows...), "该复审事项已经登记。")
}

// SettleWorkItem writes how an open work item was settled; one that is settled
// already is a conflict.
func (t *Tx) SettleWorkItem(w models.WorkItem) error {
	n, err := t.settle(w, "id=?", w.ID)
	if err == nil && n == 0 {
		err = models.Errorf(models.CodeConflict, "该复审事项已由他人办结，请刷新。")
	}
	return err
}

// SettleRelease settles what else is open of a work item's release in the same
// way, and gives how much.
func (t *Tx) SettleRelease(w models.WorkItem) (int64, error) {
	return t.settle(w, "release_id=?", w.ReleaseID)
}

func (t *Tx) settle(w models.WorkItem, where, id string) (int64, error) {
	return t.exec("UPDATE work_items SET state=?, reason=?, correction=?, settled_by=?, on_behalf_of=?, settled_at=? WHERE "+where+" AND state=?",
		string(w.State), w.Reason, w.Correction, w.SettledBy, w.OnBehalfOf, millis(w.SettledAt), id, string(models.WorkOpen))
}

// WorkItem reads one work item.
func (s *Store) WorkItem(ctx context.Context, id string) (models.WorkItem, error) {
	var row workItemRow
	if err := s.reads.WithContext(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return models.WorkItem{}, found(err, "没有这个复审事项。")
	}
	return row.model()
}

// WorkItems lists the work items of accounts in a state, oldest first, after one.
func (s *Store) WorkItems(ctx context.Context, accounts []string, state models.WorkItemState, after string, limit int) ([]models.WorkItem, error) {
	var rows []workItemRow
	err := s.reads.WithContext(ctx).Where("account_id IN ? AND state = ? AND id > ?", distinct(accounts), string(state), after).
		Order("id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, explain(err)
	}
	return each(rows, workItemRow.model)
}

// CountWorkItems is how many work items of accounts are open.
func (s *Store) CountWorkItems(ctx context.Context, accounts []string) (n int64, err error) {
	err = s.reads.WithContext(ctx).Model(&workItemRow{}).Where("account_id IN ? AND state = ?", distinct(accounts), string(models.WorkOpen)).Count(&n).Error
	return n, explain(err)
}

// WorkItemHits are, by release, the ids of the hits that have a work item.
func (s *Store) WorkItemHits(ctx context.Context, releases []string) (map[string][]string, error) {
	var rows []workItemRow
	err := s.reads.WithContext(ctx).Select("release_id", "hit_id").Where("release_id IN ?", releases).Find(&rows).Error
	if err != nil {
		return nil, explain(err)
	}
	hits := map[string][]string{}
	for _, r := range rows {
		hits[r.ReleaseID] = append(hits[r.ReleaseID], r.HitID)
	}
	return hits, nil
}
