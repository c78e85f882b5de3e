package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/workflow"
)

// consulting is a draft that waits for the opinion of 公安局.
func (w *world) consulting() models.Draft {
	w.t.Helper()
	ctx := context.Background()
	d, err := w.CreateDraft(ctx, w.people[models.RoleAuthor], workflow.DraftInput{Consult: []string{"公安局"},
		Content: models.Content{AccountID: w.account.ID, Title: cleanTitle, Body: cleanBody}})
	if err == nil {
		d, err = w.Submit(ctx, w.people[models.RoleAuthor], d.ID)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return w.approve(d, models.RoleEditor)
}

func TestAConsultedUnitAnswers(t *testing.T) {
	w := newWorld(t)
	d := w.consulting()
	b := w.as(models.RoleConsultee)
	b.get("/inbox").wants(http.StatusOK, cleanTitle, "请公安局会签")
	p := b.get("/drafts/"+d.ID).wants(http.StatusOK, "会签", "公安局", "待答复", "本单位的意见", "提交会签意见")
	if attr(p.one("name", "digest"), "value") != d.Digest || strings.Contains(p.body, " checked") {
		t.Error("the form does not carry what was seen, or has an opinion of its own")
	}
	path := "/drafts/" + d.ID + "/consultations/" + w.police.ID
	b.post(path, "digest", d.Digest).wants(http.StatusUnprocessableEntity, "请选择同意、修改后同意或不同意")
	p = b.post(path, "state", "disagree", "digest", d.Digest).wants(http.StatusUnprocessableEntity, "须写明意见")
	if _, kept := attr(p.one("value", "disagree"), "name"), strings.Contains(p.body, `value="disagree" required checked`); !kept {
		t.Error("the choice is lost")
	}
	b.post(path, "state", "agree", "digest", "0000", "opinion", "我的意见").wants(http.StatusPreconditionFailed, "稿件内容已变更", "我的意见")
	b.post(path, "state", "agree").wants(http.StatusPreconditionRequired, "缺少版本信息")
	b.post(path, "state", "agree_with_changes", "digest", d.Digest, "opinion", "请核对路段名称。").
		wants(http.StatusOK, "会签意见已记录", "修改后同意", "请核对路段名称。", "孙会签")
	b.post(path, "state", "agree", "digest", d.Digest).wants(http.StatusConflict, "稿件状态已变化")
	w.as(models.RoleAccountLead).get("/drafts/"+d.ID).wants(http.StatusOK, "请核对路段名称。", "修改后同意", "同意签发")
	w.as(models.RoleAuthor).get("/drafts/"+d.ID+"/timeline").wants(http.StatusOK, "会签答复", "请核对路段名称。")
}

// The time limit on the page is that of whoever looks at it: the step's for
// the account's people, the opinion's own for a consulted unit.
func TestAConsultedUnitSeesItsOwnTimeLimit(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	author := w.people[models.RoleAuthor]
	d, err := w.CreateDraft(ctx, author, workflow.DraftInput{Consult: []string{"公安局"}, Urgent: true,
		Content: models.Content{AccountID: w.account.ID, Title: cleanTitle, Body: cleanBody}})
	if err == nil {
		d, err = w.Submit(ctx, author, d.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	// Urgent: 30 minutes for the editor, an hour for the unit.
	page := w.as(models.RoleConsultee).get("/drafts/" + d.ID)
	if n := strings.Count(page.text(), "剩余 59 分钟"); n != 2 || strings.Contains(page.text(), "剩余 29 分钟") {
		t.Errorf("a consultee reads %d times how long is left: %s", n, page.text())
	}
	page = w.as(models.RoleEditor).get("/drafts/"+d.ID).wants(http.StatusOK, "剩余 29 分钟", "剩余 59 分钟")
	if strings.Count(page.text(), "剩余 29 分钟") != 1 {
		t.Error("the step's limit is not said once")
	}
}

func TestAnEditorRecordsAnOpinionOnPaper(t *testing.T) {
	w := newWorld(t)
	d := w.consulting()
	b := w.as(models.RoleEditor)
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "登记书面会签意见", "来文文号")
	path := "/drafts/" + d.ID + "/consultations/" + w.police.ID
	b.post(path, "state", "agree", "digest", d.Digest).wants(http.StatusUnprocessableEntity, "须写明来文文号")
	b.post(path, "state", "agree", "digest", d.Digest, "reference", "云公函〔2026〕8号").wants(http.StatusOK, "会签意见已记录", "书面答复 云公函〔2026〕8号")
	other := w.as(models.RoleDeputyLead).get("/drafts/" + d.ID)
	if strings.Contains(other.body, "/consultations/") {
		t.Error("someone who may not answer is offered the form")
	}
}

func TestTheConsultedUnitSeesTheReleasedDraftWithoutItsRelease(t *testing.T) {
	w := newWorld(t)
	d := w.consulting()
	d, err := w.Answer(context.Background(), w.people[models.RoleConsultee], d.ID, w.police.ID, workflow.AnswerInput{State: models.ConsultationAgree})
	if err != nil {
		t.Fatal(err)
	}
	w.approve(d, models.RoleAccountLead)
	if p := w.as(models.RoleConsultee).get("/drafts/"+d.ID).wants(http.StatusOK, "已签发"); strings.Contains(p.text(), "发布回执") {
		t.Error("the unit sees the channels' receipts")
	}
}
