package main

import "context"

// work does the background work until ctx ends, once the program is ready, and
// comes back when what was begun is finished. Every replica does it.
func (p *program) work(ctx context.Context) {
	if p.ready(ctx) == nil {
		p.workflow.RunJobs(ctx, p.workflow.Jobs())
	}
}
