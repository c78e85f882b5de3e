package workflow_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/workflow"
)

// slogan is an edition with one rule: it blocks the term.
func slogan(term string) map[string][]byte {
	return map[string][]byte{"slogan.toml": fmt.Appendf(nil, `[[rule]]
id = "local.slogan"
category = "wording.fixed_expression"
basis = "本单位宣传用语规定"
why = "“{text}”已停用"
terms = ["%s"]
positive = ["本周举行[[%[1]s]]活动。"]
negative = ["本周举行植树活动。"]
`, term)}
}

// imported is the id of an edition that the administrator imports.
func (w *world) imported(files map[string][]byte, unitID string) string {
	w.t.Helper()
	e, _, err := w.ImportEdition(context.Background(), w.people["admin"], workflow.EditionInput{Files: files, Note: "试验", UnitID: unitID})
	if err != nil {
		w.t.Fatal(err)
	}
	return e.ID
}

// install imports and installs, and gives the edition of the whole.
func (w *world) install(files map[string][]byte, unitID string) string {
	w.t.Helper()
	in, err := w.InstallEdition(context.Background(), w.people["admin"], w.imported(files, unitID), unitID)
	if err != nil {
		w.t.Fatal(err)
	}
	return in.InForce
}

func TestAnImportNamesItsMistakes(t *testing.T) {
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	good := string(slogan("春风护航")["slogan.toml"])
	for name, tt := range map[string]struct{ file, from, to, want string }{
		"bad TOML":                  {"slogan.toml", "terms = [", "terms = ", "slogan.toml:6"},
		"an unknown key":            {"slogan.toml", "basis", "basics", "slogan.toml:4："},
		"an unknown category":       {"slogan.toml", "wording.fixed_expression", "wording.none", `slogan.toml:1：规则 "local.slogan"`},
		"an example that is missed": {"slogan.toml", "举行[[春风护航]]", "举行[[夏风护航]]", `slogan.toml:1：规则 "local.slogan"：正例`},
		"an example that is hit":    {"slogan.toml", "举行植树", "举行春风护航", `slogan.toml:1：规则 "local.slogan"：反例`},
		"an id that is taken":       {"slogan.toml", "local.slogan", "secrecy.marking", "id 与"},
		"an exception from nothing": {"slogan.toml", "[[rule]]", "[[exception]]\nrule = \"none\"\nreason = \"无\"\n[[rule]]", `slogan.toml:1：规则 "none" 的例外`},
		"what locks taken away":     {"secrecy.toml", good, "# 空\n", "涉密规则不能删除或降级"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{tt.file: []byte(strings.Replace(good, tt.from, tt.to, 1))}
			_, _, err := w.ImportEdition(context.Background(), w.people["admin"], workflow.EditionInput{Files: files})
			wantCode(t, err, models.CodeInvalid)
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v does not say %q", err, tt.want)
			}
		})
	}
	view, err := w.Editions(context.Background(), w.people["admin"])
	if err != nil || len(view.Items) != 0 || len(view.InForce) != 1 || view.InForce[0].InForce != view.Shipped {
		t.Errorf("mistakes leave something behind: %+v %v", view, err)
	}
}

func TestWhoMayChangeTheLexicon(t *testing.T) {
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	ctx := context.Background()
	id := w.imported(slogan("春风护航"), "")
	for _, name := range []string{"author", "editor", "account_lead", "supervisor"} {
		_, _, err := w.ImportEdition(ctx, w.people[name], workflow.EditionInput{Files: slogan("夏风护航")})
		wantCode(t, err, models.CodeForbidden)
		_, err = w.InstallEdition(ctx, w.people[name], id, "")
		wantCode(t, err, models.CodeForbidden)
	}
	_, err := w.Editions(ctx, w.people["author"])
	wantCode(t, err, models.CodeForbidden)
	if _, files, err := w.EditionFiles(ctx, w.people["supervisor"], id); err != nil || !bytes.Equal(files["slogan.toml"], slogan("春风护航")["slogan.toml"]) {
		t.Errorf("the supervisor reads %q: %v", files, err)
	}
	again := w.imported(slogan("春风护航"), "")
	if again != id {
		t.Errorf("the same files are %s and %s", id, again)
	}
	_, err = w.InstallEdition(ctx, w.people["admin"], "0000000000000000", "")
	wantCode(t, err, models.CodeNotFound)
	w.verified()
}

