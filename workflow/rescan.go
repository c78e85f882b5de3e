package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

const (
	rescanPage  = 250             // releases of one transaction
	rescansKept = 20              // the latest rescans, among which an unfinished one is looked for
	rescanLease = 2 * time.Minute // how long a process that died keeps a rescan from others
)

// errRescanTaken says that another process works on the rescan.
var errRescanTaken = models.Errorf(models.CodeConflict, "这次归档复审正由另一进程进行。")

// StartRescan gives a rescan of all releases after since ("": all) against the
// editions in force: an unfinished one of the same kind if there is one, else a
// new one. RunRescan does the work.
func (w *Workflow) StartRescan(ctx context.Context, actor models.Actor, since string) (models.Rescan, error) {
	if err := mustAdmin(actor); err != nil {
		return models.Rescan{}, err
	}
	if since != "" {
		if _, err := w.store.Release(ctx, since); err != nil {
			return models.Rescan{}, err
		}
	}
	edition, err := w.archiveEdition(ctx)
	if err != nil {
		return models.Rescan{}, err
	}
	known, err := w.store.Rescans(ctx, rescansKept)
	if err != nil {
		return models.Rescan{}, err
	}
	for _, r := range known {
		if r.FinishedAt.IsZero() && r.Edition == edition && r.Since == since {
			return r, nil
		}
	}
	total, err := w.store.CountReleases(ctx, since)
	if err != nil {
		return models.Rescan{}, err
	}
	r := models.Rescan{ID: newID(), Edition: edition, Since: since, Position: since, Total: total, StartedBy: actor.ID, StartedAt: w.clock()}
	done, err := w.administer(ctx, actor, r.ID, "rescan_started", map[string]any{"rescan": r.ID, "edition": edition, "since": since},
		func(tx *store.Tx) error { return tx.InsertRescan(r) })
	if err == nil && done != "" {
		return w.store.Rescan(ctx, done)
	}
	return r, err
}

// Rescan reads one rescan: for administrators and supervisors.
func (w *Workflow) Rescan(ctx context.Context, actor models.Actor, id string) (models.Rescan, error) {
	if err := mustWatch(actor); err != nil {
		return models.Rescan{}, err
	}
	return w.store.Rescan(ctx, id)
}

// Rescans lists the latest rescans, newest first: for administrators and supervisors.
func (w *Workflow) Rescans(ctx context.Context, actor models.Actor) ([]models.Rescan, error) {
	if err := mustWatch(actor); err != nil {
		return nil, err
	}
	return w.store.Rescans(ctx, rescansKept)
}

// RescanPending says whether the archive has not been screened whole against
// the editions in force.
func (w *Workflow) RescanPending(ctx context.Context, known []models.Rescan) (bool, error) {
	edition, err := w.archiveEdition(ctx)
	return !slices.ContainsFunc(known, func(r models.Rescan) bool {
		return r.Edition == edition && r.Since == "" && !r.FinishedAt.IsZero()
	}), err
}

