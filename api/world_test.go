package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"shenfa/api"
	"shenfa/api/client"
	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/screening"
	"shenfa/workflow"
)

const (
	cleanTitle = "青山镇组织开展春季义务植树活动"
	cleanBody  = "3月12日上午，青山镇组织机关干部和志愿者80余人，在月河村后山开展春季义务植树活动，共栽植侧柏600余株。"
)

// sharedEngine is one engine with the shipped rules for all tests.
var sharedEngine = sync.OnceValues(func() (*screening.Engine, error) { return screening.New(screening.Options{}) })

// world is a server with one unit and account, a person in every role, and a
// client for each.
type world struct {
	t        testing.TB
	server   *httptest.Server
	api      *api.API
	workflow *workflow.Workflow
	store    *store.Store
	unit     models.Unit
	account  models.Account
	log      *logBuffer
	clients  map[string]*client.Client // by role; author2; everyone: all roles; integration; nobody: no token
	users    map[string]models.User
}

// logBuffer keeps the server's log for tests to read.
type logBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *logBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

// eachDatabase runs a test on a fresh world on every database.
func eachDatabase(t *testing.T, test func(t *testing.T, w *world)) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) { test(t, newWorld(t, open(), api.Options{})) })
}

// onSQLite makes a world where the database does not matter.
func onSQLite(t testing.TB, o api.Options) *world {
	return newWorld(t, storetest.Open(t, storetest.SQLite(t)), o)
}

func newWorld(t testing.TB, s *store.Store, o api.Options) *world {
	t.Helper()
	if o.RequestTimeout == 0 {
		o.RequestTimeout = 3 * time.Minute // the race detector makes compiling an edition slow
	}
	ctx := context.Background()
	engine, err := sharedEngine()
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := workflow.LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: s, log: &logBuffer{}, clients: map[string]*client.Client{}, users: map[string]models.User{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	if w.workflow, err = workflow.New(workflow.Options{Store: s, Engine: engine, Profiles: profiles, Log: log}); err != nil {
		t.Fatal(err)
	}
	if w.unit, err = w.workflow.CreateUnit(ctx, models.System(), "青山镇人民政府", ""); err != nil {
		t.Fatal(err)
	}
	w.account = w.newAccount("青山发布")

	o.Workflow, o.Store, o.Engine, o.Log = w.workflow, s, engine, log
	if w.api, err = api.New(o); err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewServer(w.api)
	t.Cleanup(func() {
		w.api.Drain()
		w.server.Close()
	})
	for _, role := range []models.Role{models.RoleAuthor, models.RoleEditor, models.RoleAccountLead, models.RoleDeputyLead,
		models.RolePrincipalLead, models.RoleSecrecyReviewer, models.RoleSupervisor, models.RoleAdmin} {
		w.person(string(role), role)
	}
	w.person("author2", models.RoleAuthor)
	w.person("everyone", models.RoleAuthor, models.RoleEditor, models.RoleAccountLead, models.RoleDeputyLead, models.RolePrincipalLead)
	w.clients["nobody"] = client.New(w.server.URL, "")
	w.clients["integration"] = w.integration(w.account.ID)
	return w
}

func (w *world) newAccount(name string) models.Account {
	w.t.Helper()
	account, err := w.workflow.CreateAccount(context.Background(), models.System(), models.Account{UnitID: w.unit.ID, Name: name, Medium: "wechat"})
	if err != nil {
		w.t.Fatal(err)
	}
	return account
}

// person makes a user with roles on the account, a token and a client.
func (w *world) person(name string, roles ...models.Role) *client.Client {
	w.t.Helper()
	ctx := context.Background()
	in := workflow.UserInput{SignIn: name, Name: name, UnitID: w.unit.ID}
	for _, r := range roles {
		in.Grants = append(in.Grants, workflow.GrantInput{Role: r, AccountID: w.account.ID})
	}
	user, err := w.workflow.CreateUser(ctx, models.System(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	_, secret, err := w.workflow.CreateToken(ctx, models.System(), workflow.TokenInput{Kind: models.TokenUser, Name: name, UserID: user.ID})
	if err != nil {
		w.t.Fatal(err)
	}
	w.users[name], w.clients[name] = user, client.New(w.server.URL, secret)
	w.clients[name].Tries = 1
	return w.clients[name]
}

// integration makes a client that may pull the accounts.
func (w *world) integration(accounts ...string) *client.Client {
	w.t.Helper()
	_, secret, err := w.workflow.CreateToken(context.Background(), models.System(),
		workflow.TokenInput{Kind: models.TokenIntegration, Name: "发布端", AccountIDs: accounts})
	if err != nil {
		w.t.Fatal(err)
	}
	return client.New(w.server.URL, secret)
}

// input is a clean draft of the world's account.
func (w *world) input() client.DraftInput {
	return client.DraftInput{AccountID: w.account.ID, Title: cleanTitle, Body: cleanBody}
}

// create makes a draft by the author.
func (w *world) create(in client.DraftInput) client.Draft {
	w.t.Helper()
	return must(w.t)(w.clients["author"].CreateDraft(context.Background(), in))
}

// submitted makes a draft and submits it.
func (w *world) submitted(in client.DraftInput) client.Draft {
	w.t.Helper()
	return must(w.t)(w.clients["author"].Submit(context.Background(), w.create(in).ID))
}

// approve has a person approve a draft as it is.
func (w *world) approve(who string, d client.Draft) client.Draft {
	w.t.Helper()
	return must(w.t)(w.clients[who].Decide(context.Background(), d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest, State: d.State}))
}

// released makes a draft and takes it to its release, along the general route.
func (w *world) released(in client.DraftInput) client.Draft {
	w.t.Helper()
	return w.approve("account_lead", w.approve("editor", w.submitted(in)))
}

// must is the value of a call that has to succeed.
func must(t testing.TB) func(client.Draft, error) client.Draft {
	return func(d client.Draft, err error) client.Draft {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

// answer is an HTTP answer with its body read.
type answer struct {
	*http.Response
	raw []byte
}

// json is the body, decoded.
func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal(a.raw, &out); err != nil {
		t.Fatalf("%d %s: %v", a.StatusCode, a.raw, err)
	}
	return out
}

// send makes a raw request as a person; headers are given as name, value pairs.
func (w *world) send(who, method, path, body string, headers ...string) answer {
	w.t.Helper()
	request, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if token := w.clients[who].Token; token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.server.Client().Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{response, raw}
}
