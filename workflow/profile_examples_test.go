package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/models/store/storetest"
	"shenfa/workflow"
)

// The published routes of five units, each run from the draft to the release
// by persons who hold one role each. A person is named by role, or role/n.
func TestExampleProfilesTakeDraftsToTheirRelease(t *testing.T) {
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	for name, tt := range map[string]struct {
		profile, medium string
		tier            models.Tier
		kind            models.Kind
		by              []string
	}{
		"长治 general, by the head":     {"changzhi_energy", "wechat", models.TierGeneral, models.KindOriginal, []string{"editor", "proofreader", "proofreader/2", "proofreader/3", "section_chief", "principal_lead"}},
		"长治 general, by the deputy":   {"changzhi_energy", "app", models.TierGeneral, models.KindOriginal, []string{"editor", "proofreader", "proofreader/2", "proofreader/3", "section_chief", "deputy_lead"}},
		"长治 important is read out":    {"changzhi_energy", "wechat", models.TierImportant, models.KindOriginal, []string{"editor", "proofreader/3", "proofreader/2", "proofreader", "reader", "section_chief", "principal_lead"}},
		"安仁镇, a post":                 {"anren_town", "weibo", models.TierGeneral, models.KindOriginal, []string{"handler", "deputy_lead", "news_lead"}},
		"安仁镇, an important post":      {"anren_town", "douyin", models.TierImportant, models.KindOriginal, []string{"handler", "deputy_lead", "news_lead"}},
		"安仁镇, a document":             {"anren_town", "document", models.TierGeneral, models.KindOriginal, []string{"handler", "deputy_lead", "principal_lead"}},
		"安仁镇, a work group":           {"anren_town", "group", models.TierGeneral, models.KindOriginal, []string{"handler", "deputy_lead", "office_lead"}},
		"立山区, secrecy for every item": {"lishan_district", "wechat", models.TierGeneral, models.KindOriginal, []string{"department_head", "deputy_lead", "disclosure_director", "principal_lead", "registrar"}},
		"六安":                          {"luan_civil_affairs", "wechat", models.TierMajor, models.KindOriginal, []string{"editor", "section_chief", "deputy_lead"}},
		"老城街道":                        {"laocheng_street", "wechat", models.TierGeneral, models.KindOriginal, []string{"section_chief", "deputy_lead", "principal_lead"}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			account, err := w.CreateAccount(ctx, models.System(), models.Account{UnitID: w.unit.ID, Name: name, Medium: tt.medium, Profile: tt.profile})
			if err != nil {
				t.Fatal(err)
			}
			person := func(who string, role models.Role) models.Actor {
				user, err := w.CreateUser(ctx, models.System(), workflow.UserInput{SignIn: account.ID + who, Name: who, UnitID: w.unit.ID,
					Grants: []workflow.GrantInput{{Role: role, AccountID: account.ID}}})
				if err != nil {
					t.Fatal(err)
				}
				actor, err := w.ActorOfUser(ctx, user.ID)
				if err != nil {
					t.Fatal(err)
				}
				return actor
			}
			in := w.input(cleanBody)
			in.AccountID, in.Kind, in.DeclaredTier = account.ID, tt.kind, tt.tier
			author := person("author", models.RoleAuthor)
			d := w.must(w.CreateDraft(ctx, author, in))
			d = w.must(w.Submit(ctx, author, d.ID))

			approve := func(a models.Actor) (models.Draft, error) {
				return w.Decide(ctx, a, d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
			}
			actors := make([]models.Actor, len(tt.by))
			for i, who := range tt.by {
				role, _, _ := splitRole(who)
				actors[i] = person(who, role)
			}
			for i, who := range tt.by {
				role, _, _ := splitRole(who)
				if later := tt.by[i+1:]; len(later) > 0 {
					if last, _, _ := splitRole(later[len(later)-1]); last != role {
						if _, err := approve(actors[len(actors)-1]); err == nil {
							t.Fatalf("%s was not awaited, and decided", last)
						}
					}
				}
				if d.State != models.AwaitingRole(d.Route[d.Step].Roles[0]) || !slices.Contains(d.Route[d.Step].Roles, role) {
					t.Fatalf("%s at step %d, not for %s", d.State, d.Step, role)
				}
				if d.DueAt.IsZero() {
					t.Errorf("the step of %s has no time limit", role)
				}
				d = w.must(approve(actors[i]))
				if i < len(tt.by)-1 {
					if _, err := approve(actors[i]); err == nil {
						t.Fatalf("%s decided twice", who)
					}
				}
			}
			wantState(t, d, models.StateReleased)
		})
	}
	w.verified()
}

