package api

import (
	"context"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// Delegation lets one person sign in another's place within its bounds.
type Delegation struct {
	ID         string        `json:"id"`
	From       string        `json:"from" doc:"授权人"`
	FromName   string        `json:"from_name"`
	To         string        `json:"to" doc:"受托人"`
	ToName     string        `json:"to_name"`
	AccountIDs []string      `json:"account_ids" doc:"限于这些账号；空为授权人的全部账号"`
	Tiers      []models.Tier `json:"tiers" doc:"限于这些层级；空为全部"`
	StartsAt   time.Time     `json:"starts_at"`
	EndsAt     time.Time     `json:"ends_at"`
	Reason     string        `json:"reason"`
	CreatedAt  time.Time     `json:"created_at"`
	CreatedBy  string        `json:"created_by"`
	RevokedAt  *time.Time    `json:"revoked_at" doc:"撤销时间"`
}

func (a *API) delegationOf(ctx context.Context, d models.Delegation) Delegation {
	name := a.options.Workflow.PersonName
	return Delegation{ID: d.ID, From: d.From, FromName: name(ctx, d.From), To: d.To, ToName: name(ctx, d.To),
		AccountIDs: list(d.AccountIDs), Tiers: list(d.Tiers), StartsAt: d.StartsAt.UTC(), EndsAt: d.EndsAt.UTC(), Reason: d.Reason,
		CreatedAt: d.CreatedAt.UTC(), CreatedBy: d.CreatedBy, RevokedAt: timeOrNil(d.RevokedAt)}
}

type delegateInput struct {
	Body struct {
		From       string        `json:"from,omitempty" maxLength:"64" doc:"授权人的 id 或登录名；省略为本人，代他人设立须为系统管理员"`
		To         string        `json:"to" minLength:"1" maxLength:"64" doc:"受托人的 id 或登录名"`
		AccountIDs []string      `json:"account_ids,omitempty" maxItems:"1000" maxLength:"64" doc:"限于这些账号；省略为授权人的全部账号"`
		Tiers      []models.Tier `json:"tiers,omitempty" maxItems:"3" enum:"general,important,major" doc:"限于这些层级；省略为全部"`
		StartsAt   *time.Time    `json:"starts_at,omitempty" doc:"开始时间；省略为现在，不得倒签"`
		EndsAt     time.Time     `json:"ends_at" doc:"截止时间；一次不超过一年" example:"2026-03-20T18:00:00+08:00"`
		Reason     string        `json:"reason" minLength:"1" maxLength:"2000" doc:"事由" example:"外出参加培训"`
	}
}

type delegationOutput struct{ Body Delegation }

func (a *API) delegate(ctx context.Context, actor models.Actor, in *delegateInput) (*delegationOutput, error) {
	people, err := a.options.Workflow.Directory(ctx, actor)
	if err != nil {
		return nil, err
	}
	b := in.Body
	input := workflow.DelegationInput{From: people.Person(b.From), To: people.Person(b.To), AccountIDs: b.AccountIDs, Tiers: b.Tiers,
		EndsAt: b.EndsAt, Reason: b.Reason}
	if b.StartsAt != nil {
		input.StartsAt = *b.StartsAt
	}
	delegation, err := a.options.Workflow.Delegate(ctx, actor, input)
	if err != nil {
		return nil, err
	}
	return &delegationOutput{a.delegationOf(ctx, delegation)}, nil
}

type delegationsOutput struct {
	Body struct {
		Items []Delegation `json:"items" doc:"本人授予和受托的；系统管理员为全部"`
	} `nameHint:"DelegationList"`
}

func (a *API) delegations(ctx context.Context, actor models.Actor, _ *struct{}) (*delegationsOutput, error) {
	delegations, err := a.options.Workflow.Delegations(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &delegationsOutput{}
	out.Body.Items = []Delegation{}
	for _, d := range delegations {
		out.Body.Items = append(out.Body.Items, a.delegationOf(ctx, d))
	}
	return out, nil
}

type byDelegation struct {
	ID string `path:"id" maxLength:"64" doc:"授权 id"`
}

func (a *API) revokeDelegation(ctx context.Context, actor models.Actor, in *byDelegation) (*struct{}, error) {
	return nil, a.options.Workflow.RevokeDelegation(ctx, actor, in.ID)
}
