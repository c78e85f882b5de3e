package main

import (
	"context"
	"sync"
	"time"
)

// job is what the server does by itself, again and again. Any number of
// replicas may do it at once.
type job struct {
	name  string
	every time.Duration
	run   func(ctx context.Context) error
}

func (p *program) jobs() []job {
	return []job{
		{"release what is due", time.Second, func(ctx context.Context) error {
			_, err := p.workflow.ReleaseDue(ctx)
			return err
		}},
	}
}

// work runs the jobs until ctx ends, once the program is ready, and comes back
// when the last one has. A failure is logged; the next turn tries again.
func (p *program) work(ctx context.Context) {
	if p.ready(ctx) != nil {
		return
	}
	var running sync.WaitGroup
	for _, j := range p.jobs() {
		running.Go(func() {
			for ctx.Err() == nil {
				if err := j.run(context.WithoutCancel(ctx)); err != nil {
					p.log.Error("a job failed", "job", j.name, "error", err)
				}
				pause(ctx, j.every)
			}
		})
	}
	running.Wait()
}