func TestEveryReplicaTakesAnEditionOverWithoutAGap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		ctx, stop := context.WithCancel(context.Background())
		w := newWorld(t, open())
		profiles, err := workflow.LoadProfiles("")
		if err != nil {
			t.Fatal(err)
		}
		second, err := workflow.New(workflow.Options{Store: open(), Engine: sharedEngine(t), Profiles: profiles})
		if err != nil {
			t.Fatal(err)
		}
		terms := []string{"春风护航", "夏风护航", "秋风护航"}
		ids := map[string]string{} // edition of the whole -> the term that it finds
		shipped, err := second.Edition(ctx)
		if err != nil {
			t.Fatal(err)
		}
		ids[shipped] = ""
		var known sync.Mutex
		var jobs, readers sync.WaitGroup
		jobs.Go(func() {
			for ctx.Err() == nil {
				if err := second.FollowEditions(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		text := workflow.Text{Title: cleanTitle, Body: "本周举行" + strings.Join(terms, "、") + "活动。"}
		seen := map[string]string{}
		for range 2 {
			readers.Go(func() {
				for ctx.Err() == nil {
					report, err := second.Screen(context.Background(), models.System(), "", text)
					if err != nil {
						t.Error(err)
						return
					}
					var found string
					for _, h := range report.Hits {
						if h.Rule == "local.slogan" {
							found += h.Text
						}
					}
					known.Lock()
					if before, there := seen[report.Edition]; there && before != found {
						t.Errorf("edition %s found %q and %q", report.Edition, before, found)
					}
					seen[report.Edition] = found
					known.Unlock()
					time.Sleep(5 * time.Millisecond) // leaves the processor to those who install
				}
			})
		}
		for _, term := range terms {
			edition := w.install(slogan(term), "")
			known.Lock()
			ids[edition] = term
			known.Unlock()
			for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
				if now, err := second.Edition(ctx); err == nil && now == edition {
					break
				}
				if time.Since(began) > 30*time.Second {
					t.Fatalf("the other replica has not taken %s over", edition)
				}
			}
			time.Sleep(50 * time.Millisecond) // readers go on for a while
		}
		stop()
		readers.Wait()
		jobs.Wait()
		for edition, found := range seen {
			if want, there := ids[edition]; !there || want != found {
				t.Errorf("edition %s found %q, want %q", edition, found, want)
			}
		}
		if len(seen) != len(terms)+1 {
			t.Errorf("readers saw %d editions: %v", len(seen), seen)
		}
		// What was in force can be shown later, file by file.
		for edition, term := range ids {
			_, files, err := second.EditionFiles(context.Background(), models.System(), edition)
			if err != nil && edition != shipped || term != "" && !strings.Contains(string(files["slogan.toml"]), term) {
				t.Errorf("edition %s: %d files, %v", edition, len(files), err)
			}
		}
		w.verified()
	})
}

func TestTheGateHoldsWhatANewEditionBlocks(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		edition := w.install(slogan("义务植树"), "")
		d = w.must(w.decide("account_lead", d, models.ActionApprove))
		wantState(t, d, models.StateBlocked)
		view, err := w.View(context.Background(), w.people["author"], d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if view.Report == nil || view.Report.Edition != edition || d.ReleaseID != "" {
			t.Errorf("the report is of %+v, want %s; release %q", view.Report, edition, d.ReleaseID)
		}
		if n := len(view.Decisions); n == 0 || view.Decisions[0].Action != models.ActionApprove || view.Decisions[0].Role != models.RoleEditor {
			t.Errorf("the approval is no history: %+v", view.Decisions)
		}
		w.verified()
	})
}

func TestAHarmlessEditionStandsInTheCertificate(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		edition := w.install(slogan("春风护航"), "")
		if d.Edition == edition {
			t.Fatal("the editions are one")
		}
		d = w.approve("account_lead", d)
		wantState(t, d, models.StateReleased)
		if said := w.certified(d); said != edition {
			t.Errorf("the certificate names %s, want %s", said, edition)
		}
		w.verified()
	})
}