// A profile without the role of an editor: who reviews first does an editor's
// part, and people read its own names.
func TestWhoReviewsFirstEditsWhereThereIsNoEditor(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		account, err := w.CreateAccount(ctx, models.System(), models.Account{UnitID: w.unit.ID, Name: "安仁发布", Profile: "anren_town"})
		if err != nil {
			t.Fatal(err)
		}
		w.account = account
		for _, role := range []models.Role{"handler", "deputy_lead", "news_lead"} {
			w.person("anren/"+string(role), role)
		}
		author := w.person("anren/author", models.RoleAuthor)
		handler, deputy := w.people["anren/handler"], w.people["anren/deputy_lead"]
		view := func(actor models.Actor, d models.Draft) workflow.View {
			v, err := w.View(ctx, actor, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}

		in := w.input(blockedBody)
		in.Consult = []string{w.police.ID}
		d := w.must(w.CreateDraft(ctx, author, in))
		d = w.must(w.Submit(ctx, author, d.ID))
		wantState(t, d, models.StateBlocked)
		if v := view(handler, d); !v.MayEdit || !v.MayDispose {
			t.Errorf("the handler is offered edit %v, dispose %v", v.MayEdit, v.MayDispose)
		}
		if v := view(deputy, d); v.MayEdit || v.MayDispose {
			t.Errorf("the deputy is offered edit %v, dispose %v", v.MayEdit, v.MayDispose)
		}
		stored, err := w.store.LastReport(ctx, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		var dispositions []workflow.DispositionInput
		for _, h := range stored.Report.Hits {
			if h.Severity == models.SeverityBlock {
				dispositions = append(dispositions, workflow.DispositionInput{HitID: h.ID, Kind: models.DispositionFalsePositive, Reason: "办公电话"})
			}
		}
		_, err = w.Dispose(ctx, deputy, d.ID, dispositions)
		wantCode(t, err, models.CodeForbidden)
		if !strings.Contains(err.Error(), "由拟稿人或经办人办理") {
			t.Errorf("%v names not who does it", err)
		}
		d = w.must(w.Dispose(ctx, author, d.ID, dispositions))
		wantState(t, d, "awaiting_handler")
		if v := view(handler, d); v.StateLabel != "待经办人审核" || !slices.Contains(v.MayAnswer, w.police.ID) {
			t.Errorf("%q, may answer for %v", v.StateLabel, v.MayAnswer)
		}
		d = w.must(w.Decide(ctx, handler, d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest}))
		if v := view(handler, d); v.StateLabel != "待分管负责人审核" || v.Dispositions[0].ConfirmedBy != handler.ID {
			t.Errorf("%q; the disposition is %+v", v.StateLabel, v.Dispositions[0])
		}
		paper := workflow.AnswerInput{State: models.ConsultationAgree, Reference: "云公函〔2026〕8号"}
		_, err = w.Answer(ctx, deputy, d.ID, w.police.ID, paper)
		wantCode(t, err, models.CodeForbidden)
		if !strings.Contains(err.Error(), "由经办人登记") {
			t.Errorf("%v names not who does it", err)
		}
		d = w.must(w.Answer(ctx, handler, d.ID, w.police.ID, paper))
		d = w.must(w.Decide(ctx, deputy, d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest}))
		if got := w.LabelOf(ctx, d); got != "待新闻分管负责人签发" {
			t.Error(got)
		}
	})
}

// splitRole takes role/n apart.
func splitRole(who string) (role models.Role, n int, err error) {
	for i, r := range who {
		if r == '/' {
			_, err = fmt.Sscanf(who[i+1:], "%d", &n)
			return models.Role(who[:i]), n, err
		}
	}
	return models.Role(who), 1, nil
}

const sharedProfile = `name = "museum"
version = "1"
title = "某博物馆规程"
[[role]]
id = "curator"
name = "策展人"
[[role]]
id = "historian"
name = "史料核对员"
[[role]]
id = "artist"
name = "图片核对员"
[[role]]
id = "vice_director"
name = "副馆长"
rank = 1
[[role]]
id = "director"
name = "馆长"
rank = 2
[[route]]
steps = [
    { roles = ["curator"], count = 2 },
    { roles = ["historian", "artist"], mode = "all" },
    { roles = ["vice_director", "director"], id = "sign", signs = true },
]
`

