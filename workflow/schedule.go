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
	force, err := w.force(ctx)
	if err != nil {
		return err
	}
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
		if err != nil {
			return err
		}
		return stillInForce(tx, force.version)
	})
	_, err = w.commit(ctx, system, c)
	return err
}

// held is the gate of a scheduled release: where the edition in force is not
// the one that it was signed with, and finds what blocks, what locks or what
// raises the tier, the draft goes where that sends it, and the release never
// enters the feed.
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
	before, err := w.store.LastReport(ctx, d.ID)
	if err != nil {
		return c, false, err
	}
	routed, err := w.screenAndRoute(ctx, d, revision.Content, dispositions)
	if err != nil {
		return c, false, err
	}
	raised := routed.report.Report.Tier.Rank() > max(before.Report.Tier.Rank(), d.Tier.Rank())
	if routed.kind == "submitted" && !raised {
		c.data["edition"], c.data["outcome"] = routed.draft.Edition, routed.draft.Outcome
		return c, false, nil
	}
	at := w.clock()
	c = c.with(routed)
	c.kind, c.now.ReleaseID = "held", ""
	return c.then(func(tx *store.Tx, _ models.AuditEvent) error { return tx.VoidDecisions(d.ID, at) }), true, nil
}