func TestAScheduledReleaseIsHeldByANewEdition(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		in := w.input(cleanBody)
		at := w.clock.now().Add(time.Hour)
		in.NotBefore = &at
		d := w.approve("account_lead", w.approve("editor", w.submitted(in)))
		w.install(slogan("义务植树"), "")
		w.clock.pass(2 * time.Hour)
		if _, err := w.ReleaseDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		_, err := w.Release(context.Background(), w.puller, d.ReleaseID)
		wantCode(t, err, models.CodeNotFound) // it never enters the feed
		decisions, err := w.store.Decisions(context.Background(), d.ID)
		if err != nil || len(decisions) != 2 || decisions[0].VoidedAt.IsZero() || decisions[1].VoidedAt.IsZero() {
			t.Errorf("approvals outlived the gate: %+v, %v", decisions, err)
		}
		view, err := w.View(context.Background(), w.people["author"], d.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantState(t, view.Draft, models.StateBlocked)
		w.verified()
	})
}

func TestAScheduledReleaseIsHeldByAnEditionThatRaisesItsTier(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		in := w.input(cleanBody)
		at := w.clock.now().Add(time.Hour)
		in.NotBefore = &at
		d := w.approve("account_lead", w.approve("editor", w.submitted(in)))
		topic := bytes.ReplaceAll(slogan("义务植树")["slogan.toml"], []byte("wording.fixed_expression"), []byte("topic.demolition"))
		w.install(map[string][]byte{"topic.toml": topic}, "")
		w.clock.pass(2 * time.Hour)
		if _, err := w.ReleaseDue(ctx); err != nil {
			t.Fatal(err)
		}
		view, err := w.View(ctx, w.people["author"], d.ID)
		if err != nil {
			t.Fatal(err)
		}
		held := view.Draft
		if held.State != models.StateAwaitingEditor || held.Tier != models.TierMajor || held.ReleaseID != "" || held.DueAt.IsZero() {
			t.Fatalf("it waits in %s as %s, due %v, release %q", held.State, held.Tier, held.DueAt, held.ReleaseID)
		}
		for _, x := range view.Decisions {
			if x.VoidedAt.IsZero() {
				t.Errorf("%+v stays in force", x)
			}
		}
		signed := w.approve("principal_lead", w.approve("editor", held))
		if _, err := w.Release(ctx, w.puller, signed.ReleaseID); err != nil { // its time has come already
			t.Error(err)
		}
		w.verified()
	})
}

// Another replica has installed an edition that this one has not read yet.
func TestNothingIsReleasedByAnEditionThatIsNoLongerInForce(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		in := w.input(cleanBody)
		at := w.clock.now().Add(time.Hour)
		in.NotBefore = &at
		scheduled := w.approve("account_lead", w.approve("editor", w.submitted(in)))
		d := w.approve("editor", w.submitted(w.input(cleanBody)))

		profiles, err := workflow.LoadProfiles("")
		if err != nil {
			t.Fatal(err)
		}
		here := w.Workflow
		if w.Workflow, err = workflow.New(workflow.Options{Store: w.store, Engine: sharedEngine(t), Profiles: profiles, Now: w.clock.now}); err != nil {
			t.Fatal(err)
		}
		w.install(slogan("义务植树"), "")
		w.Workflow = here

		w.clock.pass(2 * time.Hour)
		if n, err := w.ReleaseDue(ctx); n != 0 || err != nil {
			t.Fatalf("%d entered the feed, %v", n, err)
		}
		wantState(t, w.must(w.decide("account_lead", d, models.ActionApprove)), models.StateBlocked)
		if err := w.FollowEditions(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ReleaseDue(ctx); err != nil {
			t.Fatal(err)
		}
		view, err := w.View(ctx, w.people["author"], scheduled.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantState(t, view.Draft, models.StateBlocked)
		w.verified()
	})
}

func TestAReleaseThatTheGateLockedIsSealedWithItsDraft(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		in := w.input(cleanBody)
		at := w.clock.now().Add(time.Hour)
		in.NotBefore = &at
		d := w.approve("account_lead", w.approve("editor", w.submitted(in)))
		if _, err := w.Release(ctx, w.people["editor"], d.ReleaseID); err != nil {
			t.Fatal(err)
		}
		w.install(secret("义务植树"), "")
		w.clock.pass(2 * time.Hour)
		if _, err := w.ReleaseDue(ctx); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"editor", "account_lead", "author", "supervisor"} {
			_, err := w.Release(ctx, w.people[name], d.ReleaseID)
			wantCode(t, err, models.CodeNotFound)
		}
		if _, err := w.Release(ctx, w.people["secrecy_reviewer"], d.ReleaseID); err != nil {
			t.Error(err)
		}
		w.verified()
	})
}

