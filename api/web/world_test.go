package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"golang.org/x/net/html"

	"shenfa/api/web"
	"shenfa/models"
	"shenfa/models/store"
	"shenfa/screening"
	"shenfa/workflow"
)

const password = "correct horse battery"

// sharedEngine is one engine with the shipped rules for all tests.
var sharedEngine = sync.OnceValues(func() (*screening.Engine, error) { return screening.New(screening.Options{}) })

// world is a site with one account and a person in every role, behind a real server.
type world struct {
	*workflow.Workflow
	t       testing.TB
	url     string
	account models.Account
	police  models.Unit // a unit to consult
	people  map[models.Role]models.Actor
	cookie  func(user string) *http.Cookie // a session of the user
	ahead   time.Duration                  // how far the pages' clock is ahead of the workflow's
}

// names of the people, as pages show them.
var people = map[models.Role]string{
	models.RoleAuthor: "李拟稿", models.RoleEditor: "王编辑", models.RoleAccountLead: "张主任",
	models.RoleDeputyLead: "陈副局长", models.RolePrincipalLead: "刘局长", models.RoleSecrecyReviewer: "赵保密",
	models.RoleConsultee: "孙会签", models.RoleSupervisor: "周督查", models.RoleAdmin: "钱管理",
}

func newWorld(t testing.TB) *world {
	t.Helper()
	engine, err := sharedEngine()
	if err != nil {
		t.Fatal(err)
	}
	return newWorldWith(t, engine)
}

// newWorldWith is for tests that change the rules of their engine.
func newWorldWith(t testing.TB, engine *screening.Engine) *world {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(ctx, store.Options{DSN: "sqlite://" + t.TempDir() + "/shenfa.db"})
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	must(db.Migrate(ctx))
	profiles, err := workflow.LoadProfiles("")
	must(err)
	flow, err := workflow.New(workflow.Options{Store: db, Engine: engine, Profiles: profiles})
	must(err)

	w := &world{Workflow: flow, t: t, people: map[models.Role]models.Actor{}}
	unit, err := flow.CreateUnit(ctx, models.System(), "云雾县融媒体中心", "")
	must(err)
	w.account, err = flow.CreateAccount(ctx, models.System(), models.Account{UnitID: unit.ID, Name: "云雾发布", Medium: "wechat"})
	must(err)
	for _, name := range []string{"应急管理局", "公安局"} {
		w.police, err = flow.CreateUnit(ctx, models.System(), name, "")
		must(err)
	}
	for role, name := range people {
		grant := workflow.GrantInput{Role: role, AccountID: w.account.ID}
		if role == models.RoleConsultee {
			grant = workflow.GrantInput{Role: role, UnitID: w.police.ID}
		}
		user, err := flow.CreateUser(ctx, models.System(), workflow.UserInput{SignIn: string(role), Name: name, UnitID: unit.ID,
			Grants: []workflow.GrantInput{grant}})
		must(err)
		w.people[role], err = flow.ActorOfUser(ctx, user.ID)
		must(err)
	}

	sessions := scs.New()
	gin.SetMode(gin.TestMode)
	router := gin.New()
	options := web.Options{Workflow: flow, Sessions: sessions, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(w.ahead) }}
	web.Register(router, options)
	router.NoRoute(web.NotFound(options))
	server := httptest.NewServer(http.NewCrossOriginProtection().Handler(sessions.LoadAndSave(router)))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.cookie = func(user string) *http.Cookie {
		session, err := sessions.Load(ctx, "")
		must(err)
		sessions.Put(session, web.SessionUser, user)
		token, _, err := sessions.Commit(session)
		must(err)
		return &http.Cookie{Name: sessions.Cookie.Name, Value: token, Path: "/"}
	}
	return w
}

// password lets the person sign in.
func (w *world) password(roles ...models.Role) {
	w.t.Helper()
	for _, role := range roles {
		if err := w.SetPassword(context.Background(), models.System(), w.people[role].ID, password); err != nil {
			w.t.Fatal(err)
		}
	}
}

const (
	cleanTitle = "青山镇组织开展春季义务植树活动"
	cleanBody  = "3月12日上午，青山镇组织机关干部和志愿者80余人，在月河村后山开展春季义务植树活动，共栽植侧柏600余株。"
)

// draft makes a draft of the author.
func (w *world) draft(title, body string, format models.Format) models.Draft {
	w.t.Helper()
	d, err := w.CreateDraft(context.Background(), w.people[models.RoleAuthor], workflow.DraftInput{
		Content: models.Content{AccountID: w.account.ID, Title: title, Body: body, Format: format}})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) submitted(title, body string) models.Draft {
	w.t.Helper()
	d, err := w.Submit(context.Background(), w.people[models.RoleAuthor], w.draft(title, body, models.FormatText).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// approve is an approval that does not go through the pages.
func (w *world) approve(d models.Draft, role models.Role) models.Draft {
	w.t.Helper()
	d, err := w.Decide(context.Background(), w.people[role], d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// browser is one person's browser: it keeps cookies and follows redirects.
type browser struct {
	w      *world
	client *http.Client
}

// visitor has not signed in.
func (w *world) visitor() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{w, &http.Client{Jar: jar}}
}

// as gives the browser of a person who has signed in.
func (w *world) as(role models.Role) *browser {
	w.t.Helper()
	b := w.visitor()
	at, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	b.client.Jar.SetCookies(at, []*http.Cookie{w.cookie(w.people[role].ID)})
	return b
}

// page is an answer.
type page struct {
	t      testing.TB
	status int
	path   string // where redirects ended
	header http.Header
	body   string
}

func (b *browser) get(path string) page {
	b.w.t.Helper()
	res, err := b.client.Get(b.w.url + path)
	return b.page(res, err)
}

// post sends a form of names and values.
func (b *browser) post(path string, form ...string) page {
	b.w.t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	res, err := b.client.PostForm(b.w.url+path, values)
	return b.page(res, err)
}

func (b *browser) page(res *http.Response, err error) page {
	b.w.t.Helper()
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return page{b.w.t, res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)}
}

func (p page) tree() *html.Node {
	p.t.Helper()
	tree, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		p.t.Fatal(err)
	}
	return tree
}

// text is what the whole page says.
func (p page) text() string { return textOf(p.tree()) }

// one is the first element with the attribute, such as data-field=body.
func (p page) one(key, value string) *html.Node {
	p.t.Helper()
	for n := range p.tree().Descendants() {
		if attr(n, key) == value {
			return n
		}
	}
	p.t.Fatalf("no element with %s=%q in:\n%s", key, value, p.body)
	return nil
}

// wants fails unless the page has the status and says all of the words.
func (p page) wants(status int, words ...string) page {
	p.t.Helper()
	if p.status != status {
		p.t.Errorf("status %d, want %d: %s", p.status, status, squeeze(p.text()))
	}
	for _, word := range words {
		if !strings.Contains(p.text(), word) {
			p.t.Errorf("the page does not say %q: %s", word, squeeze(p.text()))
		}
	}
	return p
}

func squeeze(s string) string { return regexp.MustCompile(`\s+`).ReplaceAllString(s, " ") }

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}
