package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// The units and the account of the demo; all of them are invented.
const (
	demoUnit       = "云雾县融媒体中心"
	demoSupervisor = "云雾县人民政府办公室"
	demoConsultee  = "云雾县公安局"
	demoAccount    = "云雾发布"
)

// demoFile is DIR/demo.json. DESIGN: fixed surface, command line.
type demoFile struct {
	URL         string                `json:"url"`
	AccountID   string                `json:"account_id"`
	Units       map[string]string     `json:"units"` // name -> id
	People      map[string]demoPerson `json:"people"`
	Integration demoToken             `json:"integration"`
}

type demoPerson struct {
	SignIn   string `json:"sign_in"`
	Password string `json:"password"`
	Token    string `json:"token"`
}

type demoToken struct {
	Token string `json:"token"`
}

// demoMember is one person of the demo: unit is where they work; everyone
// holds one role, on the account unless on says otherwise.
type demoMember struct {
	key   string // in demo.json; the sign-in name too
	name  string
	title string
	role  models.Role
	unit  string
	on    string // "": the account; a unit's name: that unit; "*": everywhere
}

func demoCast() []demoMember {
	return []demoMember{
		{"author", "周晓雯", "拟稿人", models.RoleAuthor, demoUnit, ""},
		{"author2", "郑一鸣", "拟稿人", models.RoleAuthor, demoUnit, ""},
		{"editor", "何静", "编辑", models.RoleEditor, demoUnit, ""},
		{"account_lead", "孙立新", "账号主要负责人", models.RoleAccountLead, demoUnit, ""},
		{"deputy_lead", "马国强", "分管领导", models.RoleDeputyLead, demoUnit, ""},
		{"principal_lead", "高建平", "主要领导", models.RolePrincipalLead, demoUnit, ""},
		{"secrecy_reviewer", "林慎", "保密审查员", models.RoleSecrecyReviewer, demoUnit, ""},
		{"consultee", "韩正", "会签单位", models.RoleConsultee, demoConsultee, demoConsultee},
		{"supervisor", "曹明", "主管单位", models.RoleSupervisor, demoSupervisor, demoSupervisor},
		{"admin", "系统管理员", "系统管理员", models.RoleAdmin, demoUnit, "*"},
	}
}

func readDemoFile(dir string) (demoFile, error) {
	var f demoFile
	path := filepath.Join(dir, demoFileName)
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case err != nil:
		return f, err
	}
	if err := json.Unmarshal(content, &f); err != nil {
		return f, fmt.Errorf("%s 无法读取，可删去它再启动（密码和令牌将重设）：%w", path, err)
	}
	return f, nil
}

func (f demoFile) write(dir string) error {
	content, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, demoFileName), append(content, '\n'), 0o600)
}

// prepareDemo makes what is not there yet: units, account, people, tokens,
// then the sample drafts, and waits until the program is ready. known is the
// demo.json of an earlier start. Each step can be repeated: a start that was
// broken off is taken up where it ended.
func prepareDemo(ctx context.Context, p *program, known demoFile) (demoFile, error) {
	d := demo{workflow: p.workflow, known: known, actors: map[string]models.Actor{}}
	f, err := d.people(ctx)
	if err != nil {
		return f, err
	}
	if err := p.ready(ctx); err != nil {
		return f, err
	}
	// demo.json is written last: one that names the account says that the drafts are there.
	if known.AccountID != f.AccountID {
		err = d.drafts(ctx, f.AccountID)
	}
	return f, err
}

type demo struct {
	workflow *workflow.Workflow
	known    demoFile
	actors   map[string]models.Actor // by key of demo.json; and the integration
}

const integration = "integration"

// once makes an act of the actor happen once, however often the demo is started.
func once(actor models.Actor, act string) models.Actor {
	actor.Once = models.Once{Key: "demo " + act, Request: "demo"}
	return actor
}

func (d *demo) people(ctx context.Context) (demoFile, error) {
	f := demoFile{Units: map[string]string{}, People: map[string]demoPerson{}}
	for _, u := range []struct{ name, parent string }{{demoSupervisor, ""}, {demoUnit, demoSupervisor}, {demoConsultee, demoSupervisor}} {
		unit, err := d.workflow.CreateUnit(ctx, once(models.System(), "unit "+u.name), u.name, f.Units[u.parent])
		if err != nil {
			return f, err
		}
		f.Units[u.name] = unit.ID
	}
	account, err := d.workflow.CreateAccount(ctx, once(models.System(), "account"), models.Account{UnitID: f.Units[demoUnit], Name: demoAccount})
	if err != nil {
		return f, err
	}
	f.AccountID = account.ID
	password := newDemoPassword()
	for _, m := range demoCast() {
		if f.People[m.key], err = d.person(ctx, f, m, password); err != nil {
			return f, err
		}
	}
	f.Integration.Token, err = d.token(ctx, integration, d.known.Integration.Token,
		workflow.TokenInput{Kind: models.TokenIntegration, Name: "演示发布端", AccountIDs: []string{f.AccountID}})
	return f, err
}