func TestALockByANewEditionIsConcludedOnAgain(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.submitted(w.input(lockedBody))
		wantState(t, d, models.StateLocked)
		w.install(secret("月河村"), "")
		d = w.approve("secrecy_reviewer", d)
		wantState(t, d, models.StateLocked)
		d = w.approve("secrecy_reviewer", d)
		wantState(t, d, models.StateAwaitingEditor)
		w.verified()
	})
}

// secret is an edition with one rule: it locks on the term.
func secret(term string) map[string][]byte {
	rule := bytes.ReplaceAll(slogan(term)["slogan.toml"], []byte("local.slogan"), []byte("local.secret"))
	return map[string][]byte{"secret.toml": bytes.ReplaceAll(rule, []byte("wording.fixed_expression"), []byte("secrecy.internal"))}
}

func TestAUnitsRulesAreItsOwn(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		general := w.install(slogan("春风护航"), "")
		mine := w.install(map[string][]byte{"own.toml": []byte(`[[exception]]
rule = "local.slogan"
allow = ["春风护航"]
reason = "本单位承办该活动"
`)}, w.unit.ID)
		other, err := w.CreateAccount(ctx, models.System(), models.Account{UnitID: w.police.ID, Name: "云雾公安"})
		if err != nil {
			t.Fatal(err)
		}
		author, err := w.CreateUser(ctx, models.System(), workflow.UserInput{SignIn: "other", Name: "另一拟稿人", UnitID: w.police.ID,
			Grants: []workflow.GrantInput{{Role: models.RoleAuthor, AccountID: other.ID}}})
		if err != nil {
			t.Fatal(err)
		}
		stranger, err := w.ActorOfUser(ctx, author.ID)
		if err != nil {
			t.Fatal(err)
		}
		body := cleanBody + "本周举行春风护航活动。"
		d := w.submitted(w.input(body))
		wantState(t, d, models.StateAwaitingEditor)
		if d.Edition != mine {
			t.Errorf("the unit's draft ran under %s, want %s", d.Edition, mine)
		}
		in := w.input(body)
		in.AccountID = other.ID
		theirs := w.must(w.CreateDraft(ctx, stranger, in))
		theirs = w.must(w.Submit(ctx, stranger, theirs.ID))
		wantState(t, theirs, models.StateBlocked)
		if theirs.Edition != general {
			t.Errorf("the other unit's draft ran under %s, want %s", theirs.Edition, general)
		}
		for account, blocked := range map[string]bool{"": true, w.account.ID: false, other.ID: true} {
			report, err := w.Screen(ctx, models.System(), account, workflow.Text{Body: body})
			if err != nil || (report.Outcome == models.OutcomeBlocked) != blocked {
				t.Errorf("screening for %q: %s %v", account, report.Outcome, err)
			}
		}
		_, err = w.Screen(ctx, stranger, w.account.ID, workflow.Text{Body: body})
		wantCode(t, err, models.CodeNotFound)

		// The general edition cannot go while a unit's lies upon it.
		_, err = w.InstallEdition(ctx, w.people["admin"], sharedEngine(t).Edition(), "")
		wantCode(t, err, models.CodeInvalid)
		if !strings.Contains(err.Error(), "云雾县融媒体中心") || !strings.Contains(err.Error(), "own.toml:1") {
			t.Errorf("%v names neither unit nor place", err)
		}
		for _, scope := range []string{w.unit.ID, ""} {
			if _, err := w.InstallEdition(ctx, w.people["admin"], sharedEngine(t).Edition(), scope); err != nil {
				t.Fatal(err)
			}
		}
		if edition, err := w.Edition(ctx); err != nil || edition != sharedEngine(t).Edition() {
			t.Errorf("%s is in force: %v", edition, err)
		}
		w.verified()
	})
}

