package store

import (
	"context"
	"time"

	"shenfa/models"
)

// delegationRow is a row of delegations.
type delegationRow struct {
	ID         string `gorm:"primaryKey"`
	FromID     string
	ToID       string
	AccountIDs string `gorm:"column:account_ids"`
	Tiers      string
	StartsAt   int64
	EndsAt     int64
	Reason     string
	CreatedAt  int64
	CreatedBy  string
	RevokedAt  int64
}

func (delegationRow) TableName() string { return "delegations" }

func (r delegationRow) model() (models.Delegation, error) {
	d := models.Delegation{ID: r.ID, From: r.FromID, To: r.ToID, StartsAt: timeOf(r.StartsAt), EndsAt: timeOf(r.EndsAt),
		Reason: r.Reason, CreatedAt: timeOf(r.CreatedAt), CreatedBy: r.CreatedBy, RevokedAt: timeOf(r.RevokedAt)}
	if err := parse(r.AccountIDs, &d.AccountIDs); err != nil {
		return d, err
	}
	return d, parse(r.Tiers, &d.Tiers)
}

// InsertDelegation writes a delegation.
func (t *Tx) InsertDelegation(d models.Delegation) error {
	accounts, err := listText(d.AccountIDs)
	if err != nil {
		return err
	}
	tiers, err := listText(d.Tiers)
	if err != nil {
		return err
	}
	return insert(t, delegationRow{ID: d.ID, FromID: d.From, ToID: d.To, AccountIDs: accounts, Tiers: tiers,
		StartsAt: millis(d.StartsAt), EndsAt: millis(d.EndsAt), Reason: d.Reason, CreatedAt: millis(d.CreatedAt),
		CreatedBy: d.CreatedBy, RevokedAt: millis(d.RevokedAt)})
}

// RevokeDelegation ends a delegation; one that has ended stays as it is.
func (t *Tx) RevokeDelegation(id string, at time.Time) error {
	_, err := t.exec("UPDATE delegations SET revoked_at=? WHERE id=? AND revoked_at=0", millis(at), id)
	return err
}

// Delegation reads one delegation.
func (s *Store) Delegation(ctx context.Context, id string) (models.Delegation, error) {
	var row delegationRow
	if err := s.reads.WithContext(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return models.Delegation{}, found(err, "没有找到该授权。")
	}
	return row.model()
}

// Delegations reads all delegations, newest first.
func (s *Store) Delegations(ctx context.Context) ([]models.Delegation, error) {
	var rows []delegationRow
	if err := s.reads.WithContext(ctx).Order("id DESC").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return each(rows, delegationRow.model)
}

// DelegationsTo reads the delegations to a person that are in force at a time.
func (s *Store) DelegationsTo(ctx context.Context, personID string, at time.Time) ([]models.Delegation, error) {
	var rows []delegationRow
	err := s.reads.WithContext(ctx).Where("to_id = ? AND ends_at > ? AND starts_at <= ? AND revoked_at = 0", personID, millis(at), millis(at)).
		Order("id").Find(&rows).Error
	if err != nil {
		return nil, explain(err)
	}
	return each(rows, delegationRow.model)
}
