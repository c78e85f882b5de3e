package web

import (
	"net/http"

	"shenfa/models"
)

// passwordPage is the form by which a person changes their own password. What
// was typed is never sent back.
type passwordPage struct{ fieldErrors }

func (v *visit) password() error { return v.showPassword(http.StatusOK, nil) }

func (v *visit) showPassword(status int, refused *refusal) error {
	return v.show(status, "password", "password", "修改密码", passwordPage{fieldErrors{refused}})
}

func (v *visit) changePassword() error {
	err := models.Invalid(nil)
	if v.PostForm("password") != v.PostForm("again") {
		err = models.Invalid([]models.FieldError{{Pointer: "/again", Message: "两次输入的新密码不一致。"}})
	}
	if err == nil {
		err = v.site.workflow.ChangePassword(v.ctx(), v.actor, v.PostForm("present"), v.PostForm("password"))
	}
	if err != nil {
		refused := v.site.refuse(v.Context, err)
		return v.showPassword(refused.Status, &refused)
	}
	// A new token: whoever knew the old one has to sign in again.
	if err := v.site.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	return v.goOn("/inbox", "密码已修改，下次登录请用新密码。")
}
