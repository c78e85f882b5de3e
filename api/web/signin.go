package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"shenfa/models"
)

// signInPage is the form with what was wrong the last time. The password is never sent back.
type signInPage struct {
	SignIn string
	Next   string
	Why    string
}

func (s *site) signInForm(c *gin.Context) {
	next := localPath(c.Query("next"))
	if s.sessions.GetString(c.Request.Context(), SessionUser) != "" {
		c.Redirect(http.StatusSeeOther, next)
		return
	}
	page := signInPage{Next: next}
	if c.Query("why") == "expired" {
		page.Why = "登录已过期，请重新登录。"
	}
	s.renderSignIn(c, http.StatusOK, page)
}

// signInFaults says which failures belong on the form, and how it answers.
var signInFaults = map[models.Code]struct {
	status int
	why    string
}{
	models.CodeUnauthenticated: {http.StatusUnauthorized, "用户名或密码不正确。"},
	models.CodeInvalid:         {http.StatusUnprocessableEntity, "请填写用户名和密码。"},
	models.CodeRateLimited:     {http.StatusTooManyRequests, "登录失败次数过多，请稍后再试，或联系系统管理员重置密码。"},
	models.CodeUnavailable:     {http.StatusServiceUnavailable, "系统正在启动或维护，请稍后再试。"},
}

func (s *site) signIn(c *gin.Context) {
	ctx := c.Request.Context()
	page := signInPage{SignIn: strings.TrimSpace(c.PostForm("sign_in")), Next: localPath(c.PostForm("next"))}
	password := c.PostForm("password")

	var err error
	if page.SignIn == "" || password == "" {
		err = models.Errorf(models.CodeInvalid, "用户名和密码不能为空。")
	}
	var user models.User
	if err == nil {
		user, err = s.workflow.SignIn(ctx, page.SignIn, password)
	}
	if err != nil {
		fault, ok := signInFaults[models.CodeOf(err)]
		if !ok {
			s.fail(c, err)
			return
		}
		page.Why = fault.why
		s.renderSignIn(c, fault.status, page)
		return
	}
	// A new token: one that was known before signing in is worth nothing afterwards.
	if err := s.sessions.RenewToken(ctx); err != nil {
		s.fail(c, err)
		return
	}
	s.sessions.Put(ctx, SessionUser, user.ID)
	c.Redirect(http.StatusSeeOther, page.Next)
}

func (s *site) renderSignIn(c *gin.Context, status int, page signInPage) {
	ctx := c.Request.Context()
	s.render(c, status, "signin", frame{Title: "登录", Page: page, Good: s.sessions.PopString(ctx, flashGood)})
}

func (s *site) signOut(c *gin.Context) {
	ctx := c.Request.Context()
	if err := s.sessions.Destroy(ctx); err != nil {
		s.fail(c, err)
		return
	}
	s.sessions.Put(ctx, flashGood, "您已退出登录。")
	c.Redirect(http.StatusSeeOther, "/sign-in")
}

// localPath is next if it leads to a page of this site, else the inbox. What
// a browser could read as another host ("//", "/\", control characters) does not.
func localPath(next string) string {
	const home = "/inbox"
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsFunc(next, func(r rune) bool { return r == '\\' || r < 0x20 || r == 0x7f }) {
		return home
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "//") ||
		strings.HasPrefix(u.Path, "/sign-") || strings.ContainsRune(u.Path, '\\') {
		return home
	}
	return next
}
