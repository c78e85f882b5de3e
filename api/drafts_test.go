package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"shenfa/api"
	"shenfa/api/client"
	"shenfa/models"
)

// codeOf is the code of a problem that the client met.
func codeOf(err error) string {
	if e, ok := errors.AsType[*client.Error](err); ok {
		return string(e.Code)
	}
	return fmt.Sprint(err)
}

func TestADraftHasItsPublishedShape(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.released(w.input())
	draft := w.send("author", "GET", "/api/v1/drafts/"+d.ID, "").json(t)
	for _, name := range []string{"id", "number", "account_id", "state", "tier", "tier_reasons", "digest", "revision", "title", "body",
		"format", "kind", "source", "declared_tier", "urgent", "not_before", "media", "report", "dispositions", "consultations",
		"decisions", "allowed_actions", "due_at", "created_by", "updated_at"} {
		if _, ok := draft[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"tier_reasons", "media", "dispositions", "consultations", "decisions", "allowed_actions"} {
		if _, ok := draft[name].([]any); !ok {
			t.Errorf("%s is %v, not a list", name, draft[name])
		}
	}
	if _, ok := draft["report"].(map[string]any)["hits"].([]any); !ok {
		t.Errorf("the report's hits are %v, not a list", draft["report"])
	}
	decisions := draft["decisions"].([]any)
	if len(decisions) != 2 {
		t.Fatalf("decisions: %v", decisions)
	}
	for _, name := range []string{"action", "step", "person", "on_behalf_of", "digest", "comment", "at", "role", "signs", "voided_at"} {
		if _, ok := decisions[0].(map[string]any)[name]; !ok {
			t.Errorf("a decision has no %s", name)
		}
	}
}

func TestAnEditNamesTheContentThatItWasMadeOn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		d := w.create(w.input())
		body := func(title string) string {
			raw, _ := json.Marshal(map[string]any{"title": title, "body": cleanBody})
			return string(raw)
		}
		put := func(title string, headers ...string) answer {
			return w.send("author", "PUT", "/api/v1/drafts/"+d.ID, body(title), headers...)
		}
		if a := put("甲"); a.StatusCode != 428 || readProblem(t, a).Code != "digest_required" {
			t.Errorf("without If-Match: %d %s", a.StatusCode, a.raw)
		}
		if a := put("甲", "If-Match", "*"); a.StatusCode != 428 {
			t.Errorf("with *: %d %s", a.StatusCode, a.raw)
		}
		stale := put("甲", "If-Match", `"0000"`)
		if p := readProblem(t, stale); stale.StatusCode != 412 || p.Code != "stale" || p.Digest != d.Digest || p.State != "draft" {
			t.Errorf("with a stale digest: %d %s", stale.StatusCode, stale.raw)
		}
		if now := must(t)(w.clients["author"].Draft(context.Background(), d.ID)); now.Revision != 1 || now.Digest != d.Digest {
			t.Errorf("a refused edit changed the draft: %+v", now)
		}
		first := put("甲", "If-Match", `"`+d.Digest+`"`)
		if first.StatusCode != 200 || first.Header.Get("ETag") == `"`+d.Digest+`"` {
			t.Fatalf("with quotes: %d %s", first.StatusCode, first.raw)
		}
		digest := first.json(t)["digest"].(string)
		if tag := first.Header.Get("ETag"); tag != `"`+digest+`"` {
			t.Errorf("ETag %s of digest %s", tag, digest)
		}
		if a := put("乙", "If-Match", digest); a.StatusCode != 200 {
			t.Errorf("without quotes: %d %s", a.StatusCode, a.raw)
		}
	})
}

