package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// checkpointEvery is how often the heads of the audit chains are signed and kept.
const checkpointEvery = 24 * time.Hour

// work does the background work until ctx ends, once the program is ready, and
// comes back when what was begun is finished. Every replica does it.
func (p *program) work(ctx context.Context) {
	if p.ready(ctx) != nil {
		return
	}
	jobs := p.workflow.Jobs()
	if dir := p.settings.Workflow.CheckpointDir; dir != "" {
		jobs = append(jobs, p.workflow.Periodic("checkpoints", checkpointEvery, func(ctx context.Context) error {
			return keepCheckpoint(ctx, p.workflow, dir)
		}))
	}
	p.workflow.RunJobs(ctx, jobs)
}

// keepCheckpoint writes a signed checkpoint into a folder, which should lie
// outside the system that it vouches for.
func keepCheckpoint(ctx context.Context, w *workflow.Workflow, dir string) error {
	signed, said, err := w.Checkpoint(ctx, models.System())
	if err != nil {
		return err
	}
	raw, err := json.Marshal(signed)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "checkpoint-"+said.At.Format("20060102T150405Z")+".json"), raw, 0o600)
}
