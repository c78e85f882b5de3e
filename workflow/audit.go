package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// chainSystem is the audit chain of the administration.
const chainSystem = "system"

// newEvent makes the next event of a chain.
func newEvent(chain string, lastN int64, lastHash string, at time.Time, actor models.Actor, kind string, data map[string]any) (models.AuditEvent, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return models.AuditEvent{}, fmt.Errorf("audit event %s of %s: %w", kind, chain, err)
	}
	e := models.AuditEvent{Chain: chain, N: lastN + 1, PrevHash: lastHash, At: at, Actor: actor.ID, Kind: kind, Data: raw}
	e.Hash = e.HashOf()
	return e, nil
}

// appendSystem appends to the chain of the administration, in the transaction of the act.
func (w *Workflow) appendSystem(tx *store.Tx, actor models.Actor, kind string, data map[string]any) error {
	n, head, err := tx.ChainHead(chainSystem)
	if err != nil {
		return err
	}
	event, err := newEvent(chainSystem, n, head, w.clock(), actor, kind, data)
	if err != nil {
		return err
	}
	if err := tx.SetChainHead(chainSystem, n, event.N, event.Hash); err != nil {
		return err
	}
	return tx.InsertEvents([]models.AuditEvent{event})
}

// AuditFault is the first bad event of a chain.
type AuditFault struct {
	Chain string
	N     int64
	Why   string
}

// auditPage is how many chains or events are read at once.
const auditPage = 500

// VerifyAudit walks all chains and gives the number of events, and for each
// bad chain its first bad event. progress (may be nil) is told how many chains
// are done.
func (w *Workflow) VerifyAudit(ctx context.Context, progress func(done int)) (events int64, faults []AuditFault, err error) {
	done, after := 0, ""
	for {
		chains, err := w.store.Chains(ctx, after, auditPage)
		if err != nil {
			return events, faults, err
		}
		for _, c := range chains {
			n, fault, err := w.verifyChain(ctx, c)
			if err != nil {
				return events, faults, err
			}
			events += n
			if fault != nil {
				faults = append(faults, *fault)
			}
			after = c.ID
			if done++; progress != nil {
				progress(done)
			}
		}
		if len(chains) < auditPage {
			break
		}
	}
	lost, err := w.store.LostChains(ctx)
	for _, id := range lost {
		faults = append(faults, AuditFault{Chain: id, N: 1, Why: "链尾记录已被删除，无从核验其事件"})
	}
	return events, faults, err
}

// verifyChain gives how many events of the chain are good, and the first that is not.
func (w *Workflow) verifyChain(ctx context.Context, c store.Chain) (int64, *AuditFault, error) {
	var n int64
	head, said := "", chainContent{rows: map[string]claim{}}
	for {
		page, err := w.store.Events(ctx, c.ID, n, auditPage)
		if err != nil {
			return n, nil, err
		}
		for _, e := range page {
			if why := faultOf(e, n, head); why != "" {
				return n, &AuditFault{Chain: c.ID, N: n + 1, Why: why}, nil
			}
			n, head = e.N, e.Hash
			said.learn(e)
		}
		if len(page) < auditPage {
			break
		}
	}
	if n != c.N || head != c.Head {
		return n, &AuditFault{Chain: c.ID, N: n + 1, Why: fmt.Sprintf("链尾应为第 %d 条（%.12s…），事件只到第 %d 条", c.N, c.Head, n)}, nil
	}
	if c.ID == chainSystem {
		return n, nil, nil
	}
	why, err := w.verifyContent(ctx, c.ID, said)
	if why == "" || err != nil {
		return n, nil, err
	}
	return n, &AuditFault{Chain: c.ID, N: n, Why: why}, nil
}

// faultOf says what is wrong with an event that should follow number n and hash head.
func faultOf(e models.AuditEvent, n int64, head string) string {
	switch {
	case e.N != n+1:
		return fmt.Sprintf("缺少第 %d 条，其后是第 %d 条", n+1, e.N)
	case e.PrevHash != head:
		return "与上一条的哈希不衔接"
	case e.HashOf() != e.Hash:
		return "内容与哈希不符"
	}
	return ""
}
