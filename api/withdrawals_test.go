package api_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"shenfa/api"
	"shenfa/api/client"
	"shenfa/models"
)

func (w *world) receipt(releaseID, channel string, state models.ReceiptState) {
	w.t.Helper()
	if _, err := w.clients["integration"].PutReceipt(context.Background(), releaseID, channel, client.ReceiptInput{State: state}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(who, id string) client.Draft {
	w.t.Helper()
	return must(w.t)(w.clients[who].Draft(context.Background(), id))
}

func TestAReleaseIsWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		d := w.released(w.input())
		w.receipt(d.ReleaseID, "wechat", models.ReceiptPublished)
		path := "/releases/" + d.ReleaseID + "/withdrawal"
		why := object{"reason": "error", "text": "时间写错", "digest": d.Digest}
		if may := w.read("account_lead", d.ID).AllowedActions; !slices.Contains(may, "withdraw") || !slices.Contains(may, "correct") {
			t.Errorf("the signer may %v", may)
		}
		refused(t, w.post("editor", path, why), 403, "forbidden")
		refused(t, w.post("integration", path, why), 403, "forbidden")
		refused(t, w.post("account_lead", path, object{"reason": "error", "text": "x", "digest": "0000"}), 412, "stale")
		refused(t, w.post("account_lead", path, object{"reason": "boredom", "text": "x"}), 422, "invalid")
		missing := w.post("account_lead", path, object{"reason": "superseded", "text": "原决定撤销"})
		if refused(t, missing, 422, "invalid"); readProblem(t, missing).Errors[0].Pointer != "/document" {
			t.Errorf("%s", missing.raw)
		}
		refused(t, w.post("account_lead", "/releases/none/withdrawal", why), 404, "not_found")

		now := w.post("account_lead", path, why, "Idempotency-Key", "withdraw-1").draft(t)
		if now.State != models.StateWithdrawing || now.Withdrawal == nil || now.Withdrawal.Reason != models.ReasonError || now.Withdrawal.Text != "时间写错" {
			t.Fatalf("%s %+v", now.State, now.Withdrawal)
		}
		if again := w.post("account_lead", path, why, "Idempotency-Key", "withdraw-1"); again.StatusCode != 200 {
			t.Errorf("the same call again: %d %s", again.StatusCode, again.raw)
		}
		refused(t, w.post("account_lead", path, why), 409, "conflict")
		w.receipt(d.ReleaseID, "wechat", models.ReceiptRemoved)
		if now := w.read("author", d.ID); now.State != models.StateWithdrawn || now.Withdrawal.DoneAt.IsZero() {
			t.Errorf("%s %+v", now.State, now.Withdrawal)
		}
		feed, err := w.clients["integration"].Feed(context.Background(), "", "", 10, 0)
		if err != nil || len(feed.Items) != 2 || feed.Items[1].Op != models.FeedWithdraw || feed.Items[1].Supersedes != "" {
			t.Errorf("%+v, %v", feed, err)
		}
	})
}

func TestAReleaseIsCorrected(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released(w.input())
		path := "/releases/" + d.ReleaseID + "/correction"
		why := object{"reason": "error", "text": "株数写错", "digest": d.Digest}
		refused(t, w.post("editor", path, why), 403, "forbidden")
		refused(t, w.post("author", path, object{"reason": "error", "text": "x", "digest": "0000"}), 412, "stale")
		made := w.post("author", path, why, "Idempotency-Key", "correct-1")
		fix := made.draft(t)
		if made.StatusCode != 201 || made.Header.Get("Location") != "/api/v1/drafts/"+fix.ID || fix.Corrects != d.ReleaseID || fix.State != models.StateDraft {
			t.Fatalf("%d %s", made.StatusCode, made.raw)
		}
		if again := w.post("author", path, why, "Idempotency-Key", "correct-1").draft(t); again.ID != fix.ID {
			t.Errorf("the same call again made another draft")
		}
		in := w.input()
		in.AccountID, in.Body = "", cleanBody+"（更正）"
		fix = must(t)(w.clients["author"].ReviseDraft(ctx, fix.ID, fix.Digest, in))
		fix = must(t)(w.clients["author"].Submit(ctx, fix.ID))
		fix = w.approve("account_lead", w.approve("editor", fix))
		if old := w.read("author", d.ID); fix.State != models.StateReleased || old.State != models.StateSuperseded || old.SupersededBy != fix.ID || fix.CorrectsDraft != d.ID {
			t.Errorf("the correction %s is %s, what it corrects %s: %+v", fix.ID, fix.State, old.State, old)
		}
		refused(t, w.post("author", path, why), 409, "conflict")
		feed, err := w.clients["integration"].Feed(ctx, "", "", 10, 0)
		if err != nil || len(feed.Items) != 2 || feed.Items[1].Op != models.FeedSupersede || feed.Items[1].Supersedes != d.ReleaseID {
			t.Errorf("%+v, %v", feed, err)
		}
	})
}

func TestADeputysWithdrawalIsSignedForTheirDelegator(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		d := w.released(w.input())
		w.person("editor2", models.RoleEditor)
		given := w.post("account_lead", "/delegations", object{"to": w.users["editor2"].ID, "ends_at": time.Now().Add(time.Hour), "reason": "出差"})
		if given.StatusCode != 201 {
			t.Fatalf("%d %s", given.StatusCode, given.raw)
		}
		now := w.post("editor2", "/releases/"+d.ReleaseID+"/withdrawal", object{"reason": "error", "text": "时间写错"}).json(t)["withdrawal"].(map[string]any)
		if now["on_behalf_of"] != w.users["account_lead"].ID || now["on_behalf_of_name"] != "account_lead" || now["by_line"] != "editor2 代 account_lead" {
			t.Errorf("%v", now)
		}
	})
}

func TestAWorkItemIsSettledByTheActItself(t *testing.T) {
	w := onSQLite(t, api.Options{})
	ctx := context.Background()
	in := w.input()
	in.Body += "欢迎参加春风护航行动。"
	d := w.released(in)
	w.receipt(d.ReleaseID, "wechat", models.ReceiptPublished)
	rules := object{"files": object{"slogan.toml": sloganRule}, "install": true}
	if a := w.post("admin", "/lexicon/editions", rules); a.StatusCode != 201 {
		t.Fatalf("%d %s", a.StatusCode, a.raw)
	}
	r, err := w.workflow.StartRescan(ctx, models.System(), "")
	if err == nil {
		_, err = w.workflow.RunRescan(ctx, r.ID, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	items := w.send("account_lead", "GET", "/api/v1/work-items", "").json(t)["items"].([]any)
	if len(items) != 1 {
		t.Fatalf("%v", items)
	}
	path := "/work-items/" + items[0].(map[string]any)["id"].(string)
	missing := w.post("account_lead", path, object{"action": "withdraw", "reason": "已停用"})
	if refused(t, missing, 422, "invalid"); readProblem(t, missing).Errors[0].Pointer != "/reason_code" {
		t.Errorf("%s", missing.raw)
	}
	settled := w.post("account_lead", path, object{"action": "withdraw", "reason": "已停用", "reason_code": "error", "digest": d.Digest})
	if item := settled.json(t); settled.StatusCode != 200 || item["state"] != "withdraw" || item["settled_by"] != w.users["account_lead"].ID {
		t.Errorf("%d %s", settled.StatusCode, settled.raw)
	}
	if now := w.read("author", d.ID); now.State != models.StateWithdrawing || now.Withdrawal.Text != "已停用" {
		t.Errorf("%s %+v", now.State, now.Withdrawal)
	}
}
