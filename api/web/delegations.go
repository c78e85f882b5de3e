package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// delegationsPage is the delegations that the person gave or received, and the form for another.
type delegationsPage struct {
	Items   []delegationItem
	Form    *delegationForm // nil where the person has nothing to delegate
	Refusal *refusal
}

type delegationItem struct {
	models.Delegation
	FromName, ToName string
	Accounts, Tiers  []string // empty: all
	State, Tone      string
	MayRevoke        bool
}

// delegationForm is the form as it is sent, with what there is to choose from.
type delegationForm struct {
	From, To, StartsAt, EndsAt, Reason string
	People, Givers                     []choice // Givers: of an administrator, who makes it for another
	Accounts, Tiers                    []choice
}

// advising are the roles that are used by their holder alone.
var advising = []models.Role{models.RoleAuthor, models.RoleSecrecyReviewer, models.RoleSupervisor}

// gives says whether the person holds a role that can be delegated.
func gives(a models.Actor) bool {
	return slices.ContainsFunc(a.Roles, func(r models.AccountRole) bool { return !slices.Contains(advising, r.Role) })
}

// deputes says whether the person has to do with delegations.
func (v *visit) deputes() bool { return v.actor.Admin || gives(v.actor) || len(v.actor.Deputy) > 0 }

func (v *visit) delegations() error {
	return v.showDelegations(http.StatusOK, delegationForm{}, nil, nil, nil)
}

// showDelegations shows the page; form, accounts and tiers are what a refused form had in it.
func (v *visit) showDelegations(status int, form delegationForm, accounts, tiers []string, refused *refusal) error {
	all, err := v.site.workflow.Delegations(v.ctx(), v.actor)
	if err != nil {
		return err
	}
	list, names, err := v.accounts()
	if err != nil {
		return err
	}
	page := delegationsPage{Refusal: refused}
	for _, d := range slices.Backward(all) {
		page.Items = append(page.Items, v.delegationItem(d, names))
	}
	if gives(v.actor) || v.actor.Admin {
		people, err := v.site.workflow.Directory(v.ctx(), v.actor)
		if err != nil {
			return err
		}
		for _, u := range people.People {
			label := u.Name + "（" + u.SignIn + "）"
			if u.ID != v.actor.ID || v.actor.Admin {
				form.People = append(form.People, choice{Value: u.ID, Label: label, Chosen: u.ID == form.To})
			}
			if v.actor.Admin {
				form.Givers = append(form.Givers, choice{Value: u.ID, Label: label, Chosen: u.ID == form.From})
			}
		}
		for _, a := range list {
			form.Accounts = append(form.Accounts, choice{Value: a.ID, Label: a.Name, Chosen: slices.Contains(accounts, a.ID)})
		}
		for _, t := range models.Tiers {
			form.Tiers = append(form.Tiers, choice{Value: string(t), Label: t.Label(), Chosen: slices.Contains(tiers, string(t))})
		}
		page.Form = &form
	}
	return v.show(status, "delegations", "delegations", "授权代签", page)
}

func (v *visit) delegationItem(d models.Delegation, accounts map[string]string) delegationItem {
	name := v.site.workflow.PersonName
	item := delegationItem{Delegation: d, FromName: name(v.ctx(), d.From), ToName: name(v.ctx(), d.To)}
	for _, id := range d.AccountIDs {
		label := accounts[id]
		if label == "" {
			label = "其他账号"
		}
		item.Accounts = append(item.Accounts, label)
	}
	for _, t := range d.Tiers {
		item.Tiers = append(item.Tiers, t.Label())
	}
	now := v.site.now()
	switch {
	case !d.RevokedAt.IsZero():
		item.State, item.Tone = "已撤销", "over"
	case !now.Before(d.EndsAt):
		item.State, item.Tone = "已到期", "over"
	case now.Before(d.StartsAt):
		item.State, item.Tone = "未开始", "quiet"
	default:
		item.State, item.Tone = "生效中", "good"
	}
	item.MayRevoke = item.Tone != "over" && (d.From == v.actor.ID || v.actor.Admin)
	return item
}

func (v *visit) delegate() error {
	form := delegationForm{From: v.PostForm("from"), To: v.PostForm("to"), StartsAt: v.PostForm("starts_at"), EndsAt: v.PostForm("ends_at"),
		Reason: strings.TrimSpace(lines(v.PostForm("reason")))}
	accounts, tiers := v.PostFormArray("account_ids"), v.PostFormArray("tiers")
	in := workflow.DelegationInput{From: form.From, To: form.To, AccountIDs: accounts, Reason: form.Reason}
	for _, t := range tiers {
		in.Tiers = append(in.Tiers, models.Tier(t))
	}
	var d models.Delegation
	var err error
	if in.StartsAt, err = localTime("/starts_at", form.StartsAt); err == nil {
		in.EndsAt, err = localTime("/ends_at", form.EndsAt)
	}
	if err == nil && in.EndsAt.IsZero() {
		err = models.Invalid([]models.FieldError{{Pointer: "/ends_at", Message: "请填写截止时间。"}})
	}
	if err == nil {
		d, err = v.site.workflow.Delegate(v.ctx(), v.once(), in)
	}
	if err != nil {
		refused := v.site.refuse(v.Context, err)
		return v.showDelegations(refused.Status, form, accounts, tiers, &refused)
	}
	return v.goOn("/delegations", "已授权"+v.site.workflow.PersonName(v.ctx(), d.To)+"代签，至 "+when(d.EndsAt)+" 止。")
}

// localTime reads a time that a form carries; the zero time for none.
func localTime(pointer, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(localMinute, text, china)
	if err != nil {
		err = models.Invalid([]models.FieldError{{Pointer: pointer, Message: "请填写完整的日期和时间。"}})
	}
	return at, err
}

func (v *visit) revokeDelegation() error {
	if err := v.site.workflow.RevokeDelegation(v.ctx(), v.actor, v.Param("id")); err != nil {
		return err
	}
	return v.goOn("/delegations", "授权已撤销，立即生效。")
}

// Error is the message beside a field.
func (p delegationsPage) Error(pointer string) string {
	if p.Refusal == nil {
		return ""
	}
	return p.Refusal.at(pointer)
}
