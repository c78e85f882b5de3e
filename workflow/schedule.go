package workflow

import (
	"context"
	"errors"

	"shenfa/models"
	"shenfa/models/store"
)

// dueBatch is how many scheduled releases one call of ReleaseDue looks at.
const dueBatch = 100

// ReleaseDue lets the scheduled releases whose time has come into the feed,
// each after the release gate, and gives how many. Any number of replicas may
// call it at once: each release enters the feed once.
func (w *Workflow) ReleaseDue(ctx context.Context) (int, error) {
	ids, err := w.store.DueSchedules(ctx, w.clock(), dueBatch)
	if err != nil {
		return 0, err
	}
	n := 0
	var failures []error
	for _, id := range ids {
		switch err := w.releaseScheduled(ctx, id); models.CodeOf(err) {
		case "":
			n++
		case models.CodeConflict: // another replica was faster, or the draft moved on
		default:
			failures = append(failures, err)
		}
	}
	return n, errors.Join(failures...)
}

// releaseScheduled is the gate and the entry of one scheduled release.
func (w *Workflow) releaseScheduled(ctx context.Context, id string) error {
	r, err := w.store.Release(ctx, id)
	if err != nil {
		return err
	}
	d, err := w.store.Draft(ctx, r.DraftID)
	if err != nil {
		return err
	}
	system := models.System()
	c, held, err := w.held(ctx, d, r)
	if err != nil {
		return err
	}
	if !held {
		superseded, err := w.supersededBy(ctx, system, d)
		if err != nil {
			return err
		}
		c.also = func(tx *store.Tx, _ models.AuditEvent) error { return w.publish(tx, r, superseded) }
		c.done = w.released.ring
	}
	c = c.first(func(tx *store.Tx) error {
		claimed, err := tx.ClaimSchedule(id)
		if err == nil && !claimed {
			err = models.Errorf(models.CodeConflict, "此定时签发件已由其他进程处理。")
		}
		return err
	})
	_, err = w.commit(ctx, system, c)
	return err
}

// held is the gate of a scheduled release: where the edition in force is not
// the one that it was signed with, and finds what blocks or locks, the draft goes
// back there, and the release never enters the feed.
func (w *Workflow) held(ctx context.Context, d models.Draft, r models.Release) (change, bool, error) {
	c := change{was: d, now: d, kind: "entered_feed", data: map[string]any{"release": r.ID}}
	engine, err := w.engineOf(ctx, d.UnitID)
	if err != nil || d.Edition == engine.Edition() {
		return c, false, err
	}
	revision, err := w.store.Revision(ctx, d.ID, d.Revision)
	if err != nil {
		return c, false, err
	}
	dispositions, err := w.dispositionsOf(ctx, d)
	if err != nil {
		return c, false, err
	}
	report, err := engine.Screen(ctx, textOf(revision.Content))
	if err != nil {
		return c, false, err
	}
	outcome := models.OutcomeOf(report.Hits, disposed(dispositions))
	c.data["edition"], c.data["outcome"] = report.Edition, outcome
	if outcome != models.OutcomeBlocked && outcome != models.OutcomeLocked {
		return c, false, nil
	}
	at := w.clock()
	c.kind = "held"
	to := models.StateBlocked
	if outcome == models.OutcomeLocked {
		to = models.StateLocked
	}
	c.now.Outcome, c.now.Edition, c.now.ReleaseID = outcome, report.Edition, ""
	if c.now.State, err = move(ctx, d.State, d.Route, eventHold, to); err != nil {
		return c, false, err
	}
	stored := models.StoredReport{ID: newID(), DraftID: d.ID, Revision: d.Revision, Digest: d.Digest, Report: report, CreatedAt: at}
	c.also = func(tx *store.Tx, _ models.AuditEvent) error {
		if err := tx.VoidDecisions(d.ID, at); err != nil {
			return err
		}
		return tx.InsertReport(stored)
	}
	c.notices = []models.Notice{notice("blocked", map[string]any{"person": d.CreatedBy})}
	return c, true, nil
}
