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
			return events, faults, nil
		}
	}
}

// verifyChain gives how many events of the chain are good, and the first that is not.
func (w *Workflow) verifyChain(ctx context.Context, c store.Chain) (int64, *AuditFault, error) {
	var n int64
	head, said := "", chainContent{decisions: map[string]string{}}
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

// chainContent is what the events of a draft's chain say of its rows.
type chainContent struct {
	Digest    string            `json:"digest"`
	State     models.State      `json:"state"`
	Tier      models.Tier       `json:"draft_tier"` // "" in events of before it was kept
	decisions map[string]string // id of each decision -> its action, digest, comment and person
}

// learn takes in what the next event says.
func (c *chainContent) learn(e models.AuditEvent) {
	var data struct {
		chainContent
		Decision string        `json:"decision"`
		Action   models.Action `json:"action"`
		Comment  string        `json:"comment"`
	}
	if json.Unmarshal(e.Data, &data) != nil {
		return
	}
	c.Digest, c.State, c.Tier = data.Digest, data.State, data.Tier
	if data.Decision != "" {
		c.decisions[data.Decision] = decisionKey(data.Action, c.Digest, data.Comment, e.Actor)
	}
}

func decisionKey(action models.Action, digest, comment, person string) string {
	return string(action) + " " + digest + " " + person + " " + comment
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

// verifyContent compares the rows that a draft's chain vouches for (state, tier,
// decisions, present revision, release) with what its events say; it gives
// what differs, or "".
func (w *Workflow) verifyContent(ctx context.Context, id string, said chainContent) (string, error) {
	d, err := w.store.Draft(ctx, id)
	if err != nil {
		return "", err
	}
	revision, err := w.store.Revision(ctx, d.ID, d.Revision)
	if err != nil {
		return "", err
	}
	decisions, err := w.store.Decisions(ctx, d.ID)
	if err != nil {
		return "", err
	}
	switch {
	case said.Digest != d.Digest || revision.Content.Digest() != said.Digest:
		return "稿件内容与最后一条事件的摘要不符", nil
	case said.State != d.State:
		return fmt.Sprintf("稿件状态为“%s”，最后一条事件为“%s”", w.StateLabel(d.State), w.StateLabel(said.State)), nil
	case said.Tier != "" && said.Tier != d.Tier:
		return fmt.Sprintf("稿件层级为“%s”，最后一条事件为“%s”", d.Tier.Label(), said.Tier.Label()), nil
	case len(decisions) != len(said.decisions):
		return fmt.Sprintf("审签决定有 %d 条，事件记录了 %d 条", len(decisions), len(said.decisions)), nil
	}
	for _, x := range decisions {
		if said.decisions[x.ID] != decisionKey(x.Action, x.Digest, x.Comment, x.PersonID) {
			return "审签决定 " + x.ID + " 与事件记录不符", nil
		}
	}
	if d.ReleaseID == "" {
		return "", nil
	}
	release, err := w.store.Release(ctx, d.ReleaseID)
	if err != nil {
		return "", err
	}
	var document models.ReleaseDocument
	if err := json.Unmarshal(release.Document, &document); err != nil || document.Content().Digest() != d.Digest || release.Digest != d.Digest {
		return "签发件内容与签发的摘要不符", nil
	}
	return "", nil
}
