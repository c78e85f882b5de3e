package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/workflow"
)

func TestSignInShowsWhatIsWrong(t *testing.T) {
	w := newWorld(t)
	b := w.visitor()
	b.get("/sign-in").wants(http.StatusOK, "登录", "用户名", "密码")
	b.post("/sign-in", "sign_in", "editor").wants(http.StatusUnprocessableEntity, "请填写用户名和密码")

	wrong := b.post("/sign-in", "sign_in", "editor", "password", "wrong-but-secret")
	wrong.wants(http.StatusUnauthorized, "用户名或密码不正确")
	if got := attr(wrong.one("name", "sign_in"), "value"); got != "editor" {
		t.Errorf("the name typed became %q", got)
	}
	if strings.Contains(wrong.body, "wrong-but-secret") {
		t.Error("the password is sent back")
	}
}

func TestManyWrongPasswordsAreSlowedDown(t *testing.T) {
	b := newWorld(t).visitor()
	for range 50 {
		if p := b.post("/sign-in", "sign_in", "editor", "password", "no"); p.status == http.StatusTooManyRequests {
			p.wants(http.StatusTooManyRequests, "登录失败次数过多")
			return
		}
	}
	t.Error("fifty wrong passwords in a row were all tried")
}

func TestSignInLeadsBackAndNowhereElse(t *testing.T) {
	w := newWorld(t)
	w.password(models.RoleEditor)
	b := w.visitor()
	asked := b.get("/drafts?state=returned")
	if asked.path != "/sign-in?next="+url.QueryEscape("/drafts?state=returned") {
		t.Fatalf("an unknown visitor is led to %s", asked.path)
	}
	next := attr(asked.one("name", "next"), "value")
	if p := b.post("/sign-in", "sign_in", "editor", "password", password, "next", next); p.path != "/drafts?state=returned" {
		t.Errorf("signing in led to %s", p.path)
	}
	if p := w.visitor().post("/sign-in", "sign_in", "editor", "password", password, "next", "//evil.example/"); p.path != "/inbox" {
		t.Errorf("signing in led to %s", p.path)
	}
}

func TestSignInRenewsTheSessionAndSignOutEndsIt(t *testing.T) {
	w := newWorld(t)
	w.password(models.RoleAuthor)
	b := w.visitor()
	cookie := func() string {
		at, _ := url.Parse(w.url)
		for _, c := range b.client.Jar.Cookies(at) {
			return c.Value
		}
		return ""
	}
	b.post("/sign-in", "sign_in", "author", "password", password)
	first := cookie()
	b.post("/sign-in", "sign_in", "author", "password", password)
	second := cookie()
	if first == "" || first == second {
		t.Errorf("the session token before signing in is %q, after it %q", first, second)
	}
	if p := b.post("/sign-out").wants(http.StatusOK, "您已退出登录"); p.path != "/sign-in" {
		t.Errorf("signing out led to %s", p.path)
	}
	if p := b.get("/inbox"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Errorf("after signing out the inbox is at %s", p.path)
	}
	if b.get("/sign-out").status != http.StatusNotFound {
		t.Error("a GET signs out")
	}
}

func TestAnExpiredSessionKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	p := w.visitor().post("/drafts/some-id/decisions", "action", "return", "comment", "请核对<日期>。", "digest", "x")
	p.wants(http.StatusUnauthorized, "登录已过期", "请核对<日期>。")
	if href := attr(p.one("class", "button primary"), "href"); href != "/sign-in?next=%2Fdrafts%2Fsome-id" {
		t.Errorf("the way back is %s", href)
	}
}

func TestADisabledUserIsSignedOut(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleEditor)
	if err := w.DisableUser(context.Background(), models.System(), w.people[models.RoleEditor].ID); err != nil {
		t.Fatal(err)
	}
	if p := b.get("/inbox"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Errorf("a disabled user is at %s", p.path)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleEditor)
	d := w.submitted(cleanTitle, cleanBody)
	req, _ := http.NewRequest(http.MethodPost, w.url+"/drafts/"+d.ID+"/decisions",
		strings.NewReader(url.Values{"action": {"approve"}, "digest": {d.Digest}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := b.client.Do(req)
	if b.page(res, err).status != http.StatusForbidden {
		t.Error("a form of another site was taken")
	}
	view, err := w.View(context.Background(), w.people[models.RoleEditor], d.ID)
	if err != nil || view.Draft.State != models.StateAwaitingEditor {
		t.Errorf("state %s, %v", view.Draft.State, err)
	}
}

func TestPagesKeepTheirOwnFilesOnly(t *testing.T) {
	w := newWorld(t)
	p := w.visitor().get("/sign-in")
	if csp := p.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	for n := range p.tree().Descendants() {
		if attr(n, "style") != "" || n.Data == "style" || n.Data == "script" && attr(n, "src") == "" {
			t.Errorf("an inline <%s> would be blocked", n.Data)
		}
	}
	css := attr(p.one("rel", "stylesheet"), "href")
	file := w.visitor().get(css)
	if file.status != http.StatusOK || !strings.Contains(file.header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d, %s", css, file.status, file.header.Get("Cache-Control"))
	}
	w.visitor().get("/nowhere").wants(http.StatusNotFound, "没有这个页面")
	w.as(models.RoleAuthor).get("/drafts/no-such-id").wants(http.StatusNotFound, "内容不存在，或者您无权查看")
}

func TestSomeoneWithoutARoleSeesNothing(t *testing.T) {
	w := newWorld(t)
	d := w.submitted(cleanTitle, cleanBody)
	if _, err := w.CreateUser(context.Background(), models.System(), workflow.UserInput{SignIn: "nobody", Name: "路人", Password: password,
		UnitID: w.account.UnitID}); err != nil {
		t.Fatal(err)
	}
	b := w.visitor()
	b.post("/sign-in", "sign_in", "nobody", "password", password).wants(http.StatusOK, "没有待办事项")
	b.get("/drafts/"+d.ID).wants(http.StatusNotFound, "未找到")
	b.get("/drafts/new").wants(http.StatusForbidden, "您不是任何账号的拟稿人")
	b.get("/drafts").wants(http.StatusOK, "没有符合条件的稿件")
}
