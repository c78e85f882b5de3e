package api

import (
	"context"

	"shenfa/models"
	"shenfa/workflow"
)

type startRescanInput struct {
	Body struct {
		Since string `json:"since,omitempty" maxLength:"64" doc:"只复审此签发件之后的；省略为全部"`
	}
}

type rescanOutput struct{ Body models.Rescan }

// startRescan begins a rescan, or goes on with an unfinished one, in the
// background. A server that stops leaves it where it is; asking again goes on.
func (a *API) startRescan(ctx context.Context, actor models.Actor, in *startRescanInput) (*rescanOutput, error) {
	r, err := a.options.Workflow.StartRescan(ctx, actor, in.Body.Since)
	if err != nil {
		return nil, err
	}
	go func() {
		if _, err := a.options.Workflow.RunRescan(a.draining, r.ID, nil); err != nil && a.draining.Err() == nil && models.CodeOf(err) != models.CodeConflict {
			a.options.Log.Error("rescan stopped", "rescan", r.ID, "cause", err)
		}
	}()
	return &rescanOutput{r}, nil
}

type rescanInput struct {
	ID string `path:"id" maxLength:"64" doc:"归档复审 id"`
}

func (a *API) rescan(ctx context.Context, actor models.Actor, in *rescanInput) (*rescanOutput, error) {
	r, err := a.options.Workflow.Rescan(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	return &rescanOutput{r}, nil
}

type workItemsInput struct {
	ByPage
	Account string               `query:"account" maxLength:"64" doc:"账号 id"`
	State   models.WorkItemState `query:"state" enum:"open,keep,withdraw,correct" default:"open" doc:"open 待办，keep 保留，withdraw 已撤回，correct 已以更正稿处理"`
}

type workItemsOutput struct {
	Body struct {
		Items []models.WorkItem `json:"items"`
		Next  string            `json:"next" doc:"下一页的 after；空表示已到末页"`
	} `nameHint:"WorkItemPage"`
}

func (a *API) workItems(ctx context.Context, actor models.Actor, in *workItemsInput) (*workItemsOutput, error) {
	items, next, err := a.options.Workflow.WorkItems(ctx, actor, workflow.WorkItemsQuery{Account: in.Account, State: in.State, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &workItemsOutput{}
	out.Body.Items, out.Body.Next = list(items), next
	return out, nil
}

type settleInput struct {
	ID   string `path:"id" maxLength:"64" doc:"复审事项 id"`
	Body struct {
		Action     models.WorkItemState    `json:"action" enum:"keep,withdraw,correct" doc:"keep 保留；withdraw 撤回签发件；correct 更正签发件，即新建更正稿"`
		Reason     string                  `json:"reason" minLength:"1" maxLength:"2000" doc:"理由；撤回、更正的，即其情况说明"`
		ReasonCode models.WithdrawalReason `json:"reason_code,omitempty" enum:"error,law,privacy,secrecy,superseded,complaint" doc:"撤回、更正的原因，含义见“撤回签发件”；已撤回或已有更正稿的可省略"`
		Document   string                  `json:"document,omitempty" maxLength:"200" doc:"law、superseded、complaint 须写明的条款、文号或编号"`
		Digest     string                  `json:"digest,omitempty" maxLength:"64" doc:"所见签发内容的摘要；写明时，不符则为 412"`
		Correction string                  `json:"correction,omitempty" maxLength:"64" doc:"correct：已有的更正稿的 id；省略则新建"`
	}
}

type workItemOutput struct{ Body models.WorkItem }

func (a *API) settleWorkItem(ctx context.Context, actor models.Actor, in *settleInput) (*workItemOutput, error) {
	item, err := a.options.Workflow.SettleWorkItem(ctx, actor, in.ID, workflow.WorkItemInput{Action: in.Body.Action, Reason: in.Body.Reason,
		ReasonCode: in.Body.ReasonCode, Document: in.Body.Document, Digest: in.Body.Digest, Correction: in.Body.Correction})
	if err != nil {
		return nil, err
	}
	return &workItemOutput{item}, nil
}