// packed is a zip archive with the names and contents given in pairs.
func packed(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		f, err := z.Create(pairs[i])
		if err == nil {
			_, err = f.Write([]byte(pairs[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestArchivesThatAreRefused(t *testing.T) {
	good := packed(t, "a.toml", "x")
	for name, tt := range map[string]struct {
		archive []byte
		code    models.Code
		want    string
	}{
		"a way out":          {packed(t, "../a.toml", "x"), models.CodeInvalid, "文件名"},
		"a way out below":    {packed(t, "lexicon/../../a.tsv", "x"), models.CodeInvalid, "文件名"},
		"an absolute path":   {packed(t, "/etc/a.toml", "x"), models.CodeInvalid, "文件名"},
		"a Windows path":     {packed(t, `..\a.toml`, "x"), models.CodeInvalid, "文件名"},
		"a hidden file":      {packed(t, ".toml", "x"), models.CodeInvalid, "文件名"},
		"another file":       {packed(t, "run.sh", "x"), models.CodeInvalid, "文件名"},
		"a name twice":       {packed(t, "a.toml", "x", "a.toml", "y"), models.CodeInvalid, "两次"},
		"nothing":            {packed(t), models.CodeInvalid, "没有规则文件"},
		"no archive":         {[]byte("[[rule]]"), models.CodeInvalid, "不是 zip"},
		"half an archive":    {good[:len(good)/2], models.CodeInvalid, "不是 zip"},
		"another encoding":   {packed(t, "a.toml", "\xd6\xd0"), models.CodeInvalid, "UTF-8"},
		"a bomb":             {packed(t, "a.toml", strings.Repeat(" ", 9<<20)), models.CodeTooLarge, "8 MB"},
		"a bomb in pieces":   {packed(t, "a.toml", strings.Repeat(" ", 5<<20), "b.toml", strings.Repeat(" ", 5<<20)), models.CodeTooLarge, "8 MB"},
		"too large a file":   {make([]byte, workflow.MaxArchive+1), models.CodeTooLarge, "3 MB"},
		"too many files":     {packed(t, many()...), models.CodeTooLarge, "200"},
		"a changed content":  {bytes.Replace(packed(t, "a.toml", strings.Repeat("x", 10)), []byte("a.toml"), []byte("b.toml"), 1), "", ""},
		"a byte order mark":  {packed(t, "a.toml", "\ufeffx\r\n"), "", ""},
		"a lexicon's folder": {packed(t, "lexicon/", "", "lexicon/词表.tsv", "x"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := workflow.ReadArchive(tt.archive)
			wantCode(t, err, tt.code)
			if tt.code != "" && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v does not say %q", err, tt.want)
			}
			if name == "a byte order mark" && string(files["a.toml"]) != "x\n" {
				t.Errorf("%q", files)
			}
		})
	}
}

func many() (pairs []string) {
	for i := range 300 {
		pairs = append(pairs, fmt.Sprintf("r%d.toml", i), "x")
	}
	return pairs
}

// Whatever an archive holds, what comes out of it are rule files that pack and
// unpack to themselves, or a domain error.
func FuzzReadArchive(f *testing.F) {
	f.Add(packed(f, "a.toml", "x", "lexicon/a.tsv", "词\t改\n"))
	f.Add(packed(f, "../a.toml", "x"))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, archive []byte) {
		files, err := workflow.ReadArchive(archive)
		if err != nil {
			if _, ok := errors.AsType[*models.Error](err); !ok {
				t.Fatalf("%v is no domain error", err)
			}
			return
		}
		again, err := workflow.WriteArchive(files)
		if err != nil {
			t.Fatal(err)
		}
		back, err := workflow.ReadArchive(again)
		if err != nil || len(back) != len(files) {
			t.Fatalf("%d files came back of %d: %v", len(back), len(files), err)
		}
		for name, data := range files {
			if strings.Contains(name, "..") || strings.HasPrefix(name, "/") || !bytes.Equal(back[name], data) {
				t.Fatalf("file %q", name)
			}
		}
	})
}

// certified is the edition that the certificate of a draft's release names.
func (w *world) certified(d models.Draft) string {
	w.t.Helper()
	return w.certificate(d).Edition
}

// certificate is what the certificate of a draft's release says.
func (w *world) certificate(d models.Draft) models.Certificate {
	w.t.Helper()
	r, err := w.Release(context.Background(), w.people["author"], d.ReleaseID)
	if err != nil {
		w.t.Fatal(err)
	}
	var envelope struct{ Payload []byte }
	var statement models.Statement
	if err := errors.Join(json.Unmarshal(r.Certificate, &envelope), json.Unmarshal(envelope.Payload, &statement)); err != nil {
		w.t.Fatal(err)
	}
	return statement.Predicate
}
