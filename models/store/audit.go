package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"shenfa/models"
)

// eventRow is a row of audit_events. No method changes or deletes one.
type eventRow struct {
	Chain    string `gorm:"primaryKey"`
	N        int64  `gorm:"primaryKey;autoIncrement:false"`
	PrevHash string
	At       int64
	Actor    string
	Kind     string
	Data     string
	Hash     string
}

func (eventRow) TableName() string { return "audit_events" }

func (r eventRow) model() models.AuditEvent {
	return models.AuditEvent{Chain: r.Chain, N: r.N, PrevHash: r.PrevHash, At: timeOf(r.At), Actor: r.Actor, Kind: r.Kind,
		Data: rawOf(r.Data), Hash: r.Hash}
}

func rawOf(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// InsertEvents appends events with one statement. A number that the chain
// already has is a conflict: someone else has appended meanwhile.
func (t *Tx) InsertEvents(events []models.AuditEvent) error {
	rows := make([]eventRow, len(events))
	for i, e := range events {
		rows[i] = eventRow{Chain: e.Chain, N: e.N, PrevHash: e.PrevHash, At: millis(e.At), Actor: e.Actor, Kind: e.Kind,
			Data: string(e.Data), Hash: e.Hash}
	}
	return taken(insert(t, rows...), "该记录已被他人更新，请刷新后再试。")
}

// Events reads a chain from the event after afterN.
func (s *Store) Events(ctx context.Context, chain string, afterN int64, limit int) ([]models.AuditEvent, error) {
	var rows []eventRow
	err := s.reads.WithContext(ctx).Where("chain = ? AND n > ?", chain, afterN).Order("n").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, explain(err)
	}
	return plain(rows, eventRow.model), nil
}

// chainRow is a row of chains: the head of a chain that is not a draft's. A
// draft's head is in its own row.
type chainRow struct {
	Chain string `gorm:"primaryKey"`
	N     int64
	Hash  string
}

func (chainRow) TableName() string { return "chains" }

// SystemChain is the chain of the administration.
const SystemChain = "system"

// ChainHead reads the head of a chain and locks it until the transaction ends:
// that of the chain "system", or of the draft with that id. A chain without
// events has number 0.
func (t *Tx) ChainHead(chain string) (n int64, hash string, err error) {
	query := "SELECT chain_n, chain_head FROM drafts WHERE id=?"
	if chain == SystemChain {
		query = "SELECT n, hash FROM chains WHERE chain=?"
	}
	if t.store.dialect == MySQL {
		query += " FOR UPDATE"
	}
	if err := t.queryRow(query, []any{chain}, &n, &hash); err != nil {
		return 0, "", found(err, "没有找到该审计链。")
	}
	return n, hash, nil
}

// SetChainHead moves the head of a chain that stood at wasN; a conflict if it
// no longer does. A draft gets its next version by it, so an UpdateDraft that
// read the draft before is a conflict too.
func (t *Tx) SetChainHead(chain string, wasN int64, n int64, hash string) error {
	query := "UPDATE drafts SET chain_n=?, chain_head=?, version=version+1 WHERE id=? AND chain_n=?"
	if chain == SystemChain {
		query = "UPDATE chains SET n=?, hash=? WHERE chain=? AND n=?"
	}
	changed, err := t.exec(query, n, hash, chain, wasN)
	if err == nil && changed == 0 {
		err = models.Errorf(models.CodeConflict, "该记录已被他人更新，请刷新后再试。")
	}
	return err
}

// Chain is one chain of audit events and its head.
type Chain struct {
	ID   string
	N    int64
	Head string
}

// Chains lists the chains in the order of their ids, from the one after
// `after`: one for each draft, and "system".
func (s *Store) Chains(ctx context.Context, after string, limit int) ([]Chain, error) {
	var list []Chain
	for _, query := range []string{
		"SELECT id, chain_n AS n, chain_head AS head FROM drafts WHERE id > ? ORDER BY id LIMIT ?",
		"SELECT chain AS id, n, hash AS head FROM chains WHERE chain > ? ORDER BY chain LIMIT ?",
	} {
		var part []Chain
		if err := s.reads.WithContext(ctx).Raw(query, after, limit).Scan(&part).Error; err != nil {
			return nil, explain(err)
		}
		list = append(list, part...)
	}
	slices.SortFunc(list, func(a, b Chain) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(limit, len(list))], nil
}

// LostChains lists the chains whose events are there, but whose head is not:
// the draft's row, or that of the administration, was deleted.
func (s *Store) LostChains(ctx context.Context) ([]string, error) {
	var lost []string
	err := s.reads.WithContext(ctx).Raw(`SELECT DISTINCT e.chain FROM audit_events e
		LEFT JOIN drafts d ON d.id=e.chain LEFT JOIN chains c ON c.chain=e.chain
		WHERE d.id IS NULL AND c.chain IS NULL ORDER BY e.chain`).Scan(&lost).Error
	if err != nil {
		return nil, explain(err)
	}
	var known int
	if err := s.reads.WithContext(ctx).Raw("SELECT COUNT(*) FROM chains WHERE chain=?", SystemChain).Scan(&known).Error; err != nil {
		return nil, explain(err)
	}
	if known == 0 && !slices.Contains(lost, SystemChain) { // every migrated database has it
		lost = append(lost, SystemChain)
	}
	return lost, nil
}

// counterRow is a row of counters.
type counterRow struct {
	Name  string `gorm:"primaryKey"`
	Value int64
}

func (counterRow) TableName() string { return "counters" }

// Count raises a counter by one and gives its new value; a counter begins at
// 1. The counter stays locked until the transaction ends and falls back with
// it: the numbers have no gaps, and their order is the order of commits.
func (t *Tx) Count(name string) (int64, error) {
	if t.store.dialect == SQLite {
		var value int64
		err := t.queryRow("INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value=value+1 RETURNING value",
			[]any{name}, &value)
		return value, err
	}
	res, err := t.ExecContext(t.ctx, "INSERT INTO counters (name, value) VALUES (?, LAST_INSERT_ID(1)) ON DUPLICATE KEY UPDATE value=LAST_INSERT_ID(value+1)", name)
	if err != nil {
		return 0, err
	}
	value, err := res.LastInsertId()
	if err == nil && value == 0 {
		err = t.failed(errors.New("the database gave no counter value"))
	}
	return value, err
}
