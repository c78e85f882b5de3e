package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// released takes a clean draft to its release.
func (w *world) released() models.Draft {
	w.t.Helper()
	return w.approve(w.approve(w.submitted(cleanTitle, cleanBody), models.RoleEditor), models.RoleAccountLead)
}

// receipts has channels say that they published the release, or removed it.
func (w *world) receipts(release string, state models.ReceiptState, channels ...string) {
	w.t.Helper()
	ctx := context.Background()
	_, secret, err := w.CreateToken(ctx, models.System(), workflow.TokenInput{Kind: models.TokenIntegration, Name: "发布端", AccountIDs: []string{w.account.ID}})
	if err != nil {
		w.t.Fatal(err)
	}
	puller, err := w.ActorOfToken(ctx, secret)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, channel := range channels {
		if _, err := w.PutReceipt(ctx, puller, release, channel, workflow.ReceiptInput{State: state}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// sendAgain posts the confirmation page's form.
func (b *browser) sendAgain(p page, path string, names ...string) page {
	b.w.t.Helper()
	var form []string
	for _, name := range append(names, "confirmed") {
		form = append(form, name, attr(p.one("name", name), "value"))
	}
	return b.post(path, form...)
}

func TestAReleaseIsWithdrawnOnConfirmation(t *testing.T) {
	w := newWorld(t)
	d := w.released()
	w.receipts(d.ReleaseID, models.ReceiptPublished, "微信公众号", "微博")
	path := "/drafts/" + d.ID + "/withdrawal"
	b := w.as(models.RoleAccountLead)
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "撤回", "更正", "内容差错", "违反法律法规", "泄露个人信息", "涉密", "依据的决定已变更或撤销", "投诉成立")
	if p := w.as(models.RoleEditor).get("/drafts/" + d.ID); strings.Contains(p.body, path) {
		t.Error("an editor is offered to withdraw")
	}
	b.post(path, "digest", d.Digest).wants(http.StatusUnprocessableEntity, "请选择原因", "请说明情况")
	b.post(path, "digest", d.Digest, "reason", "superseded", "text", "原决定撤销").wants(http.StatusUnprocessableEntity, "请填写变更或撤销决定的文号", "原决定撤销")
	asked := b.post(path, "digest", d.Digest, "reason", "superseded", "text", "原决定撤销", "document", "云政〔2026〕9号").
		wants(http.StatusOK, "确认撤回", "微信公众号（已发布）", "依据的决定已变更或撤销", "云政〔2026〕9号", d.Digest)
	if w.state(d.ID) != models.StatePublished {
		t.Fatalf("state %s before the confirmation", w.state(d.ID))
	}
	b.sendAgain(asked, path, "reason", "text", "document", "digest").
		wants(http.StatusOK, "撤回中", "还有 2 个渠道未撤下", "尚未撤下", "云政〔2026〕9号", "张主任")
	b.post(path, "digest", d.Digest, "reason", "error", "text", "再次", "confirmed", "yes").wants(http.StatusConflict, "稿件状态已变化")
	w.receipts(d.ReleaseID, models.ReceiptRemoved, "微信公众号")
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "还有 1 个渠道未撤下", "已撤下")
	w.receipts(d.ReleaseID, models.ReceiptRemoved, "微博")
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "已撤回", "全部撤下")
	w.as(models.RoleEditor).post(path, "digest", d.Digest, "reason", "error", "text", "x", "confirmed", "yes").wants(http.StatusForbidden, "没有权限")
}

func TestACorrectionIsADraftThatNamesWhatItCorrects(t *testing.T) {
	w := newWorld(t)
	d := w.released()
	path := "/drafts/" + d.ID + "/correction"
	b := w.as(models.RoleAuthor)
	asked := b.post(path, "digest", d.Digest, "reason", "error", "text", "株数写错").wants(http.StatusOK, "确认更正", "株数写错")
	p := b.sendAgain(asked, path, "reason", "text", "document", "digest").wants(http.StatusOK, "更正稿已建立", "本稿为更正稿", "拟稿")
	if p.path == "/drafts/"+d.ID || !strings.Contains(p.body, `href="/drafts/`+d.ID+`"`) {
		t.Errorf("the correction is at %s", p.path)
	}

	ctx, author, id := context.Background(), w.people[models.RoleAuthor], strings.TrimPrefix(p.path, "/drafts/")
	fix, err := w.ReviseDraft(ctx, author, id, d.Digest, workflow.DraftInput{Content: models.Content{Title: cleanTitle, Body: cleanBody + "（更正）"}})
	if err == nil {
		fix, err = w.Submit(ctx, author, fix.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.approve(w.approve(fix, models.RoleEditor), models.RoleAccountLead)
	if p := b.get("/drafts/"+d.ID).wants(http.StatusOK, "已更正", "现行内容见更正稿"); !strings.Contains(p.body, `href="/drafts/`+fix.ID+`"`) {
		t.Error("no way leads from the superseded draft to its correction")
	}
	b.get("/drafts/"+fix.ID).wants(http.StatusOK, "已替换原签发内容")
}

// A form sent twice, as by a double click, does nothing twice, and both are answered alike.
func TestADoubleClickAfterSignOffDoesNothingTwice(t *testing.T) {
	w := newWorld(t)
	d := w.released()
	b := w.as(models.RoleAccountLead)
	names := []string{"reason", "text", "document", "digest", "once"}
	path := "/drafts/" + d.ID + "/correction"
	asked := b.post(path, "digest", d.Digest, "reason", "error", "text", "株数写错")
	first, second := b.sendAgain(asked, path, names...), b.sendAgain(asked, path, names...)
	if first.path != second.path || first.path == "/drafts/"+d.ID {
		t.Errorf("two clicks made the corrections %s and %s", first.path, second.path)
	}
	path = "/drafts/" + d.ID + "/withdrawal"
	asked = b.post(path, "digest", d.Digest, "reason", "error", "text", "活动取消")
	for range 2 {
		b.sendAgain(asked, path, names...).wants(http.StatusOK, "撤回已作出", "已撤回")
	}
	page, err := w.Drafts(context.Background(), w.people[models.RoleAuthor], workflow.DraftsQuery{})
	if err != nil || len(page.Items) != 2 {
		t.Errorf("%d drafts, %v", len(page.Items), err)
	}
}

func TestAScheduledReleaseSaysWhenItGoesOut(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	at := time.Date(2099, 5, 6, 0, 30, 0, 0, time.UTC)
	d, err := w.CreateDraft(ctx, w.people[models.RoleAuthor], workflow.DraftInput{
		Content: models.Content{AccountID: w.account.ID, Title: cleanTitle, Body: cleanBody, NotBefore: &at}})
	if err == nil {
		d, err = w.Submit(ctx, w.people[models.RoleAuthor], d.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.approve(w.approve(d, models.RoleEditor), models.RoleAccountLead)
	w.as(models.RoleAuthor).get("/drafts/"+d.ID).wants(http.StatusOK, "已签发", "定时发布", "2099年5月6日 08:30")
}
