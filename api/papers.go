package api

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"shenfa/api/papers"
	"shenfa/models"
	"shenfa/workflow"
)

// paperOutput is a page to print, or a file to keep.
type paperOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

func (a *API) approvalForm(ctx context.Context, actor models.Actor, in *ByDraft) (*paperOutput, error) {
	d, err := a.options.Workflow.Dossier(ctx, actor, in.ID, workflow.ReadForm)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := papers.Form(&out, d, time.Now()); err != nil {
		return nil, err
	}
	return &paperOutput{ContentType: "text/html; charset=utf-8", Policy: papers.Policy(), Disposition: "inline", Body: out.Bytes()}, nil
}

func (a *API) exportDraft(ctx context.Context, actor models.Actor, in *ByDraft) (*paperOutput, error) {
	d, err := a.options.Workflow.Dossier(ctx, actor, in.ID, workflow.ReadExport)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	files, err := papers.Export(d, now)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := papers.Zip(&out, files, now); err != nil {
		return nil, err
	}
	return &paperOutput{ContentType: "application/zip", Policy: papers.Policy(), Body: out.Bytes(),
		Disposition: fmt.Sprintf(`attachment; filename="%s.zip"`, d.Draft.Number)}, nil
}