// person makes one person, or finds them and what demo.json knows of them.
// Without that, they get a new password.
func (d *demo) person(ctx context.Context, f demoFile, m demoMember, password string) (demoPerson, error) {
	grant := workflow.GrantInput{Role: m.role}
	switch m.on {
	case "":
		grant.AccountID = f.AccountID
	case "*":
	default:
		grant.UnitID = f.Units[m.on]
	}
	u, err := d.workflow.CreateUser(ctx, once(models.System(), "user "+m.key),
		workflow.UserInput{SignIn: m.key, Name: m.name, UnitID: f.Units[m.unit], Grants: []workflow.GrantInput{grant}})
	if err != nil {
		return demoPerson{}, err
	}
	person := d.known.People[m.key]
	person.SignIn = u.SignIn
	if person.Password == "" {
		person.Password = password
		if err := d.workflow.SetPassword(ctx, models.System(), u.ID, password); err != nil {
			return demoPerson{}, err
		}
	}
	person.Token, err = d.token(ctx, m.key, person.Token, workflow.TokenInput{Kind: models.TokenUser, Name: "演示", UserID: u.ID})
	return person, err
}

// token keeps a token that is known and still good, or makes a new one.
func (d *demo) token(ctx context.Context, key, known string, in workflow.TokenInput) (string, error) {
	actor, err := d.workflow.ActorOfToken(ctx, known)
	if models.CodeOf(err) == models.CodeUnauthenticated {
		if _, known, err = d.workflow.CreateToken(ctx, models.System(), in); err == nil {
			actor, err = d.workflow.ActorOfToken(ctx, known)
		}
	}
	d.actors[key] = actor
	return known, err
}

// newDemoPassword is short enough to type: three groups of four letters and
// digits, 60 random bits.
func newDemoPassword() string {
	text := strings.ToLower(rand.Text())
	return text[:4] + "-" + text[4:8] + "-" + text[8:12]
}

//go:embed testdata/demo/drafts.json
var demoDrafts []byte

// demoDraft is one sample draft, and how far the demo takes it.
type demoDraft struct {
	ID         string        `json:"id"`
	Author     string        `json:"author"`
	Submitted  bool          `json:"submitted"`
	ApprovedBy []models.Role `json:"approved_by"` // in this order, as long as it waits for them
	Published  bool          `json:"published"`   // the integration has sent its receipt
	Consult    []string      `json:"consult"`

	Title       string         `json:"title"`
	Body        string         `json:"body"`
	Kind        models.Kind    `json:"kind"`
	Source      *models.Source `json:"source"`
	Urgent      bool           `json:"urgent"`
	RevisedBody string         `json:"revised_body"` // what the author makes of a blocked one
}

func (d *demo) drafts(ctx context.Context, accountID string) error {
	var samples []demoDraft
	if err := json.Unmarshal(demoDrafts, &samples); err != nil {
		return err
	}
	for _, s := range samples {
		if err := d.draft(ctx, accountID, s); err != nil {
			return fmt.Errorf("样稿 %s：%w", s.ID, err)
		}
	}
	return nil
}

// draft takes one sample as far as it is meant to go, or as the screening lets it.
func (d *demo) draft(ctx context.Context, accountID string, s demoDraft) error {
	author := d.actors[s.Author]
	in := workflow.DraftInput{Urgent: s.Urgent, Consult: s.Consult, Content: models.Content{AccountID: accountID, Title: s.Title, Body: s.Body,
		Kind: s.Kind, Source: s.Source}}
	x, err := d.workflow.CreateDraft(ctx, once(author, s.ID+" create"), in)
	if err != nil || !s.Submitted {
		return err
	}
	if x, err = d.workflow.Submit(ctx, once(author, s.ID+" submit"), x.ID); err != nil {
		return err
	}
	if s.RevisedBody != "" && x.State == models.StateBlocked {
		in.Body = s.RevisedBody
		if x, err = d.workflow.ReviseDraft(ctx, once(author, s.ID+" revise"), x.ID, x.Digest, in); err != nil {
			return err
		}
		if x, err = d.workflow.Submit(ctx, once(author, s.ID+" submit again"), x.ID); err != nil {
			return err
		}
	}
	for _, role := range s.ApprovedBy {
		if x.State != models.AwaitingRole(role) {
			continue
		}
		x, err = d.workflow.Decide(ctx, once(d.actors[string(role)], s.ID+" approve"), x.ID,
			workflow.DecisionInput{Action: models.ActionApprove, Digest: x.Digest, State: x.State})
		if err != nil {
			return err
		}
	}
	if !s.Published || x.State != models.StateReleased {
		return nil
	}
	_, err = d.workflow.PutReceipt(ctx, d.actors[integration], x.ReleaseID, "wechat", workflow.ReceiptInput{State: models.ReceiptPublished,
		URL: "https://mp.weixin.qq.com/s/" + strings.ToLower(s.ID), PlatformID: s.ID, Digest: x.Digest})
	return err
}
