package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"shenfa/models"
)

// Session keys of the one sentence that the next page says.
const (
	flashGood = "flash_good"
	flashBad  = "flash_bad"
)

// visit is one request of a person who is signed in.
type visit struct {
	*gin.Context
	site  *site
	actor models.Actor
}

func (v *visit) ctx() context.Context { return v.Request.Context() }

// signedIn lets only a signed-in person to a page, and answers its error with an error page.
func (s *site) signedIn(h func(*visit) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx := c.Request.Context()
		id := s.sessions.GetString(ctx, SessionUser)
		if id == "" {
			s.askSignIn(c)
			return
		}
		actor, err := s.workflow.ActorOfUser(ctx, id)
		switch code := models.CodeOf(err); {
		case code == models.CodeUnauthenticated || code == models.CodeNotFound:
			_ = s.sessions.Destroy(ctx) // the user was disabled; a session that stays is refused again
			s.askSignIn(c)
			return
		case err != nil:
			s.fail(c, err)
			return
		}
		v := &visit{c, s, actor}
		if err := h(v); err != nil {
			s.fail(c, err)
		}
	}
}

// askSignIn leads a reader to the sign-in page and back. Someone who posted a
// form gets a page with what they typed, so that it is not lost.
func (s *site) askSignIn(c *gin.Context) {
	_, cookieErr := c.Cookie(s.sessions.Cookie.Name)
	if c.Request.Method == http.MethodPost {
		next := formOwner.ReplaceAllString(c.Request.URL.Path, "$1$3")
		s.render(c, http.StatusUnauthorized, "expired", frame{Title: "登录已过期", Page: expiredPage{
			SignIn: "/sign-in?next=" + url.QueryEscape(next), Typed: typed(c),
		}})
		return
	}
	to := url.Values{}
	if next := c.Request.URL.RequestURI(); next != "/" {
		to.Set("next", next)
	}
	if cookieErr == nil {
		to.Set("why", "expired")
	}
	target := "/sign-in"
	if len(to) > 0 {
		target += "?" + to.Encode()
	}
	c.Redirect(http.StatusSeeOther, target)
}

// formOwner finds the draft's own page in the address of one of its forms.
var formOwner = regexp.MustCompile(`^(/drafts/[^/]+)/(decisions|dispositions|submit|consultations/.*|withdrawal|correction)$|^(/(?:work-items|users|webhooks|lexicon))/.*$`)

// expiredPage is shown to someone whose session ended before they sent a form.
type expiredPage struct {
	SignIn string
	Typed  []typedText
}

type typedText struct{ Label, Text string }

// typed lists the free texts of a posted form, in the order of the table.
func typed(c *gin.Context) []typedText {
	var texts []typedText
	for _, field := range []typedText{
		{"标题", "title"}, {"正文", "body"}, {"意见", "comment"}, {"理由", "reason"}, {"依据文号", "document"},
		{"会签意见", "opinion"}, {"来文文号", "reference"}, {"情况说明", "text"},
	} {
		if text := c.PostForm(field.Text); strings.TrimSpace(text) != "" {
			texts = append(texts, typedText{field.Label, text})
		}
	}
	return texts
}

// goOn leads to a page after a form was done, and says so there.
func (v *visit) goOn(path, good string) error {
	if good != "" {
		v.site.sessions.Put(v.ctx(), flashGood, good)
	}
	v.Redirect(http.StatusSeeOther, path)
	return nil
}

// authorAccounts lists the ids of the accounts for which the person may write.
func (v *visit) authorAccounts() []string {
	var ids []string
	for _, id := range v.actor.VisibleAccounts() {
		if v.actor.Holds(id, models.RoleAuthor) {
			ids = append(ids, id)
		}
	}
	return ids
}

// accounts are those that the person sees, with their names by id.
func (v *visit) accounts() ([]models.Account, map[string]string, error) {
	list, err := v.site.workflow.Accounts(v.ctx(), v.actor)
	if err != nil {
		return nil, nil, err
	}
	names := map[string]string{}
	for _, a := range list {
		names[a.ID] = a.Name
	}
	return list, names, nil
}

// once is the person as who sends this form: sent again, by a double click or
// after an answer that was lost, it does nothing more and is answered alike.
func (v *visit) once() models.Actor {
	actor := v.actor
	if key := v.PostForm("once"); key != "" {
		sum := sha256.Sum256([]byte(v.Request.URL.Path + "?" + v.Request.PostForm.Encode()))
		actor.Once = models.Once{Key: "page:" + key, Request: hex.EncodeToString(sum[:])}
	}
	return actor
}

func (v *visit) home() error { return v.goOn("/inbox", "") }