func TestWhatTheCallerHasIsNotSentAgain(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.released(w.input())
	for path, want := range map[string]int{
		"/drafts/" + d.ID:          200, // its state changes without its digest
		"/releases/" + d.ReleaseID: 304,
	} {
		a := w.send("account_lead", "GET", "/api/v1"+path, "")
		if tag := a.Header.Get("ETag"); tag != `"`+d.Digest+`"` {
			t.Errorf("%s: ETag %s, want the digest", path, tag)
		}
		again := w.send("account_lead", "GET", "/api/v1"+path, "", "If-None-Match", `"other", "`+d.Digest+`"`)
		if again.StatusCode != want || want == 304 && len(again.raw) != 0 {
			t.Errorf("%s again: %d %s", path, again.StatusCode, again.raw)
		}
	}
	page := w.send("integration", "GET", "/api/v1/releases", "")
	if again := w.send("integration", "GET", "/api/v1/releases", "", "If-None-Match", page.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("the same page again: %d %s", again.StatusCode, again.raw)
	}
	w.released(w.input())
	if again := w.send("integration", "GET", "/api/v1/releases", "", "If-None-Match", page.Header.Get("ETag")); again.StatusCode != 200 {
		t.Errorf("a changed page: %d", again.StatusCode)
	}
}

func TestAKeyMakesAWriteHappenOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		body := fmt.Sprintf(`{"account_id":%q,"title":"题","body":%q}`, w.account.ID, cleanBody)
		create := func(body string) answer {
			return w.send("author", "POST", "/api/v1/drafts", body, "Idempotency-Key", "key-1")
		}
		var wait sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			wait.Go(func() { ids[i] = fmt.Sprint(create(body).json(t)["id"]) })
		}
		wait.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("one key made several drafts: %v", ids)
			}
		}
		if a := create(fmt.Sprintf(`{"account_id":%q,"title":"另一题","body":%q}`, w.account.ID, cleanBody)); a.StatusCode != 422 || readProblem(t, a).Code != "key_reused" {
			t.Errorf("the key with another request: %d %s", a.StatusCode, a.raw)
		}
		if a := w.send("author2", "POST", "/api/v1/drafts", body, "Idempotency-Key", "key-1"); a.StatusCode != 201 || a.json(t)["id"] == ids[0] {
			t.Errorf("the key of another person: %d %s", a.StatusCode, a.raw)
		}
		if page := w.send("author", "GET", "/api/v1/drafts", "").json(t); len(page["items"].([]any)) != 2 {
			t.Errorf("%d drafts, want 2", len(page["items"].([]any)))
		}

		d := w.submitted(w.input())
		decide := fmt.Sprintf(`{"action":"approve","digest":%q}`, d.Digest)
		for range 2 {
			a := w.send("editor", "POST", "/api/v1/drafts/"+d.ID+"/decisions", decide, "Idempotency-Key", "key-2")
			if a.StatusCode != 200 || a.json(t)["state"] != "awaiting_account_lead" || len(a.json(t)["decisions"].([]any)) != 1 {
				t.Fatalf("%d %s", a.StatusCode, a.raw)
			}
		}
	})
}

func TestTwoWhoDecideAtOnceDoNotBothWin(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		rounds := 200
		if testing.Short() {
			rounds = 20
		}
		w.person("editor2", models.RoleEditor)
		for round := range rounds {
			d := w.submitted(w.input())
			other := models.ActionApprove
			comment := ""
			if round%2 == 1 {
				other, comment = models.ActionReturn, "请补充活动成效。"
			}
			errs := make([]error, 2)
			start := make(chan struct{})
			var wait sync.WaitGroup
			for i, who := range []string{"editor", "editor2"} {
				in := client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest, State: d.State}
				if i == 1 {
					in.Action, in.Comment = other, comment
				}
				wait.Go(func() {
					<-start
					_, errs[i] = w.clients[who].Decide(context.Background(), d.ID, in)
				})
			}
			close(start)
			wait.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("round %d: %v and %v, want one of them to win", round, errs[0], errs[1])
			}
			lost, _ := errors.AsType[*client.Error](errors.Join(errs...))
			if lost == nil || lost.Status != 409 || lost.Code != models.CodeConflict {
				t.Fatalf("round %d: the slower one got %v", round, errors.Join(errs...))
			}
			now := must(t)(w.clients["author"].Draft(context.Background(), d.ID))
			if lost.State != now.State || lost.Digest != now.Digest || len(now.Decisions) != 1 || now.State == models.StateAwaitingEditor {
				t.Fatalf("round %d: the slower one heard of %s, the draft is %s with %d decisions", round, lost.State, now.State, len(now.Decisions))
			}
		}
	})
}

