package api_test

import (
	"context"
	"slices"
	"testing"

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
		if old := w.read("author", d.ID); fix.State != models.StateReleased || old.State != models.StateSuperseded {
			t.Errorf("the correction is %s, what it corrects %s", fix.State, old.State)
		}
		refused(t, w.post("author", path, why), 409, "conflict")
		feed, err := w.clients["integration"].Feed(ctx, "", "", 10, 0)
		if err != nil || len(feed.Items) != 2 || feed.Items[1].Op != models.FeedSupersede || feed.Items[1].Supersedes != d.ReleaseID {
			t.Errorf("%+v, %v", feed, err)
		}
	})
}
