package workflow_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/go-ego/gse"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/screening"
	"shenfa/workflow"
)

const newTerm = "云雾盲盒券"

// withNewTerm is a workflow on the same database whose edition has one term more.
func (w *world) withNewTerm() *workflow.Workflow {
	w.t.Helper()
	engine, err := screening.New(screening.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	rules, err := engine.Rules().With(map[string][]byte{"later.toml": []byte(`[[rule]]
id = "prohibited.fraud.later"
category = "prohibited.fraud"
basis = "办法第二十一条"
why = "“{text}”已列入禁用"
suggestion = "删去"
terms = ["` + newTerm + `"]
positive = ["领取[[` + newTerm + `]]。"]
negative = ["领取优惠。"]
`)})
	if err == nil {
		err = engine.Install(rules)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	profiles, err := workflow.LoadProfiles("")
	if err != nil {
		w.t.Fatal(err)
	}
	later, err := workflow.New(workflow.Options{Store: w.store, Engine: engine, Profiles: profiles, Now: w.clock.now})
	if err != nil {
		w.t.Fatal(err)
	}
	return later
}

// posts writes n released posts past the workflow; every tenth has the new term.
func (w *world) posts(n int, bodies []string) (with, size int) {
	w.t.Helper()
	for first := 0; first < n; first += 500 {
		storetest.Must(w.t, w.store, func(tx *store.Tx) error {
			for i := first; i < min(n, first+500); i++ {
				d := storetest.NewDraft(w.account, i, "简讯")
				d.State = models.StateReleased
				body := bodies[i%len(bodies)]
				if i%10 == 0 {
					body += "可凭" + newTerm + "领取。"
				}
				content := models.Content{AccountID: w.account.ID, Title: d.Title, Body: body, Format: models.FormatText, Kind: models.KindOriginal}
				d.Digest = content.Digest()
				r := storetest.NewRelease(d, int64(1_000_000+i))
				d.ReleaseID = r.ID
				document, err := json.Marshal(models.ReleaseDocument{ID: r.ID, DraftID: d.ID, AccountID: d.AccountID, Title: d.Title, Body: body,
					Format: content.Format, Kind: content.Kind, Media: []models.Media{}, Digest: d.Digest, Tier: d.Tier, ReleasedAt: r.ReleasedAt})
				if err != nil {
					return err
				}
				r.Document = document
				if err := tx.InsertDraft(d); err != nil {
					return err
				}
				if err := tx.InsertRelease(r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i := range n {
		size += len(bodies[i%len(bodies)])
	}
	return (n + 9) / 10, size
}

// openItems are all open work items, with each release once.
func (w *world) openItems(on *workflow.Workflow) []models.WorkItem {
	w.t.Helper()
	var all []models.WorkItem
	seen := map[string]bool{}
	for after := ""; ; {
		items, next, err := on.WorkItems(context.Background(), w.people["account_lead"], workflow.WorkItemsQuery{After: after, Limit: 200})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, item := range items {
			if seen[item.ReleaseID+item.Hit.ID] {
				w.t.Errorf("hit %s of release %s stands twice", item.Hit.ID, item.ReleaseID)
			}
			seen[item.ReleaseID+item.Hit.ID] = true
		}
		all = append(all, items...)
		if after = next; after == "" {
			return all
		}
	}
}

func TestRescanFindsEveryPostAndGoesOnWhereItStopped(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		const posts = 620 // three pages
		with, _ := w.posts(posts, []string{cleanBody})
		d := w.released() // signed by the workflow, with a report
		later := w.withNewTerm()

		r, err := later.StartRescan(ctx, w.people["admin"], "")
		if err != nil || r.Total != posts+1 {
			t.Fatalf("%+v, %v", r, err)
		}
		stopped, stop := context.WithCancel(ctx)
		if _, err := later.RunRescan(stopped, r.ID, func(models.Rescan) { stop() }); err == nil {
			t.Fatal("an interrupted rescan says that it is finished")
		}
		middle, err := later.Rescan(ctx, w.people["supervisor"], r.ID)
		if err != nil || middle.Done != 250 || !middle.FinishedAt.IsZero() {
			t.Fatalf("after the interruption: %+v, %v", middle, err)
		}
		again, err := w.withNewTerm().StartRescan(ctx, w.people["admin"], "")
		if err != nil || again.ID != r.ID {
			t.Fatalf("started again: %+v, %v", again, err)
		}
		pages := 0
		done, err := later.RunRescan(ctx, r.ID, func(models.Rescan) { pages++ })
		if err != nil || done.Done != posts+1 || pages != 2 || done.Hits != int64(with) || done.FinishedAt.IsZero() {
			t.Fatalf("%+v after %d pages, %v", done, pages, err)
		}
		items := w.openItems(later)
		if len(items) != with {
			t.Fatalf("%d work items, want %d", len(items), with)
		}

		// A second rescan of the same edition finds nothing new, and neither does one of the old edition.
		second, err := later.StartRescan(ctx, w.people["admin"], "")
		if err != nil || second.ID == r.ID {
			t.Fatalf("%+v, %v", second, err)
		}
		if second, err = later.RunRescan(ctx, second.ID, nil); err != nil || second.Hits != 0 || second.Done != posts+1 {
			t.Fatalf("%+v, %v", second, err)
		}
		if since, err := later.StartRescan(ctx, w.people["admin"], d.ReleaseID); err != nil || since.Total != 0 {
			t.Errorf("since the last release: %+v, %v", since, err)
		}
	})
}

func TestOnlyOneProcessRescans(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.posts(20, []string{cleanBody})
		later := w.withNewTerm()
		r, err := later.StartRescan(ctx, w.people["admin"], "")
		if err != nil {
			t.Fatal(err)
		}
		storetest.Must(t, w.store, func(tx *store.Tx) error { // a process that dies with its work
			_, err := tx.ClaimRescan(r.ID, "dead", w.clock.now(), w.clock.now().Add(time.Minute))
			return err
		})
		_, err = later.RunRescan(ctx, r.ID, nil)
		wantCode(t, err, models.CodeConflict)
		w.clock.pass(2 * time.Minute)
		if _, err := later.ContinueRescans(ctx); err != nil { // the job of another server
			t.Fatal(err)
		}
		if r, err = later.Rescan(ctx, w.people["admin"], r.ID); err != nil || r.Hits != 2 || r.FinishedAt.IsZero() {
			t.Fatalf("%+v, %v", r, err)
		}
	})
}

func TestWorkItemsAreSettledByASigner(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.posts(11, []string{cleanBody})
		later := w.withNewTerm()
		_, err := later.StartRescan(ctx, w.people["editor"], "")
		wantCode(t, err, models.CodeForbidden)
		r, err := later.StartRescan(ctx, models.System(), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := later.RunRescan(ctx, r.ID, nil); err != nil {
			t.Fatal(err)
		}
		items := w.openItems(later)
		if len(items) != 2 || items[0].Hit.Text != newTerm {
			t.Fatalf("%+v", items)
		}
		keep := workflow.WorkItemInput{Action: models.WorkKept, Reason: "系历史活动名称，已结束。"}
		for name, tt := range map[string]struct {
			who  string
			in   workflow.WorkItemInput
			want models.Code
		}{
			"an editor":                 {"editor", keep, models.CodeForbidden},
			"a supervisor":              {"supervisor", keep, models.CodeForbidden},
			"without a reason":          {"account_lead", workflow.WorkItemInput{Action: models.WorkKept}, models.CodeInvalid},
			"withdrawn without a cause": {"account_lead", workflow.WorkItemInput{Action: models.WorkWithdraw, Reason: "撤"}, models.CodeInvalid},
			"corrected without a cause": {"account_lead", workflow.WorkItemInput{Action: models.WorkCorrect, Reason: "改"}, models.CodeInvalid},
			"corrected by no draft":     {"account_lead", workflow.WorkItemInput{Action: models.WorkCorrect, Reason: "改", Correction: items[0].DraftID}, models.CodeInvalid},
			"on another digest": {"account_lead", workflow.WorkItemInput{Action: models.WorkWithdraw, Reason: "撤", ReasonCode: models.ReasonLaw,
				Document: "广告法第九条", Digest: "0000"}, models.CodeStale},
			"without the statute": {"account_lead", workflow.WorkItemInput{Action: models.WorkWithdraw, Reason: "撤", ReasonCode: models.ReasonLaw}, models.CodeInvalid},
		} {
			if _, err := later.SettleWorkItem(ctx, w.people[tt.who], items[0].ID, tt.in); models.CodeOf(err) != tt.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		settled, err := later.SettleWorkItem(ctx, w.people["account_lead"], items[0].ID, keep)
		if err != nil || settled.State != models.WorkKept || settled.SettledBy != w.people["account_lead"].ID {
			t.Fatalf("%+v, %v", settled, err)
		}
		_, err = later.SettleWorkItem(ctx, w.people["principal_lead"], items[0].ID, keep)
		wantCode(t, err, models.CodeConflict)
		if left := w.openItems(later); len(left) != 1 {
			t.Errorf("%d left", len(left))
		}
	})
}

// rescanned releases the bodies, rescans them with the new term, and gives the open items.
func (w *world) rescanned(bodies ...string) (*workflow.Workflow, []models.WorkItem) {
	w.t.Helper()
	for _, body := range bodies {
		w.approve("account_lead", w.approve("editor", w.submitted(w.input(body))))
	}
	later := w.withNewTerm()
	r, err := later.StartRescan(context.Background(), models.System(), "")
	if err == nil {
		_, err = later.RunRescan(context.Background(), r.ID, nil)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return later, w.openItems(later)
}

func TestSettlingWithdrawsOrCorrects(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		twice := cleanBody + "可凭" + newTerm + "领取，" + newTerm + "不找零。"
		later, items := w.rescanned(twice, twice+"共两场。")
		if len(items) != 4 {
			t.Fatalf("%d items", len(items))
		}
		// A deputy withdraws: what else is open of the release goes with it.
		if _, err := w.Delegate(ctx, w.people["account_lead"], workflow.DelegationInput{To: w.people["editor2"].ID, EndsAt: w.clock.now().Add(time.Hour), Reason: "出差"}); err != nil {
			t.Fatal(err)
		}
		w.reload("editor2")
		in := workflow.WorkItemInput{Action: models.WorkWithdraw, Reason: "含违规营销内容", ReasonCode: models.ReasonLaw, Document: "广告法第九条", Digest: items[0].Digest}
		settled, err := later.SettleWorkItem(ctx, w.people["editor2"], items[0].ID, in)
		if err != nil || settled.State != models.WorkWithdraw || settled.SettledBy != w.people["editor2"].ID || settled.OnBehalfOf != w.people["account_lead"].ID {
			t.Fatalf("%+v, %v", settled, err)
		}
		d, err := w.store.Draft(ctx, items[0].DraftID)
		if err != nil {
			t.Fatal(err)
		}
		wantState(t, d, models.StateWithdrawn) // no channel had it
		withdrawal, err := w.store.Withdrawal(ctx, items[0].ReleaseID)
		if err != nil || withdrawal.Text != in.Reason || withdrawal.Document != in.Document || withdrawal.By != w.people["editor2"].ID || withdrawal.OnBehalfOf != w.people["account_lead"].ID {
			t.Errorf("%+v, %v", withdrawal, err)
		}
		if left := w.openItems(later); len(left) != 2 || left[0].ReleaseID != items[2].ReleaseID {
			t.Fatalf("left open: %+v", left)
		}
		_, err = later.SettleWorkItem(ctx, w.people["account_lead"], items[1].ID, in)
		wantCode(t, err, models.CodeConflict)

		// A correction is opened by the same act, and once under a key.
		lead := w.people["account_lead"]
		lead.Once = models.Once{Key: "k", Request: "r"}
		in = workflow.WorkItemInput{Action: models.WorkCorrect, Reason: "删去该用语", ReasonCode: models.ReasonError}
		settled, err = later.SettleWorkItem(ctx, lead, items[2].ID, in)
		if err != nil || settled.State != models.WorkCorrect || settled.Correction == "" {
			t.Fatalf("%+v, %v", settled, err)
		}
		again, err := later.SettleWorkItem(ctx, lead, items[2].ID, in)
		if err != nil || again.Correction != settled.Correction {
			t.Errorf("the same call again: %+v, %v", again, err)
		}
		fix, err := w.store.Draft(ctx, settled.Correction)
		if err != nil || fix.Corrects != items[2].ReleaseID || fix.State != models.StateDraft {
			t.Errorf("%+v, %v", fix, err)
		}
		if left := w.openItems(later); len(left) != 0 {
			t.Errorf("left open: %+v", left)
		}
		w.verified()
	})
}

func TestAUnitsRulesAloneStartARescan(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.released()
		other, err := w.CreateAccount(ctx, models.System(), models.Account{UnitID: w.police.ID, Name: "云雾公安"})
		if err != nil {
			t.Fatal(err)
		}
		mine := w.account
		w.account = other
		w.posts(1, []string{cleanBody})
		w.account = mine
		before, err := w.StartRescan(ctx, w.people["admin"], "")
		if err != nil {
			t.Fatal(err)
		}
		own := w.install(slogan("义务植树"), w.unit.ID)
		r, err := w.StartRescan(ctx, w.people["admin"], "")
		if err != nil || r.ID == before.ID || r.Edition == before.Edition {
			t.Fatalf("the unit's rules changed, and the rescan is %+v, %v", r, err)
		}
		if _, err := w.RunRescan(ctx, before.ID, nil); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a rescan by editions that hold no more: %v", err)
		}
		if _, err := w.ContinueRescans(ctx); err != nil { // the job
			t.Fatal(err)
		}
		if r, err = w.Rescan(ctx, w.people["admin"], r.ID); err != nil || r.FinishedAt.IsZero() || r.Done != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		items := w.openItems(w.Workflow)
		if len(items) == 0 {
			t.Fatal("the unit's rule found nothing")
		}
		for _, item := range items {
			if item.AccountID != mine.ID || item.Edition != own || item.Hit.Text != "义务植树" {
				t.Errorf("%+v", item)
			}
		}
	})
}