func TestADecisionOnOtherContentChangesNothing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		d := w.submitted(w.input())
		_, err := w.clients["editor"].Decide(context.Background(), d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: "0000"})
		lost, _ := errors.AsType[*client.Error](err)
		if lost == nil || lost.Status != 412 || lost.Code != models.CodeStale || lost.Digest != d.Digest {
			t.Errorf("a stale digest: %v", err)
		}
		if now := must(t)(w.clients["author"].Draft(context.Background(), d.ID)); now.State != d.State || len(now.Decisions) != 0 || !now.UpdatedAt.Equal(d.UpdatedAt) {
			t.Errorf("a refused decision changed the draft: %+v", now)
		}
	})
}

func TestNobodyDecidesOnWhatTheyWrote(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		// everyone holds every role on the account.
		own := must(t)(w.clients["everyone"].CreateDraft(ctx, w.input()))
		own = must(t)(w.clients["everyone"].Submit(ctx, own.ID))
		refused := func(d client.Draft, when string) {
			t.Helper()
			_, err := w.clients["everyone"].Decide(ctx, d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
			e, _ := errors.AsType[*client.Error](err)
			if e == nil || e.Status != 403 || e.Code != models.CodeSelfApproval {
				t.Errorf("%s: %v", when, err)
			}
		}
		refused(own, "the author as editor")
		refused(w.approve("editor", own), "the author as signer")

		// The last editor of a text, at the next step.
		d := w.submitted(w.input())
		in := w.input()
		in.Body += "（补充一句。）"
		d = must(t)(w.clients["everyone"].ReviseDraft(ctx, d.ID, d.Digest, in))
		if d.State != models.StateAwaitingEditor {
			d = must(t)(w.clients["author"].Submit(ctx, d.ID))
		}
		refused(d, "the last editor as editor")
		refused(w.approve("editor", d), "the last editor as signer")
	})
}

func TestAnEditVoidsTheApprovals(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.approve("editor", w.submitted(w.input()))
		in := w.input()
		in.Title += "（修订）"
		edited := must(t)(w.clients["author"].ReviseDraft(ctx, d.ID, d.Digest, in))
		if len(edited.Decisions) != 1 || edited.Decisions[0].VoidedAt == nil || edited.State == d.State {
			t.Errorf("after the edit the draft is %s, its decisions %+v", edited.State, edited.Decisions)
		}
		_, err := w.clients["account_lead"].Decide(ctx, d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
		if code := codeOf(err); code != "stale" && code != "conflict" {
			t.Errorf("signing what was seen before: %v", err)
		}
	})
}

func TestTheSignerOfALowerTierIsRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		in := w.input()
		in.DeclaredTier = models.TierMajor
		d := w.approve("editor", w.submitted(in))
		if d.State != "awaiting_principal_lead" {
			t.Fatalf("a major draft is %s", d.State)
		}
		for _, who := range []string{"account_lead", "deputy_lead"} {
			_, err := w.clients[who].Decide(context.Background(), d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
			if codeOf(err) != "forbidden" {
				t.Errorf("%s: %v", who, err)
			}
		}
		if signed := w.approve("principal_lead", d); signed.State != models.StateReleased {
			t.Errorf("signed by the principal lead it is %s", signed.State)
		}
	})
}

func TestALockedDraftShowsItsAuthorTheTitleAlone(t *testing.T) {
	w := onSQLite(t, api.Options{})
	in := w.input()
	in.Body = "秘密★1年。" + cleanBody
	d := w.submitted(in)
	if d.State != models.StateLocked || !d.Hidden || d.Title != in.Title || d.Body != "" || d.Report != nil || d.Digest != "" {
		t.Errorf("the author sees %+v", d)
	}
	if a := w.send("editor", "GET", "/api/v1/drafts/"+d.ID, ""); a.StatusCode != 404 {
		t.Errorf("the editor: %d %s", a.StatusCode, a.raw)
	}
	if seen := must(t)(w.clients["secrecy_reviewer"].Draft(context.Background(), d.ID)); seen.Body != in.Body {
		t.Errorf("the secrecy reviewer sees %+v", seen)
	}
}

