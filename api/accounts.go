package api

import (
	"context"

	"shenfa/models"
)

type createAccountInput struct {
	Body struct {
		UnitID  string `json:"unit_id" minLength:"1" maxLength:"64" doc:"开设单位"`
		Name    string `json:"name" minLength:"1" maxLength:"100" doc:"账号名称" example:"青山发布"`
		Medium  string `json:"medium,omitempty" maxLength:"32" default:"wechat" doc:"媒介：wechat、weibo、douyin、app、web 等" example:"wechat"`
		Profile string `json:"profile,omitempty" maxLength:"64" default:"ankang" doc:"适用的审签规程"`
	}
}

type accountOutput struct{ Body models.Account }

func (a *API) createAccount(ctx context.Context, actor models.Actor, in *createAccountInput) (*accountOutput, error) {
	account, err := a.options.Workflow.CreateAccount(ctx, actor, models.Account{UnitID: in.Body.UnitID, Name: in.Body.Name, Medium: in.Body.Medium, Profile: in.Body.Profile})
	if err != nil {
		return nil, err
	}
	return &accountOutput{account}, nil
}

type accountsOutput struct {
	Body struct {
		Items []models.Account `json:"items"`
	} `nameHint:"AccountList"`
}

func (a *API) accounts(ctx context.Context, actor models.Actor, _ *struct{}) (*accountsOutput, error) {
	accounts, err := a.options.Workflow.Accounts(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &accountsOutput{}
	out.Body.Items = list(accounts)
	return out, nil
}
