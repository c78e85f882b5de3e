package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/screening"
	"shenfa/workflow"
)

var (
	engineOnce sync.Once
	engine     *screening.Engine
	engineErr  error
)

// sharedEngine is one engine with the shipped rules for all tests.
func sharedEngine(t testing.TB) *screening.Engine {
	t.Helper()
	engineOnce.Do(func() { engine, engineErr = screening.New(screening.Options{}) })
	if engineErr != nil {
		t.Fatal(engineErr)
	}
	return engine
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is one unit with one account and a person in every role.
type world struct {
	*workflow.Workflow
	t       testing.TB
	store   *store.Store
	clock   *clock
	unit    models.Unit
	account models.Account
	people  map[string]models.Actor // by role; author2 and editor2 too, and everyone, who holds all roles
	police  models.Unit             // a unit to consult
	puller  models.Actor            // an integration of the account
}

func newWorld(t testing.TB, s *store.Store) *world {
	t.Helper()
	ctx := context.Background()
	profiles, err := workflow.LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: time.Date(2026, 5, 6, 1, 2, 3, 0, time.UTC)}
	w, err := workflow.New(workflow.Options{Store: s, Engine: sharedEngine(t), Profiles: profiles, Now: c.now, EnginesKept: 20})
	if err != nil {
		t.Fatal(err)
	}
	world := &world{Workflow: w, t: t, store: s, clock: c, people: map[string]models.Actor{}}
	if world.unit, err = w.CreateUnit(ctx, models.System(), "云雾县融媒体中心", ""); err != nil {
		t.Fatal(err)
	}
	if world.account, err = w.CreateAccount(ctx, models.System(), models.Account{UnitID: world.unit.ID, Name: "云雾发布"}); err != nil {
		t.Fatal(err)
	}
	for _, role := range []models.Role{models.RoleAuthor, models.RoleEditor, models.RoleAccountLead, models.RoleDeputyLead,
		models.RolePrincipalLead, models.RoleSecrecyReviewer, models.RoleSupervisor, models.RoleAdmin} {
		world.person(string(role), role)
	}
	world.person("author2", models.RoleAuthor)
	world.person("editor2", models.RoleEditor)
	for _, name := range []string{"everyone", "everyone2"} {
		world.person(name, models.RoleAuthor, models.RoleEditor, models.RoleAccountLead, models.RoleDeputyLead, models.RolePrincipalLead)
	}
	if world.police, err = w.CreateUnit(ctx, models.System(), "云雾县公安局", ""); err != nil {
		t.Fatal(err)
	}
	world.grant(world.person("consultee"), workflow.GrantInput{Role: models.RoleConsultee, UnitID: world.police.ID})
	_, secret, err := w.CreateToken(ctx, models.System(), workflow.TokenInput{Kind: models.TokenIntegration, Name: "发布端", AccountIDs: []string{world.account.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if world.puller, err = w.ActorOfToken(ctx, secret); err != nil {
		t.Fatal(err)
	}
	return world
}

// accountUnder makes the account one under a profile of this text and name.
func (w *world) accountUnder(text, name string) {
	w.t.Helper()
	w.useProfile(text)
	account, err := w.CreateAccount(context.Background(), models.System(), models.Account{UnitID: w.unit.ID, Name: name, Profile: name})
	if err != nil {
		w.t.Fatal(err)
	}
	w.account = account
}

// useProfile goes on with one more profile on the same database.
func (w *world) useProfile(text string) {
	w.t.Helper()
	dir := w.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "profile.toml"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	profiles, err := workflow.LoadProfiles(dir)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.Workflow, err = workflow.New(workflow.Options{Store: w.store, Engine: sharedEngine(w.t), Profiles: profiles, Now: w.clock.now}); err != nil {
		w.t.Fatal(err)
	}
}

// person makes a user with roles on the account.
func (w *world) person(name string, roles ...models.Role) models.Actor {
	w.t.Helper()
	var grants []workflow.GrantInput
	for _, r := range roles {
		grants = append(grants, workflow.GrantInput{Role: r, AccountID: w.account.ID})
	}
	user, err := w.CreateUser(context.Background(), models.System(), workflow.UserInput{SignIn: name, Name: name, UnitID: w.unit.ID, Grants: grants})
	if err != nil {
		w.t.Fatal(err)
	}
	actor, err := w.ActorOfUser(context.Background(), user.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	w.people[name] = actor
	return actor
}

// grant gives a person another role.
func (w *world) grant(actor models.Actor, in workflow.GrantInput) {
	w.t.Helper()
	if _, err := w.Grant(context.Background(), models.System(), actor.ID, in); err != nil {
		w.t.Fatal(err)
	}
	w.reload(actor.Name)
}

// reload reads a person's roles and delegations anew, as each request does.
func (w *world) reload(name string) {
	w.t.Helper()
	actor, err := w.ActorOfUser(context.Background(), w.people[name].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	w.people[name] = actor
}

const (
	cleanTitle   = "青山镇组织开展春季义务植树活动"
	cleanBody    = "3月12日上午，青山镇组织机关干部和志愿者80余人，在月河村后山开展春季义务植树活动，共栽植侧柏600余株。"
	blockedBody  = cleanBody + "联系人张某，手机13800138000。"
	lockedBody   = "秘密★1年。" + cleanBody
	importantCue = "现将有关事项通告如下：" + cleanBody
)

func (w *world) input(body string) workflow.DraftInput {
	return workflow.DraftInput{Content: models.Content{AccountID: w.account.ID, Title: cleanTitle, Body: body}}
}

// must gives the draft of an act that has to succeed.
func (w *world) must(d models.Draft, err error) models.Draft {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// create makes and submits a draft of the author.
func (w *world) create(in workflow.DraftInput) models.Draft {
	w.t.Helper()
	return w.must(w.CreateDraft(context.Background(), w.people["author"], in))
}

func (w *world) submitted(in workflow.DraftInput) models.Draft {
	w.t.Helper()
	return w.must(w.Submit(context.Background(), w.people["author"], w.create(in).ID))
}

// decide is a decision of a person on the draft as given.
func (w *world) decide(name string, d models.Draft, action models.Action) (models.Draft, error) {
	in := workflow.DecisionInput{Action: action, Digest: d.Digest, Comment: "理由"}
	switch {
	case action == models.ActionRaise && d.Tier.Rank() < 2:
		in.Tier = models.Tiers[d.Tier.Rank()+1]
	case action == models.ActionLower && d.Tier.Rank() > 0:
		in.Tier = models.Tiers[d.Tier.Rank()-1]
	}
	return w.Decide(context.Background(), w.people[name], d.ID, in)
}

func (w *world) approve(name string, d models.Draft) models.Draft {
	w.t.Helper()
	return w.must(w.decide(name, d, models.ActionApprove))
}

// released takes a clean draft to its release.
func (w *world) released() models.Draft {
	w.t.Helper()
	return w.approve("account_lead", w.approve("editor", w.submitted(w.input(cleanBody))))
}

func wantCode(t testing.TB, err error, want models.Code) {
	t.Helper()
	if got := models.CodeOf(err); got != want {
		t.Fatalf("code %q, want %q (%v)", got, want, err)
	}
}

func wantState(t testing.TB, d models.Draft, want models.State) {
	t.Helper()
	if d.State != want {
		t.Fatalf("state %q, want %q", d.State, want)
	}
}

// verified fails if the audit chains do not hold.
func (w *world) verified() {
	w.t.Helper()
	_, faults, err := w.VerifyAudit(context.Background(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []error
	for _, f := range faults {
		all = append(all, fmt.Errorf("%s %d: %s", f.Chain, f.N, f.Why))
	}
	if err := errors.Join(all...); err != nil {
		w.t.Fatal(err)
	}
}

// onEach runs a test in a world on every database.
func onEach(t *testing.T, test func(t *testing.T, w *world)) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) { test(t, newWorld(t, open())) })
}