func TestDispositionsComeInThreeShapes(t *testing.T) {
	w := onSQLite(t, api.Options{})
	in := w.input()
	in.Body = cleanBody + "联系人张某，手机13800138000。"
	for name, shape := range map[string]string{"one": `%s`, "list": `[%s]`, "items": `{"items":[%s]}`} {
		d := w.submitted(in)
		if d.State != models.StateBlocked || d.Report == nil || len(d.Report.Hits) == 0 {
			t.Fatalf("%s: the draft is %s: %+v", name, d.State, d.Report)
		}
		one := fmt.Sprintf(`{"hit_id":%q,"kind":"false_positive","reason":"为公开的办公手机号。"}`, d.Report.Hits[0].ID)
		a := w.send("author", "POST", "/api/v1/drafts/"+d.ID+"/dispositions", fmt.Sprintf(shape, one))
		if a.StatusCode != 200 || len(a.json(t)["dispositions"].([]any)) != 1 {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.raw)
		}
	}
}

func TestTheInboxListsWhatWaits(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.submitted(w.input())
	page, err := w.clients["editor"].Inbox(context.Background(), "", 10)
	if err != nil || page.Total != 1 || len(page.Items) != 1 || page.Items[0].ID != d.ID || page.Counts[models.StateAwaitingEditor] != 1 {
		t.Errorf("the editor's inbox: %+v, %v", page, err)
	}
	page, err = w.clients["account_lead"].Inbox(context.Background(), "", 10)
	if err != nil || page.Total != 0 {
		t.Errorf("the account lead's inbox: %+v, %v", page, err)
	}
	timeline := w.send("author", "GET", "/api/v1/drafts/"+d.ID+"/timeline", "").json(t)["items"].([]any)
	revisions := w.send("author", "GET", "/api/v1/drafts/"+d.ID+"/revisions", "").json(t)["items"].([]any)
	if len(timeline) < 2 || len(revisions) != 1 {
		t.Errorf("%d events, %d revisions", len(timeline), len(revisions))
	}
}

func TestTheListOfDraftsPages(t *testing.T) {
	w := onSQLite(t, api.Options{})
	want := map[string]bool{}
	for range 7 {
		want[w.create(w.input()).ID] = true
	}
	after := ""
	for {
		page := w.send("author", "GET", "/api/v1/drafts?limit=3&state=draft,blocked&after="+after, "").json(t)
		for _, item := range page["items"].([]any) {
			delete(want, item.(map[string]any)["id"].(string))
		}
		if after, _ = page["next"].(string); after == "" {
			break
		}
	}
	if len(want) != 0 {
		t.Errorf("%d drafts are on no page", len(want))
	}
}

// A profile without editors: allowed_actions offers their part to whoever reviews first.
func TestWhoReviewsFirstIsOfferedAnEditorsPart(t *testing.T) {
	w := onSQLite(t, api.Options{})
	account, err := w.workflow.CreateAccount(context.Background(), models.System(), models.Account{UnitID: w.unit.ID, Name: "安仁发布", Profile: "anren_town"})
	if err != nil {
		t.Fatal(err)
	}
	w.account = account
	w.person("town_author", models.RoleAuthor)
	w.person("handler", "handler")
	w.person("town_deputy", models.RoleDeputyLead)
	in := w.input()
	in.Body += "联系人张某，手机13800138000。"
	ctx, author := context.Background(), w.clients["town_author"]
	d := must(t)(author.CreateDraft(ctx, in))
	d = must(t)(author.Submit(ctx, d.ID))
	if may := w.read("handler", d.ID).AllowedActions; !slices.Contains(may, "edit") || !slices.Contains(may, "dispose") {
		t.Errorf("the handler may %v", may)
	}
	if may := w.read("town_deputy", d.ID).AllowedActions; len(may) > 0 {
		t.Errorf("the deputy may %v", may)
	}
	in.Body = cleanBody
	d = must(t)(w.clients["handler"].ReviseDraft(ctx, d.ID, d.Digest, in))
	d = must(t)(author.Submit(ctx, d.ID))
	if now := w.read("handler", d.ID); now.StateLabel != "待经办人审核" || slices.Contains(now.AllowedActions, "approve") {
		t.Errorf("%q, and who revised it may %v", now.StateLabel, now.AllowedActions)
	}
	refused(t, w.post("town_deputy", "/drafts/"+d.ID+"/dispositions", object{"hit_id": "h1", "kind": "false_positive", "reason": "x"}), 403, "forbidden")
}
