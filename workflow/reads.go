package workflow

import (
	"context"
	"sync"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// Kinds of reads that are recorded.
const (
	ReadDraft    = "draft"         // the draft whole
	ReadHistory  = "history"       // its revisions, timeline or comparison
	ReadForm     = "approval_form" // 审签单
	ReadExport   = "export"        // its whole file
	ReadAuditLog = "audit"         // the audit chains
)

// readEvery is how long further reads of the same kind by the same person of
// the same draft count as one.
const readEvery = 5 * time.Minute

// readMarks remembers what was recorded of late. It is kept by each process:
// at worst a read stands in the chain twice, never not at all.
type readMarks struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// maxReadMarks bounds the memory; past that all are forgotten.
const maxReadMarks = 100_000

// fresh says whether a read is to be recorded now.
func (m *readMarks) fresh(key string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if last, known := m.last[key]; known && now.Sub(last) < readEvery {
		return false
	}
	if m.last == nil || len(m.last) >= maxReadMarks {
		m.last = map[string]time.Time{}
	}
	m.last[key] = now
	return true
}

func (m *readMarks) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.last, key)
}

// RecordRead writes into the chain of the administration that a supervisor or
// administrator has read a draft, or that anyone has exported it. Other reads
// leave no trace. draftID is "" for what is not of one draft.
func (w *Workflow) RecordRead(ctx context.Context, actor models.Actor, kind, draftID string) error {

	if !actor.Admin && !watches(actor) && kind != ReadExport {
		return nil
	}
	now := w.clock()
	key := actor.ID + " " + kind + " " + draftID
	if !w.reads.fresh(key, now) {
		return nil
	}
	err := w.store.Update(ctx, func(tx *store.Tx) error {
		return w.appendSystem(tx, actor, "read", map[string]any{"what": kind, "draft": draftID})
	})
	if err != nil {
		w.reads.forget(key)
	}
	return err
}
