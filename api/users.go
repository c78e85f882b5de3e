package api

import (
	"context"

	"shenfa/models"
	"shenfa/workflow"
)

// GrantFields gives a role on an account, on a unit, or everywhere.
type GrantFields struct {
	Role      models.Role `json:"role" minLength:"1" maxLength:"64" doc:"角色" example:"editor"`
	AccountID string      `json:"account_id,omitempty" maxLength:"64" doc:"限于此账号"`
	UnitID    string      `json:"unit_id,omitempty" maxLength:"64" doc:"限于此单位及其下级"`
}

func (g GrantFields) input() workflow.GrantInput {
	return workflow.GrantInput{Role: g.Role, AccountID: g.AccountID, UnitID: g.UnitID}
}

// ByUser names the user of an operation.
type ByUser struct {
	ID string `path:"id" maxLength:"64" doc:"用户 id"`
}

type createUserInput struct {
	Body struct {
		SignIn   string        `json:"sign_in" minLength:"1" maxLength:"64" doc:"登录名"`
		Name     string        `json:"name" minLength:"1" maxLength:"100" doc:"姓名"`
		UnitID   string        `json:"unit_id" minLength:"1" maxLength:"64" doc:"所在单位"`
		Password string        `json:"password,omitempty" maxLength:"200" doc:"初始密码，至少 10 个字符；省略则不能以密码登录"`
		Grants   []GrantFields `json:"grants,omitempty" maxItems:"100" doc:"授予的角色"`
	}
}

type userOutput struct{ Body models.User }

func (a *API) createUser(ctx context.Context, actor models.Actor, in *createUserInput) (*userOutput, error) {
	input := workflow.UserInput{SignIn: in.Body.SignIn, Name: in.Body.Name, UnitID: in.Body.UnitID, Password: in.Body.Password}
	for _, g := range in.Body.Grants {
		input.Grants = append(input.Grants, g.input())
	}
	user, err := a.options.Workflow.CreateUser(ctx, actor, input)
	if err != nil {
		return nil, err
	}
	return &userOutput{user}, nil
}

type usersOutput struct {
	Body struct {
		Items []models.User `json:"items"`
	} `nameHint:"UserList"`
}

func (a *API) users(ctx context.Context, actor models.Actor, _ *struct{}) (*usersOutput, error) {
	users, err := a.options.Workflow.Users(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &usersOutput{}
	out.Body.Items = list(users)
	return out, nil
}

type passwordInput struct {
	ByUser
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200" doc:"新密码，至少 10 个字符"`
	}
}

func (a *API) setPassword(ctx context.Context, actor models.Actor, in *passwordInput) (*struct{}, error) {
	return nil, a.options.Workflow.SetPassword(ctx, actor, in.ID, in.Body.Password)
}

func (a *API) disableUser(ctx context.Context, actor models.Actor, in *ByUser) (*struct{}, error) {
	return nil, a.options.Workflow.DisableUser(ctx, actor, in.ID)
}

type grantInput struct {
	ByUser
	Body GrantFields
}

type grantOutput struct{ Body models.Grant }

func (a *API) grant(ctx context.Context, actor models.Actor, in *grantInput) (*grantOutput, error) {
	grant, err := a.options.Workflow.Grant(ctx, actor, in.ID, in.Body.input())
	if err != nil {
		return nil, err
	}
	return &grantOutput{grant}, nil
}

type grantsOutput struct {
	Body struct {
		Items []models.Grant `json:"items"`
	} `nameHint:"GrantList"`
}

func (a *API) grants(ctx context.Context, actor models.Actor, in *ByUser) (*grantsOutput, error) {
	grants, err := a.options.Workflow.Grants(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := &grantsOutput{}
	out.Body.Items = list(grants)
	return out, nil
}

type revokeGrantInput struct {
	ByUser
	Grant string `path:"grant" maxLength:"64" doc:"授予 id"`
}

func (a *API) revokeGrant(ctx context.Context, actor models.Actor, in *revokeGrantInput) (*struct{}, error) {
	grants, err := a.options.Workflow.Grants(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if g.ID == in.Grant {
			return nil, a.options.Workflow.RevokeGrant(ctx, actor, g.ID)
		}
	}
	return nil, models.Errorf(models.CodeNotFound, "此用户没有这项授予。")
}
