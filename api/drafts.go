package api

import (
	"context"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// ByDraft names the draft of an operation.
type ByDraft struct {
	ID string `path:"id" maxLength:"64" doc:"稿件 id"`
}

// ByPage asks for one page of a list.
type ByPage struct {
	After string `query:"after" maxLength:"500" doc:"上一页的 next；首页留空"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"每页条数"`
}

type createDraftInput struct {
	Body struct {
		AccountID string `json:"account_id" minLength:"1" maxLength:"64" doc:"账号 id"`
		DraftFields
	}
}

// CreatedDraft answers with a new draft and where it is.
type CreatedDraft struct {
	Location string `header:"Location" doc:"新稿件的地址"`
	ETag     string `header:"ETag" doc:"内容的摘要"`
	Body     *Draft
}

func (a *API) createDraft(ctx context.Context, actor models.Actor, in *createDraftInput) (*CreatedDraft, error) {
	draft, err := a.options.Workflow.CreateDraft(ctx, actor, in.Body.DraftFields.input(in.Body.AccountID))
	if err != nil {
		return nil, err
	}
	return a.created(ctx, actor, draft.ID)
}

func (a *API) created(ctx context.Context, actor models.Actor, id string) (*CreatedDraft, error) {
	out, err := a.draft(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &CreatedDraft{Location: "/api/v1/drafts/" + id, ETag: out.ETag, Body: out.Body}, nil
}

type draftsInput struct {
	ByPage
	State   string `query:"state" maxLength:"500" doc:"状态，多个以逗号分隔" example:"draft,returned"`
	Account string `query:"account" maxLength:"64" doc:"账号 id"`
	Text    string `query:"text" maxLength:"100" doc:"标题中的文字"`
}

type draftsOutput struct {
	Body struct {
		Items []DraftSummary `json:"items"`
		Next  string         `json:"next" doc:"下一页的 after；空表示已到末页"`
	} `nameHint:"DraftPage"`
}

func (a *API) drafts(ctx context.Context, actor models.Actor, in *draftsInput) (*draftsOutput, error) {
	query := workflow.DraftsQuery{Account: in.Account, Text: in.Text, After: in.After, Limit: in.Limit}
	for _, state := range strings.FieldsFunc(in.State, func(r rune) bool { return r == ',' }) {
		query.States = append(query.States, models.State(strings.TrimSpace(state)))
	}
	page, err := a.options.Workflow.Drafts(ctx, actor, query)
	if err != nil {
		return nil, err
	}
	out := &draftsOutput{}
	out.Body.Items, out.Body.Next = []DraftSummary{}, page.Next
	for _, d := range page.Items {
		out.Body.Items = append(out.Body.Items, a.summary(ctx, d))
	}
	return out, nil
}

func (a *API) readDraft(ctx context.Context, actor models.Actor, in *ByDraft) (*DraftOutput, error) {
	out, err := a.draft(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	return out, a.read(ctx, actor, workflow.ReadDraft, in.ID)
}

type reviseInput struct {
	ByDraft
	IfMatch string `header:"If-Match" maxLength:"200" doc:"修改所依据内容的摘要（ETag）；缺少为 428，已过时为 412"`
	Body    struct {
		AccountID string `json:"account_id,omitempty" maxLength:"64" doc:"账号 id；不能更换，可以省略"`
		DraftFields
	}
}

func (a *API) reviseDraft(ctx context.Context, actor models.Actor, in *reviseInput) (*DraftOutput, error) {
	digest, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if _, err := a.options.Workflow.ReviseDraft(ctx, actor, in.ID, digest, in.Body.DraftFields.input(in.Body.AccountID)); err != nil {
		return nil, a.withPresent(ctx, actor, in.ID, err)
	}
	return a.draft(ctx, actor, in.ID)
}

func (a *API) submitDraft(ctx context.Context, actor models.Actor, in *ByDraft) (*DraftOutput, error) {
	if _, err := a.options.Workflow.Submit(ctx, actor, in.ID); err != nil {
		return nil, a.withPresent(ctx, actor, in.ID, err)
	}
	out, err := a.draft(ctx, actor, in.ID)
	if err == nil {
		a.metrics.screened(out.Body.Report.value)
	}
	return out, err
}

// withPresent adds to a conflict the draft's present state and digest, so that
// the caller knows what happened meanwhile.
func (a *API) withPresent(ctx context.Context, actor models.Actor, id string, err error) error {
	if code := models.CodeOf(err); code != models.CodeConflict && code != models.CodeStale {
		return err
	}
	view, viewErr := a.options.Workflow.View(ctx, actor, id)
	if viewErr != nil {
		return err
	}
	p := problem(err)
	p.State = view.Draft.State
	if !view.Hidden {
		p.Digest = view.Draft.Digest
	}
	return p
}