func TestTheirOwnTextIsKeptByNobody(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		in := w.input(cleanBody + "可凭" + newTerm + "领取。")
		d := w.must(w.CreateDraft(ctx, w.people["everyone"], in))
		d = w.must(w.Submit(ctx, w.people["everyone"], d.ID))
		w.approve("account_lead", w.approve("editor", d))
		later, items := w.rescanned()
		keep := workflow.WorkItemInput{Action: models.WorkKept, Reason: "历史用语"}
		_, err := later.SettleWorkItem(ctx, w.people["everyone"], items[0].ID, keep)
		wantCode(t, err, models.CodeSelfApproval)
		if _, err := later.SettleWorkItem(ctx, w.people["account_lead"], items[0].ID, keep); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkRescan rescans released posts against an edition with a new term,
// and compares that with segmenting their texts by gse. For the whole archive:
// -bench Rescan -benchtime 100000x.
func BenchmarkRescan(b *testing.B) {
	eachDatabase(b, func(b *testing.B, w *world) {
		ctx := context.Background()
		var samples []struct{ Body string }
		raw, err := os.ReadFile("../testdata/demo/drafts.json")
		if err == nil {
			err = json.Unmarshal(raw, &samples)
		}
		if err != nil {
			b.Fatal(err)
		}
		var bodies []string
		for _, d := range samples { // those that could have been signed as they are
			report, err := w.Screen(ctx, models.System(), "", screening.Text{Title: "简讯", Body: d.Body})
			if err != nil {
				b.Fatal(err)
			}
			if report.Outcome == models.OutcomeClean {
				bodies = append(bodies, d.Body)
			}
		}
		n := max(b.N, 2000)
		with, size := w.posts(n, bodies)
		later := w.withNewTerm()
		r, err := later.StartRescan(ctx, models.System(), "")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := later.Screen(ctx, models.System(), "", screening.Text{Title: "题", Body: "文"}); err != nil { // the dictionary is loaded
			b.Fatal(err)
		}
		b.StartTimer()
		begin := time.Now()
		if r, err = later.RunRescan(ctx, r.ID, nil); err != nil {
			b.Fatal(err)
		}
		ours := time.Since(begin)
		b.StopTimer()
		found := map[string]bool{}
		for _, item := range w.openItems(later) {
			if item.Hit.Text == newTerm {
				found[item.ReleaseID] = true
			}
		}
		if r.Done != int64(n) || len(found) != with {
			b.Fatalf("%+v: the term in %d posts, want %d", r, len(found), with)
		}
		var segmenter gse.Segmenter
		segmenter.SkipLog = true
		if err := segmenter.LoadDictEmbed("zh"); err != nil {
			b.Fatal(err)
		}
		begin = time.Now()
		for i := range n {
			segmenter.Segment([]byte(bodies[i%len(bodies)]))
		}
		theirs := time.Since(begin)
		b.ReportMetric(float64(n)/ours.Seconds(), "posts/s")
		b.ReportMetric(float64(size)/1e6/ours.Seconds(), "MB/s")
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-gse")
		b.Logf("%d posts, %.1f MB: rescan %s, gse %s", n, float64(size)/1e6, ours, theirs)
	})
}
