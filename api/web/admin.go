package web

import (
	"slices"
	"strings"

	"shenfa/models"
)

// tabs are the pages of the administration that are open to the person: all
// of them to administrators, the lexicon to supervisors too.
func (v *visit) tabs(here string) []tab {
	all := []tab{{"/users", "用户", here == "users"}, {"/lexicon", "词库", here == "lexicon"}, {"/webhooks", "通知订阅", here == "webhooks"}}
	switch {
	case v.actor.Admin:
		return all
	case slices.ContainsFunc(v.actor.Roles, func(r models.AccountRole) bool { return r.Role == models.RoleSupervisor }):
		return all[1:2]
	}
	return nil
}

// Kinds of what a scope names, before its id.
const (
	scopeAccount = "account:"
	scopeUnit    = "unit:"
)

// scopeOf takes a scope apart: of a form it is an account, a unit, or "" for all.
func scopeOf(scope string) (accountID, unitID string) {
	if id, ok := strings.CutPrefix(scope, scopeAccount); ok {
		return id, ""
	}
	return "", strings.TrimPrefix(scope, scopeUnit)
}

// scopes are the places for which something may hold.
type scopes struct{ Accounts, Units []choice }

// scopes lists the accounts and units, with what is chosen now.
func (v *visit) scopes(chosen string) (scopes, error) {
	var out scopes
	accounts, err := v.site.workflow.Accounts(v.ctx(), v.actor)
	if err != nil {
		return out, err
	}
	for _, a := range accounts {
		out.Accounts = append(out.Accounts, choice{Value: scopeAccount + a.ID, Label: a.Name, Chosen: chosen == scopeAccount+a.ID})
	}
	units, err := v.site.workflow.Units(v.ctx(), v.actor)
	if err != nil {
		return out, err
	}
	for _, u := range units {
		out.Units = append(out.Units, choice{Value: scopeUnit + u.ID, Label: u.Name, Chosen: chosen == scopeUnit+u.ID})
	}
	return out, nil
}

// scopeName is what a pair of account and unit stands for.
func (s scopes) name(accountID, unitID string) string {
	for _, c := range slices.Concat(s.Accounts, s.Units) {
		if accountID != "" && c.Value == scopeAccount+accountID || unitID != "" && c.Value == scopeUnit+unitID {
			return c.Label
		}
	}
	if accountID != "" || unitID != "" {
		return "其他"
	}
	return "全部"
}

// fieldErrors gives pages the messages beside their fields.
type fieldErrors struct{ Refusal *refusal }

// Error is the message beside a field, by the pointer that the workflow names it with.
func (e fieldErrors) Error(pointer string) string {
	if e.Refusal == nil {
		return ""
	}
	return e.Refusal.at(pointer)
}
