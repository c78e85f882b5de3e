package api

import (
	"context"

	"shenfa/models"
	"shenfa/workflow"
)

type screenInput struct {
	Body struct {
		AccountID string         `json:"account_id,omitempty" maxLength:"64" doc:"按该账号所属单位的词库机审；省略则按通用词库"`
		Title     string         `json:"title,omitempty" maxLength:"200" doc:"标题"`
		Body      string         `json:"body,omitempty" maxLength:"200000" doc:"正文"`
		Format    models.Format  `json:"format,omitempty" enum:"text,markdown,html" default:"text" doc:"正文格式"`
		Kind      models.Kind    `json:"kind,omitempty" enum:"original,reprint" default:"original" doc:"original 原创，reprint 转载"`
		Source    *models.Source `json:"source,omitempty" doc:"转载的稿源"`
	}
}

type screenOutput struct{ Body *models.Report }

// screen screens a text and keeps nothing of it.
func (a *API) screen(ctx context.Context, actor models.Actor, in *screenInput) (*screenOutput, error) {
	text := workflow.Text{Title: in.Body.Title, Body: in.Body.Body, Format: in.Body.Format, Kind: in.Body.Kind, Source: in.Body.Source}
	report, err := a.options.Workflow.Screen(ctx, actor, in.Body.AccountID, text)
	if err != nil {
		return nil, err
	}
	a.metrics.screened(&report)
	return &screenOutput{reportOf(&report).value}, nil
}
