package api

import (
	"context"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

type createTokenInput struct {
	Body struct {
		Kind       models.TokenKind `json:"kind" enum:"user,integration" doc:"user 代表用户，integration 发布端"`
		Name       string           `json:"name" minLength:"1" maxLength:"100" doc:"用途，便于日后辨认" example:"编辑工具"`
		UserID     string           `json:"user_id,omitempty" maxLength:"64" doc:"kind=user：所代表的用户；省略为本人"`
		AccountIDs []string         `json:"account_ids,omitempty" maxItems:"1000" maxLength:"64" doc:"kind=integration：可拉取的账号"`
		ExpiresAt  *time.Time       `json:"expires_at,omitempty" doc:"失效时间；省略为长期有效"`
	}
}

type createTokenOutput struct {
	Body struct {
		models.Token
		Secret string `json:"secret" doc:"访问令牌，仅此一次显示；用于 Authorization: Bearer"`
	} `nameHint:"NewToken"`
}

func (a *API) createToken(ctx context.Context, actor models.Actor, in *createTokenInput) (*createTokenOutput, error) {
	input := workflow.TokenInput{Kind: in.Body.Kind, Name: in.Body.Name, UserID: in.Body.UserID, AccountIDs: in.Body.AccountIDs}
	if input.Kind == models.TokenUser && input.UserID == "" {
		input.UserID = actor.ID
	}
	if in.Body.ExpiresAt != nil {
		input.ExpiresAt = *in.Body.ExpiresAt
	}
	token, secret, err := a.options.Workflow.CreateToken(ctx, actor, input)
	if err != nil {
		return nil, err
	}
	out := &createTokenOutput{}
	out.Body.Token, out.Body.Secret = token, secret
	return out, nil
}

type tokensOutput struct {
	Body struct {
		Items []models.Token `json:"items"`
	} `nameHint:"TokenList"`
}

func (a *API) tokens(ctx context.Context, actor models.Actor, _ *struct{}) (*tokensOutput, error) {
	tokens, err := a.options.Workflow.Tokens(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &tokensOutput{}
	out.Body.Items = list(tokens)
	return out, nil
}

type byToken struct {
	ID string `path:"id" maxLength:"64" doc:"令牌 id"`
}

func (a *API) revokeToken(ctx context.Context, actor models.Actor, in *byToken) (*struct{}, error) {
	return nil, a.options.Workflow.RevokeToken(ctx, actor, in.ID)
}