// ContinueRescans goes on with what is unfinished: a server that stopped or
// was killed left it to the others.
func (w *Workflow) ContinueRescans(ctx context.Context) (int, error) {
	known, err := w.store.Rescans(ctx, rescansKept)
	if err != nil || !slices.ContainsFunc(known, func(r models.Rescan) bool { return r.FinishedAt.IsZero() }) {
		return 0, err
	}
	edition, err := w.archiveEdition(ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range known {
		if r.FinishedAt.IsZero() && r.Edition == edition {
			_, err := w.RunRescan(ctx, r.ID, nil)
			return 0, err
		}
	}
	return 0, nil
}

// archiveEdition names what the archive is screened against now: the edition
// that holds for all units and, if units have their own, a hash over all of them.
func (w *Workflow) archiveEdition(ctx context.Context) (string, error) {
	now, err := w.force(ctx)
	if err != nil {
		return "", err
	}
	if len(now.units) == 0 {
		return now.all.edition, nil
	}
	sum := sha256.New()
	fmt.Fprintln(sum, now.all.edition)
	for _, unit := range slices.Sorted(maps.Keys(now.units)) {
		fmt.Fprintln(sum, unit, now.units[unit].edition)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// RunRescan works on a rescan until it is finished or ctx ends; it goes on
// where the last one stopped. Each page of releases is one transaction with the
// position after it: nothing is screened twice or left out. progress (may be
// nil) is told after each page.
func (w *Workflow) RunRescan(ctx context.Context, id string, progress func(models.Rescan)) (models.Rescan, error) {
	owner := newID()
	var claimed bool
	err := w.store.Update(ctx, func(tx *store.Tx) (err error) {
		claimed, err = tx.ClaimRescan(id, owner, w.clock(), w.clock().Add(rescanLease))
		return err
	})
	if err != nil {
		return models.Rescan{}, err
	}
	r, err := w.store.Rescan(ctx, id)
	switch {
	case err != nil || !claimed && !r.FinishedAt.IsZero():
		return r, err
	case !claimed:
		return r, errRescanTaken
	}
	defer func() {
		_ = w.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.LeaveRescan(id, owner) }) // else the lease runs out
	}()
	for r.FinishedAt.IsZero() {
		if edition, err := w.archiveEdition(ctx); err != nil {
			return r, err
		} else if r.Edition != edition {
			return r, models.Errorf(models.CodeConflict, "词库版次已变更，请按新版次重新开始归档复审。")
		}
		if r, err = w.rescanPage(ctx, r, owner); err != nil {
			return r, err
		}
		if progress != nil {
			progress(r)
		}
	}
	return r, nil
}

// rescanPage screens the next releases, opens work items and moves on, in one transaction.
func (w *Workflow) rescanPage(ctx context.Context, r models.Rescan, owner string) (models.Rescan, error) {
	releases, err := w.store.Releases(ctx, r.Position, rescanPage)
	if err != nil {
		return r, err
	}
	reports, err := w.screenAll(ctx, releases)
	if err != nil {
		return r, err
	}
	items, err := w.newHits(ctx, r, releases, reports)
	if err != nil {
		return r, err
	}
	next := r
	next.Done += int64(len(releases))
	next.Hits += int64(len(items))
	if len(releases) < rescanPage {
		next.FinishedAt = w.clock()
	}
	if len(releases) > 0 {
		next.Position = releases[len(releases)-1].ID
	}
	err = w.store.Update(ctx, func(tx *store.Tx) error {
		ours, err := tx.AdvanceRescan(next, r.Position, owner, w.clock().Add(rescanLease))
		switch {
		case err != nil:
			return err
		case !ours:
			return errRescanTaken
		case len(items) == 0 && next.FinishedAt.IsZero():
			return nil
		}
		if len(items) > 0 {
			if err := tx.InsertWorkItems(items); err != nil {
				return err
			}
		}
		if next.FinishedAt.IsZero() {
			return nil
		}
		return w.appendSystem(tx, models.System(), "rescan_finished", map[string]any{"rescan": next.ID, "edition": next.Edition, "done": next.Done, "hits": next.Hits})
	})
	if err != nil {
		return r, err
	}
	return next, nil
}

// screenAll screens releases side by side.
func (w *Workflow) screenAll(ctx context.Context, releases []models.Release) ([]models.Report, error) {
	reports, errs := make([]models.Report, len(releases)), make([]error, len(releases))
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for first := range workers {
		wait.Go(func() {
			for i := first; i < len(releases) && ctx.Err() == nil; i += workers {
				var d models.ReleaseDocument
				if errs[i] = json.Unmarshal(releases[i].Document, &d); errs[i] == nil {
					reports[i], errs[i] = w.Screen(ctx, models.System(), d.AccountID, textOf(d.Content()))
				}
			}
		})
	}
	wait.Wait()
	return reports, errors.Join(append(errs, ctx.Err())...)
}

// newHits makes a work item of each hit that is to be settled: one that the
// release was not signed with, and that no earlier rescan has found.
func (w *Workflow) newHits(ctx context.Context, r models.Rescan, releases []models.Release, reports []models.Report) ([]models.WorkItem, error) {
	var suspects []int
	var ids, drafts []string
	for i, report := range reports {
		if slices.ContainsFunc(report.Hits, toSettle) {
			suspects, ids, drafts = append(suspects, i), append(ids, releases[i].ID), append(drafts, releases[i].DraftID)
		}
	}
	if len(suspects) == 0 {
		return nil, nil
	}
	found, err := w.store.WorkItemHits(ctx, ids)
	if err != nil {
		return nil, err
	}
	states, err := w.store.DraftStates(ctx, drafts)
	if err != nil {
		return nil, err
	}
	var items []models.WorkItem
	for _, i := range suspects {
		release := releases[i]
		if state := states[release.DraftID]; state == models.StateWithdrawn || state == models.StateSuperseded {
			continue // nowhere to be read any more
		}
		signed, err := w.store.SignedReport(ctx, release)
		if err != nil && models.CodeOf(err) != models.CodeNotFound {
			return nil, err
		}
		for _, hit := range reports[i].Hits {
			known := slices.ContainsFunc(signed.Report.Hits, func(h models.Hit) bool { return h.ID == hit.ID })
			if !toSettle(hit) || known || slices.Contains(found[release.ID], hit.ID) {
				continue
			}
			found[release.ID] = append(found[release.ID], hit.ID)
			items = append(items, models.WorkItem{ID: newID(), RescanID: r.ID, ReleaseID: release.ID, DraftID: release.DraftID, AccountID: release.AccountID,
				Digest: release.Digest, Hit: hit, Edition: reports[i].Edition, State: models.WorkOpen, CreatedAt: w.clock()})
		}
	}
	return items, nil
}

// toSettle leaves out hits that only tell the topic.
func toSettle(h models.Hit) bool { return h.Severity != models.SeverityInfo }

// mustWatch lets administrators and supervisors through.
func mustWatch(actor models.Actor) error {
	if actor.Admin || watches(actor) {
		return nil
	}
	return models.Errorf(models.CodeForbidden, "只有系统管理员和主管单位可以查看。")
}

func watches(actor models.Actor) bool {
	return slices.ContainsFunc(actor.Roles, func(r models.AccountRole) bool { return r.Role == models.RoleSupervisor })
}
