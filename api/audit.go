package api

import (
	"context"

	"shenfa/models"
	"shenfa/workflow"
)

type auditInput struct {
	ByPage
	Draft string `query:"draft" maxLength:"64" doc:"稿件 id：查该稿件的审计链；省略为系统管理的审计链"`
}

type auditOutput struct {
	Body struct {
		Items []Event `json:"items" doc:"由旧到新"`
		Next  string  `json:"next" doc:"下一页的 after；空表示已到末页"`
	} `nameHint:"AuditPage"`
}

func (a *API) audit(ctx context.Context, actor models.Actor, in *auditInput) (*auditOutput, error) {
	page, err := a.options.Workflow.Audit(ctx, actor, workflow.AuditQuery{Draft: in.Draft, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &auditOutput{}
	out.Body.Items, out.Body.Next = []Event{}, page.Next
	for _, e := range page.Items {
		out.Body.Items = append(out.Body.Items, eventOf(e))
	}
	return out, nil
}

type diffInput struct {
	ByDraft
	From int `query:"from" minimum:"0" maximum:"1000000" default:"0" doc:"较早的版本号；0 为 to 的前一版"`
	To   int `query:"to" minimum:"0" maximum:"1000000" default:"0" doc:"较晚的版本号；0 为当前版本"`
}

type diffOutput struct{ Body workflow.RevisionDiff }

func (a *API) diff(ctx context.Context, actor models.Actor, in *diffInput) (*diffOutput, error) {
	diff, err := a.options.Workflow.Diff(ctx, actor, in.ID, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return &diffOutput{diff}, a.read(ctx, actor, workflow.ReadHistory, in.ID)
}

// read records that a supervisor or administrator has read a draft.
func (a *API) read(ctx context.Context, actor models.Actor, kind, draftID string) error {
	return a.options.Workflow.RecordRead(ctx, actor, kind, draftID)
}
