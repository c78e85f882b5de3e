package workflow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// Job is background work that every replica runs. What must not happen twice
// is claimed in the database by a conditional update or a unique key; nothing
// is kept in memory, so a replica that is killed loses nothing.
type Job struct {
	Name  string
	Every time.Duration
	// Do takes up a batch of the work and gives how much it did; if that was
	// something it is called again at once.
	Do func(context.Context) (int, error)
}

// Times that what has ended is kept.
const (
	keepOnceKeys   = 30 * 24 * time.Hour
	keepDeliveries = 90 * 24 * time.Hour
)

// Jobs are all background jobs.
func (w *Workflow) Jobs() []Job {
	post := w.post()
	return []Job{
		{"release", time.Second, w.ReleaseDue},
		{"editions", time.Second, nothing(w.FollowEditions)},
		{"remind", 5 * time.Second, w.RemindDue},
		{"escalate", 15 * time.Second, w.EscalateDue},
		{"dispatch", time.Second, w.DispatchNotices},
		{"deliver", time.Second, post.Deliver},
		{"rescan", 5 * time.Second, w.ContinueRescans},
		{"calendar", time.Minute, nothing(w.LoadCalendar)},
		{"clean_sessions", time.Minute, w.inTurn("clean_sessions", time.Hour, nothing(w.store.Sessions().Clean))},
		{"clean_once_keys", time.Minute, w.inTurn("clean_once_keys", time.Hour, w.until(keepOnceKeys, w.store.CleanOnce))},
		{"clean_deliveries", time.Minute, w.inTurn("clean_deliveries", time.Hour, w.until(keepDeliveries, w.store.CleanDeliveries))},
	}
}

// Periodic makes a job that one replica does, once in a period.
func (w *Workflow) Periodic(name string, period time.Duration, do func(context.Context) error) Job {
	return Job{name, time.Minute, w.inTurn(name, period, nothing(do))}
}

// nothing makes a job of work that is always done with one call.
func nothing(do func(context.Context) error) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) { return 0, do(ctx) }
}

// until makes a job of a clean-up, batch by batch.
func (w *Workflow) until(keep time.Duration, clean func(context.Context, time.Time) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (total int, err error) {
		for ctx.Err() == nil {
			n, err := clean(ctx, w.clock().Add(-keep))
			if total += n; n == 0 || err != nil {
				return total, err
			}
		}
		return total, ctx.Err()
	}
}

// inTurn lets one replica do the work, once in a period. If it is killed while
// it does, the work waits for the next period.
func (w *Workflow) inTurn(name string, period time.Duration, do func(context.Context) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		now := w.clock()
		if until, err := w.store.Turn(ctx, name); err != nil || now.Before(until) {
			return 0, err
		}
		mine := false
		err := w.store.Update(ctx, func(tx *store.Tx) (err error) {
			mine, err = tx.ClaimTurn(name, now, now.Add(period))
			return err
		})
		if err != nil || !mine {
			return 0, err
		}
		n, err := do(ctx)
		if n > 0 {
			w.log.InfoContext(ctx, "a periodic job is done", "job", name, "rows", n)
		}
		return 0, err
	}
}

// RunJobs runs the jobs until ctx ends; it returns when each has finished what
// it had begun. A job that fails, or panics, is tried again, later and later.
func (w *Workflow) RunJobs(ctx context.Context, jobs []Job) {
	var running sync.WaitGroup
	for _, job := range jobs {
		running.Go(func() { w.runJob(ctx, job) })
	}
	running.Wait()
}

// longestPause between two tries of a job that fails.
const longestPause = time.Minute

func (w *Workflow) runJob(ctx context.Context, job Job) {
	pause := time.Duration(rand.Int64N(int64(min(job.Every, time.Second)))) // replicas that start together spread out
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		n, err := guarded(ctx, job)
		switch {
		case ctx.Err() != nil:
			return
		case models.CodeOf(err) == models.CodeConflict: // another replica was faster
			pause = jitter(job.Every / 4)
		case err != nil:
			failures++
			pause = jitter(min(job.Every<<min(failures, 6), max(longestPause, job.Every)))
			w.log.WarnContext(ctx, "a background job failed and will be tried again", "job", job.Name, "in", pause, "error", err)
		case n > 0:
			failures, pause = 0, 0
		default:
			failures, pause = 0, jitter(job.Every)
		}
	}
}

// jitter is a duration give or take a fifth.
func jitter(d time.Duration) time.Duration {
	return d - d/5 + time.Duration(rand.Int64N(int64(d/5*2)+1))
}

func guarded(ctx context.Context, job Job) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in job %s: %v\n%s", job.Name, p, debug.Stack())
		}
	}()
	return job.Do(ctx)
}
