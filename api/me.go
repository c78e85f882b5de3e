package api

import (
	"cmp"
	"context"
	"slices"

	"shenfa/models"
)

// Me is who calls, as the server sees it.
type Me struct {
	Kind     models.ActorKind `json:"kind" doc:"user 用户，integration 发布端"`
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Admin    bool             `json:"admin"`
	Roles    []MyRole         `json:"roles" doc:"在各账号、单位的角色"`
	Accounts []string         `json:"accounts" doc:"可见的账号"`
	TokenID  *string          `json:"token_id" doc:"所用令牌"`
}

// MyRole is one role on one account or unit.
type MyRole struct {
	Role      models.Role `json:"role"`
	AccountID string      `json:"account_id,omitempty"`
	UnitID    string      `json:"unit_id,omitempty"`
}

type meOutput struct{ Body Me }

func (a *API) me(_ context.Context, actor models.Actor, _ *struct{}) (*meOutput, error) {
	me := Me{Kind: actor.Kind, ID: actor.ID, Name: actor.Name, Admin: actor.Admin, Roles: []MyRole{},
		Accounts: list(actor.VisibleAccounts()), TokenID: wordOrNil(actor.TokenID)}
	for _, r := range actor.Roles {
		me.Roles = append(me.Roles, MyRole{Role: r.Role, AccountID: r.AccountID})
	}
	for _, r := range actor.Units {
		me.Roles = append(me.Roles, MyRole{Role: r.Role, UnitID: r.UnitID})
	}
	slices.SortFunc(me.Roles, func(a, b MyRole) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.UnitID, b.UnitID), cmp.Compare(a.Role, b.Role))
	})
	return &meOutput{me}, nil
}
