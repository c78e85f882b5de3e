package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// CheckpointPredicateType names what a checkpoint's statement is.
const CheckpointPredicateType = "urn:shenfa:checkpoint:v1"

// Checkpoint is a signed statement on where every audit chain stood at a time:
// kept outside the system, it shows chains that were cut short or lost later.
// Envelope signs Root; the heads hash to it.
type Checkpoint struct {
	Envelope models.Envelope `json:"envelope"`
	Heads    []ChainHead     `json:"heads"`
}

// ChainHead is the last event of a chain.
type ChainHead struct {
	Chain string `json:"chain"`
	N     int64  `json:"n"`
	Hash  string `json:"hash"`
}

// checkpointStatement is an in-toto statement on a list of heads.
type checkpointStatement struct {
	Type          string                    `json:"_type"`
	Subject       []models.StatementSubject `json:"subject"`
	PredicateType string                    `json:"predicateType"`
	Predicate     CheckpointSummary         `json:"predicate"`
}

// CheckpointSummary is what a checkpoint says as a whole. Root is the SHA-256,
// in hex, of one line "chain n hash\n" for each head, by chain.
type CheckpointSummary struct {
	At     time.Time `json:"at"`
	Chains int       `json:"chains"`
	Events int64     `json:"events"`
	Root   string    `json:"root"`
}

func rootOf(heads []ChainHead) string {
	sum := sha256.New()
	for _, h := range heads {
		fmt.Fprintf(sum, "%s %d %s\n", h.Chain, h.N, h.Hash)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Checkpoint signs where every chain stands. Chains are read page by page:
// one that grows meanwhile may stand at either place.
func (w *Workflow) Checkpoint(ctx context.Context, actor models.Actor) (Checkpoint, CheckpointSummary, error) {
	if err := mustAdmin(actor); err != nil {
		return Checkpoint{}, CheckpointSummary{}, err
	}
	var c Checkpoint
	said := CheckpointSummary{At: w.clock()}
	for after := ""; ; {
		chains, err := w.store.Chains(ctx, after, auditPage)
		if err != nil {
			return c, said, err
		}
		for _, chain := range chains {
			c.Heads = append(c.Heads, ChainHead{chain.ID, chain.N, chain.Head})
			said.Events += chain.N
			after = chain.ID
		}
		if len(chains) < auditPage {
			break
		}
	}
	said.Chains, said.Root = len(c.Heads), rootOf(c.Heads)
	envelope, err := models.Seal(w.key, checkpointStatement{Type: models.CertificateStatementType, PredicateType: CheckpointPredicateType, Predicate: said,
		Subject: []models.StatementSubject{{Name: "audit", Digest: map[string]string{"sha256": said.Root}}}})
	c.Envelope = envelope
	if err != nil {
		return c, said, err
	}
	_, err = w.administer(ctx, actor, said.Root, "checkpoint", map[string]any{"root": said.Root, "chains": said.Chains, "events": said.Events},
		func(*store.Tx) error { return nil })
	return c, said, err
}

// OpenCheckpoint checks a checkpoint file against the keys. The error is a
// *models.ProofError.
func OpenCheckpoint(raw []byte, keys models.Keyring) (Checkpoint, CheckpointSummary, error) {
	var c Checkpoint
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, CheckpointSummary{}, &models.ProofError{Fault: models.FaultCheckpoint, Detail: err.Error()}
	}
	envelope, err := json.Marshal(c.Envelope)
	if err != nil {
		return c, CheckpointSummary{}, err
	}
	payload, err := models.Open(envelope, keys)
	if err != nil {
		return c, CheckpointSummary{}, err
	}
	var s checkpointStatement
	switch err := json.Unmarshal(payload, &s); {
	case err != nil || s.Type != models.CertificateStatementType || s.PredicateType != CheckpointPredicateType:
		return c, s.Predicate, &models.ProofError{Fault: models.FaultStatement, Detail: s.PredicateType}
	case rootOf(c.Heads) != s.Predicate.Root || len(c.Heads) != s.Predicate.Chains:
		return c, s.Predicate, &models.ProofError{Fault: models.FaultHeads}
	}
	return c, s.Predicate, nil
}

// VerifyCheckpoint compares the chains with an opened checkpoint: each must
// still have the event that was its head, with the same hash. It gives every
// chain that was cut short, lost or rewritten since.
func (w *Workflow) VerifyCheckpoint(ctx context.Context, c Checkpoint) ([]AuditFault, error) {
	var faults []AuditFault
	for _, h := range c.Heads {
		if h.N == 0 {
			continue
		}
		events, err := w.store.Events(ctx, h.Chain, h.N-1, 1)
		if err != nil {
			return nil, err
		}
		switch {
		case len(events) == 0 || events[0].N != h.N:
			last, err := w.lastEvent(ctx, h.Chain, h.N)
			if err != nil {
				return nil, err
			}
			faults = append(faults, AuditFault{h.Chain, last + 1, fmt.Sprintf("检查点时有 %d 条，现在只到第 %d 条：第 %d 条起被删除", h.N, last, last+1)})
		case events[0].Hash != h.Hash:
			faults = append(faults, AuditFault{h.Chain, h.N, "与检查点时的哈希不符：此条或以前的被改写"})
		}
	}
	return faults, nil
}

// lastEvent is the number of the last event before n that a chain has without a gap.
func (w *Workflow) lastEvent(ctx context.Context, chain string, n int64) (int64, error) {
	var last int64
	for {
		events, err := w.store.Events(ctx, chain, last, auditPage)
		if err != nil {
			return 0, err
		}
		gap := slices.IndexFunc(events, func(e models.AuditEvent) bool { last++; return e.N != last || e.N >= n })
		if gap >= 0 {
			return last - 1, nil
		}
		if len(events) < auditPage {
			return last, nil
		}
	}
}