// A step that asks for several roles or persons waits in the inbox of each of
// them until they have decided, whichever role the state is named by.
func TestAStepOfSeveralWaitsForEachOfThem(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.accountUnder(sharedProfile, "museum")
		author := w.person("m/author", models.RoleAuthor)
		for _, name := range []string{"curator", "historian", "artist", "vice_director", "director"} {
			w.person("m/"+name, models.Role(name))
		}
		w.person("m/curator2", "curator")
		in := w.input(cleanBody)
		in.AccountID = w.account.ID
		d := w.must(w.CreateDraft(ctx, author, in))
		d = w.must(w.Submit(ctx, author, d.ID))
		waits := func(label string, whom ...string) {
			t.Helper()
			if got := w.LabelOf(ctx, d); got != label {
				t.Errorf("the state reads %s, want %s", got, label)
			}
			var of []string
			for _, name := range []string{"curator", "curator2", "historian", "artist", "vice_director", "director"} {
				page, err := w.Inbox(ctx, w.people["m/"+name], "", 0)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, count := range page.Counts {
					n += count
				}
				if n != len(page.Items) {
					t.Errorf("%s counts %d, sees %d", name, n, len(page.Items))
				}
				if n > 0 {
					of = append(of, name)
				}
			}
			if !slices.Equal(of, whom) {
				t.Errorf("%s waits for %v, want %v", label, of, whom)
			}
		}
		approve := func(name string) {
			t.Helper()
			d = w.must(w.Decide(ctx, w.people["m/"+name], d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest}))
		}
		waits("待策展人审核", "curator", "curator2")
		approve("curator")
		waits("待策展人审核", "curator2")
		approve("curator2")
		waits("待史料核对员、图片核对员审核", "historian", "artist")
		approve("artist")
		waits("待史料核对员、图片核对员审核", "historian")
		approve("historian")
		waits("待副馆长或馆长签发", "vice_director", "director")
		approve("director")
		wantState(t, d, models.StateReleased)
	})
}

// A profile may have its secrecy reviewer read every item, beside what locks.
func TestASecrecyReviewerMayBeAStepOfTheRoute(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.useProfile(`name = "office"
version = "1"
title = "某办公室规程"
[[role]]
id = "secrecy_reviewer"
name = "保密审查员"
[[role]]
id = "head"
name = "负责人"
[[route]]
steps = [{ roles = ["secrecy_reviewer"] }, { roles = ["head"], signs = true }]
`)
		account, err := w.CreateAccount(t.Context(), models.System(), models.Account{UnitID: w.unit.ID, Name: "办公室", Profile: "office"})
		if err != nil {
			t.Fatal(err)
		}
		w.account = account
		author, reviewer, head := w.person("o/author", models.RoleAuthor), w.person("o/reviewer", models.RoleSecrecyReviewer), w.person("o/head", "head")
		d := w.must(w.CreateDraft(t.Context(), author, w.input(cleanBody)))
		d = w.must(w.Submit(t.Context(), author, d.ID))
		wantState(t, d, "awaiting_secrecy_reviewer")
		page, err := w.Inbox(t.Context(), reviewer, "", 0)
		if err != nil || len(page.Items) != 1 || page.Counts[d.State] != 1 {
			t.Fatalf("the reviewer's inbox: %+v, %v", page, err)
		}
		d = w.must(w.Decide(t.Context(), reviewer, d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest}))
		wantState(t, w.must(w.Decide(t.Context(), head, d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})), models.StateReleased)
	})
}

// A profile that was changed while a draft waited: the gate takes the draft
// along the new route; one that changed nothing about it lets it pass.
func TestTheGateFollowsAChangedProfile(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		profile := func(version, between string) {
			w.useProfile(`name = "office"
version = "` + version + `"
title = "某办公室规程"
[[role]]
id = "clerk"
name = "经办人"
[[role]]
id = "deputy"
name = "分管负责人"
[[role]]
id = "head"
name = "负责人"
[[route]]
steps = [{ roles = ["clerk"] }, ` + between + `{ roles = ["head"], signs = true }]
`)
		}
		profile("1", "")
		account, err := w.CreateAccount(t.Context(), models.System(), models.Account{UnitID: w.unit.ID, Name: "办公室", Profile: "office"})
		if err != nil {
			t.Fatal(err)
		}
		w.account = account
		author := w.person("o/author", models.RoleAuthor)
		for _, role := range []models.Role{"clerk", "deputy", "head"} {
			w.person("o/"+string(role), role)
		}
		waiting := func() models.Draft {
			d := w.must(w.CreateDraft(t.Context(), author, w.input(cleanBody)))
			return w.approve("o/clerk", w.must(w.Submit(t.Context(), author, d.ID)))
		}
		same, other := waiting(), waiting()

		profile("2", "")
		same = w.approve("o/head", same)
		wantState(t, same, models.StateReleased)
		if same.Profile != "office@2" {
			t.Errorf("it was released by %s", same.Profile)
		}

		profile("3", `{ roles = ["deputy"] }, `)
		other = w.approve("o/head", other)
		wantState(t, other, "awaiting_clerk")
		if other.ReleaseID != "" || other.Profile != "office@3" {
			t.Errorf("release %q by %s", other.ReleaseID, other.Profile)
		}
		other = w.approve("o/clerk", other)
		wantState(t, other, "awaiting_deputy")
		wantState(t, w.approve("o/head", w.approve("o/deputy", other)), models.StateReleased)
		w.verified()
	})
}
