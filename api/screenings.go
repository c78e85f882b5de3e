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

type screenOutput struct{ Body screened }

// screened is a report with the text as it reads once every personal datum
// that has a masked form is replaced by it.
type screened struct {
	models.Report
	Masked maskedText `json:"masked" doc:"去标识化后的全文：有去标识形式的个人信息均已替换"`
}

type maskedText struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// screen screens a text and keeps nothing of it.
func (a *API) screen(ctx context.Context, actor models.Actor, in *screenInput) (*screenOutput, error) {
	text := workflow.Text{Title: in.Body.Title, Body: in.Body.Body, Format: in.Body.Format, Kind: in.Body.Kind, Source: in.Body.Source}
	report, err := a.options.Workflow.Screen(ctx, actor, in.Body.AccountID, text)
	if err != nil {
		return nil, err
	}
	a.metrics.screened(&report)
	masked := workflow.Masked(text, report)
	return &screenOutput{screened{*reportOf(&report).value, maskedText{masked.Title, masked.Body}}}, nil
}
