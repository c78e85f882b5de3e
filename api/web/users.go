package web

import (
	"net/http"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// usersShown is how many users the list shows at once.
const usersShown = 50

// usersPage is the users and the form for another.
type usersPage struct {
	fieldErrors
	Text  string
	Items []userItem
	Total int
	Later string
	First bool
	Form  userForm
	Units []choice
}

type userItem struct {
	models.User
	Unit   string
	Grants []grantItem
}

// grantItem is a role with where it holds.
type grantItem struct {
	models.Grant
	Label, Scope string
}

// userForm is the form of a new user as it is sent.
type userForm struct {
	SignIn, Name, UnitID string
	Grant                grantForm
}

// grantForm is the choice of a role and of where it holds.
type grantForm struct {
	Roles []choice
	scopes
}

func (v *visit) users() error { return v.showUsers(http.StatusOK, userForm{}, "", "", nil) }

// showUsers shows the page; form, role and scope are what a refused form had in it.
func (v *visit) showUsers(status int, form userForm, role, scope string, refused *refusal) error {
	all, err := v.site.workflow.Users(v.ctx(), v.actor)
	if err != nil {
		return err
	}
	page := usersPage{fieldErrors: fieldErrors{refused}, Text: strings.TrimSpace(v.Query("text")), First: v.Query("after") == "", Form: form}
	if page.Form.Grant, err = v.grantForm(role, scope); err != nil {
		return err
	}
	units, err := v.site.workflow.UnitNames(v.ctx())
	if err != nil {
		return err
	}
	for _, c := range page.Form.Grant.Units {
		_, id := scopeOf(c.Value)
		page.Units = append(page.Units, choice{Value: id, Label: c.Label, Chosen: id == form.UnitID})
	}
	after := page.First
	for _, u := range all {
		if !strings.Contains(u.Name, page.Text) && !strings.Contains(u.SignIn, page.Text) && !strings.Contains(units[u.UnitID], page.Text) {
			continue
		}
		page.Total++
		switch {
		case !after:
			after = u.ID == v.Query("after")
		case len(page.Items) == usersShown:
			page.Later = address("/users", "text", page.Text, "after", page.Items[usersShown-1].ID)
		default:
			item, err := v.userItem(u, units, page.Form.Grant.scopes)
			if err != nil {
				return err
			}
			page.Items = append(page.Items, item)
		}
	}
	return v.show(status, "users", "users", "用户", page)
}

// grantForm offers the roles and where they may hold.
func (v *visit) grantForm(role, scope string) (grantForm, error) {
	var form grantForm
	roles, err := v.site.workflow.GrantableRoles(v.ctx(), v.actor)
	if err != nil {
		return form, err
	}
	for _, r := range roles {
		form.Roles = append(form.Roles, choice{Value: string(r), Label: v.site.workflow.RoleLabel(r), Chosen: string(r) == role})
	}
	form.scopes, err = v.scopes(scope)
	return form, err
}

func (v *visit) userItem(u models.User, units map[string]string, where scopes) (userItem, error) {
	item := userItem{User: u, Unit: units[u.UnitID]}
	grants, err := v.site.workflow.Grants(v.ctx(), v.actor, u.ID)
	for _, g := range grants {
		item.Grants = append(item.Grants, grantItem{g, v.site.workflow.RoleLabel(g.Role), where.name(g.AccountID, g.UnitID)})
	}
	return item, err
}

func (v *visit) createUser() error {
	form := userForm{SignIn: strings.TrimSpace(v.PostForm("sign_in")), Name: strings.TrimSpace(v.PostForm("name")), UnitID: v.PostForm("unit_id")}
	in := workflow.UserInput{SignIn: form.SignIn, Name: form.Name, UnitID: form.UnitID, Password: v.PostForm("password")}
	if v.PostForm("role") != "" {
		in.Grants = append(in.Grants, v.postedGrant())
	}
	user, err := v.site.workflow.CreateUser(v.ctx(), v.once(), in)
	if err != nil {
		refused := v.site.refuse(v.Context, err)
		return v.showUsers(refused.Status, form, v.PostForm("role"), v.PostForm("scope"), &refused)
	}
	return v.goOn("/users/"+user.ID, "已新建用户“"+user.Name+"”。")
}

func (v *visit) postedGrant() workflow.GrantInput {
	account, unit := scopeOf(v.PostForm("scope"))
	return workflow.GrantInput{Role: models.Role(v.PostForm("role")), AccountID: account, UnitID: unit}
}

// userPage is one user with their roles and what may be done about them.
type userPage struct {
	fieldErrors
	userItem
	Grant grantForm
	Self  bool // it is the administrator who looks
}

func (v *visit) user() error { return v.showUser(http.StatusOK, nil) }

func (v *visit) showUser(status int, refused *refusal) error {
	user, err := v.site.workflow.User(v.ctx(), v.actor, v.Param("id"))
	if err != nil {
		return err
	}
	page := userPage{fieldErrors: fieldErrors{refused}, Self: user.ID == v.actor.ID}
	if page.Grant, err = v.grantForm(v.PostForm("role"), v.PostForm("scope")); err != nil {
		return err
	}
	units, err := v.site.workflow.UnitNames(v.ctx())
	if err != nil {
		return err
	}
	if page.userItem, err = v.userItem(user, units, page.Grant.scopes); err != nil {
		return err
	}
	return v.show(status, "user", "users", user.Name, page)
}

// changedUser goes on to the user's page, or shows there why nothing was done.
func (v *visit) changedUser(err error, good string) error {
	if err != nil {
		refused := v.site.refuse(v.Context, err)
		return v.showUser(refused.Status, &refused)
	}
	return v.goOn("/users/"+v.Param("id"), good)
}

func (v *visit) grant() error {
	_, err := v.site.workflow.Grant(v.ctx(), v.once(), v.Param("id"), v.postedGrant())
	return v.changedUser(err, "角色已授予，立即生效。")
}

func (v *visit) revokeGrant() error {
	grants, err := v.site.workflow.Grants(v.ctx(), v.actor, v.Param("id"))
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.ID == v.Param("grant") {
			return v.changedUser(v.site.workflow.RevokeGrant(v.ctx(), v.actor, g.ID), "角色已收回，立即生效。")
		}
	}
	return v.changedUser(models.Errorf(models.CodeNotFound, "此用户没有这项角色，可能已被收回。"), "")
}

func (v *visit) setPassword() error {
	err := v.site.workflow.SetPassword(v.ctx(), v.once(), v.Param("id"), v.PostForm("password"))
	return v.changedUser(err, "密码已重设，请另行告知本人。")
}

func (v *visit) disableUser() error {
	err := v.site.workflow.DisableUser(v.ctx(), v.actor, v.Param("id"))
	return v.changedUser(err, "用户已停用，不能再登录；其办理记录不变。")
}
