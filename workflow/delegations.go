package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// maxDelegation bounds how long one delegation lasts.
const maxDelegation = 366 * 24 * time.Hour

// DelegationInput lets To decide in the place of From (授权代签).
type DelegationInput struct {
	From       string // "" is the actor; another person's only by an administrator
	To         string
	AccountIDs []string      // empty: all of From's accounts
	Tiers      []models.Tier // empty: all
	StartsAt   time.Time     // zero: now
	EndsAt     time.Time
	Reason     string
}

// Delegate makes a delegation. It gives To, within its bounds, what From holds
// by grants of their own whenever To decides; it is not passed on.
func (w *Workflow) Delegate(ctx context.Context, actor models.Actor, in DelegationInput) (models.Delegation, error) {
	if in.From == "" {
		in.From = actor.ID
	}
	if in.From != actor.ID || actor.Kind != models.ActorUser {
		if err := mustAdmin(actor); err != nil {
			return models.Delegation{}, err
		}
	}
	at := w.clock()
	if in.StartsAt.IsZero() {
		in.StartsAt = at
	}
	if err := w.validateDelegation(ctx, in, at); err != nil {
		return models.Delegation{}, err
	}
	d := models.Delegation{ID: newID(), From: in.From, To: in.To, AccountIDs: in.AccountIDs, Tiers: in.Tiers, StartsAt: models.Millis(in.StartsAt),
		EndsAt: models.Millis(in.EndsAt), Reason: in.Reason, CreatedAt: at, CreatedBy: actor.ID}
	done, err := w.administer(ctx, actor, d.ID, "delegated", map[string]any{"delegation": d.ID, "from": d.From, "to": d.To, "accounts": d.AccountIDs,
		"tiers": d.Tiers, "starts_at": d.StartsAt, "ends_at": d.EndsAt, "reason": d.Reason},
		func(tx *store.Tx) error { return tx.InsertDelegation(d) })
	if err == nil && done != "" {
		return w.store.Delegation(ctx, done)
	}
	return d, err
}

func (w *Workflow) validateDelegation(ctx context.Context, in DelegationInput, at time.Time) error {
	var f faults
	to, err := w.store.User(ctx, in.To)
	switch {
	case err != nil || !to.DisabledAt.IsZero():
		f.add("/to", "没有这个用户。")
	case in.To == in.From:
		f.add("/to", "不能授权给本人。")
	}
	if held, err := w.store.Grants(ctx, in.To); err != nil {
		return err
	} else if slices.ContainsFunc(held, func(g models.Grant) bool { return g.Role == models.RoleSupervisor || g.Role == models.RoleAdmin }) {
		f.add("/to", "主管单位和系统管理员不参与审签，不能受托代签。")
	}
	f.text("/reason", in.Reason, MaxComment, true)
	if strings.TrimSpace(in.Reason) == "" {
		f.add("/reason", "授权代签须写明事由。")
	}
	for i, t := range in.Tiers {
		oneOf(&f, fmt.Sprintf("/tiers/%d", i), t, models.Tiers...)
	}
	switch {
	case !in.EndsAt.After(in.StartsAt) || !in.EndsAt.After(at):
		f.add("/ends_at", "截止时间应晚于开始时间和现在。")
	case in.EndsAt.Sub(in.StartsAt) > maxDelegation:
		f.add("/ends_at", "一次授权不得超过一年。")
	}
	if in.StartsAt.Before(at.Add(-time.Minute)) {
		f.add("/starts_at", "授权不得倒签：开始时间不能早于现在。")
	}
	grants, err := w.store.Grants(ctx, in.From)
	if err != nil {
		return err
	}
	roles, _, err := w.spread(ctx, grants)
	if err != nil {
		return err
	}
	deciding := func(r models.AccountRole) bool { return !slices.Contains(noDeputy, r.Role) }
	for i, t := range in.Tiers {
		if reaches, err := w.reaches(ctx, roles, in.AccountIDs, t); err != nil {
			return err
		} else if t.Rank() >= 0 && !reaches {
			f.add(fmt.Sprintf("/tiers/%d", i), "授权人不审签“%s”层级的稿件，不能授权他人代签。", t.Label())
		}
	}
	if !slices.ContainsFunc(roles, deciding) {
		f.add("/from", "授权人没有可以委托的审签角色。")
	}
	for i, id := range in.AccountIDs {
		if !slices.ContainsFunc(roles, func(r models.AccountRole) bool { return r.AccountID == id && deciding(r) }) {
			f.add(fmt.Sprintf("/account_ids/%d", i), "授权人在该账号没有审签角色。")
		}
	}
	return models.Invalid(f)
}

// reaches says whether one of the roles, on one of the accounts (none: on any),
// decides at a step of the drafts of a tier.
func (w *Workflow) reaches(ctx context.Context, roles []models.AccountRole, accounts []string, tier models.Tier) (bool, error) {
	for _, r := range roles {
		if slices.Contains(noDeputy, r.Role) || !holds(accounts, r.AccountID) {
			continue
		}
		account, err := w.account(ctx, r.AccountID)
		if err != nil {
			return false, err
		}
		profile, err := w.profileOf(account)
		if err != nil {
			return false, err
		}
		for _, kind := range []models.Kind{models.KindOriginal, models.KindReprint} {
			for _, step := range profile.Route(Class{Tier: tier, Medium: account.Medium, Kind: kind}) {
				if _, ok := decidingRole(profile, step, nil, []models.Role{r.Role}); ok {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// Delegations are those that the actor gave or received; all for an administrator.
func (w *Workflow) Delegations(ctx context.Context, actor models.Actor) ([]models.Delegation, error) {
	all, err := w.store.Delegations(ctx)
	if err != nil || actor.Admin {
		return all, err
	}
	return slices.DeleteFunc(all, func(d models.Delegation) bool { return d.From != actor.ID && d.To != actor.ID }), nil
}

// RevokeDelegation ends a delegation at once: by who gave it, or an administrator.
func (w *Workflow) RevokeDelegation(ctx context.Context, actor models.Actor, id string) error {
	d, err := w.store.Delegation(ctx, id)
	if err != nil {
		return err
	}
	if d.From != actor.ID && !actor.Admin {
		if d.To == actor.ID {
			return models.Errorf(models.CodeForbidden, "只有授权人或系统管理员可以撤销授权。")
		}
		return models.Errorf(models.CodeNotFound, "没有找到该授权。")
	}
	if !d.RevokedAt.IsZero() {
		return nil
	}
	_, err = w.administer(ctx, actor, id, "delegation_revoked", map[string]any{"delegation": id},
		func(tx *store.Tx) error { return tx.RevokeDelegation(id, w.clock()) })
	return err
}
