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

func (w *world) newForm(extra ...string) []string {
	return append([]string{"account_id", w.account.ID, "title", cleanTitle, "body", "第一段。\r\n\r\n第二段。", "format", "text", "kind", "original",
		"declared_tier", "general"}, extra...)
}

func TestADraftIsWrittenAndSubmitted(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleAuthor)
	b.get("/drafts/new").wants(http.StatusOK, "拟稿", "云雾发布", "申报层级", "会签单位")
	p := b.post("/drafts", w.newForm("then", "save")...).wants(http.StatusOK, "稿件已保存", "提交送审", "修改", cleanTitle)
	id := strings.TrimPrefix(p.path, "/drafts/")
	if got := textOf(p.one("data-field", "body")); got != "第一段。\n\n第二段。" {
		t.Errorf("the body is %q", got)
	}
	b.post("/drafts/"+id+"/submit").wants(http.StatusOK, "已提交送审", "待编辑审核")
	b.post("/drafts", w.newForm("then", "submit", "urgent", "yes", "consult", "公安局、 应急管理局")...).
		wants(http.StatusOK, "已提交送审", "紧急", "重要", "公安局、应急管理局")
}

func TestMistakesAreShownBesideTheirFields(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleAuthor)
	p := b.post("/drafts", "account_id", w.account.ID, "title", " ", "body", "我写了很久的正文", "format", "markdown", "kind", "reprint",
		"source_unit", "新华社", "source_url", "not a url", "declared_tier", "major", "consult", "公安局", "not_before", "2026-05-0")
	p.wants(http.StatusUnprocessableEntity, "填写完整的日期和时间")
	p = b.post("/drafts", "account_id", w.account.ID, "title", " ", "body", "\n我写了很久的正文", "format", "markdown", "kind", "reprint",
		"source_unit", "新华社", "source_url", "not a url", "declared_tier", "major", "consult", "公安局", "not_before", "2026-05-06T08:30")
	p.wants(http.StatusUnprocessableEntity, "标题不能为空", "http 或 https 开头的完整网址")
	if textOf(p.one("id", "e-url")) == "" || attr(p.one("name", "source_url"), "aria-describedby") != "e-url" {
		t.Error("the mistake does not stand beside its field")
	}
	for name, want := range map[string]string{"source_unit": "新华社", "source_url": "not a url", "consult": "公安局", "not_before": "2026-05-06T08:30"} {
		if got := attr(p.one("name", name), "value"); got != want {
			t.Errorf("%s became %q", name, got)
		}
	}
	if got := textOf(p.one("name", "body")); got != "\n我写了很久的正文" {
		t.Errorf("the body became %q", got)
	}
}

func TestSendingAFormTwiceMakesOneDraft(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleAuthor)
	once := attr(b.get("/drafts/new").one("name", "once"), "value")
	first := b.post("/drafts", w.newForm("then", "save", "once", once)...)
	second := b.post("/drafts", w.newForm("then", "save", "once", once)...)
	if once == "" || first.path != second.path {
		t.Errorf("the drafts are %s and %s", first.path, second.path)
	}
}

func TestSavingWithoutAChangeChangesNothing(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	at := time.Date(2026, 7, 1, 0, 0, 17, 5e6, time.UTC)
	d, err := w.CreateDraft(ctx, w.people[models.RoleAuthor], workflow.DraftInput{
		Content: models.Content{AccountID: w.account.ID, Title: " 标题　", Body: "\r\n一\r\n二\n", Kind: models.KindReprint, NotBefore: &at,
			Source: &models.Source{Unit: "新华社", PublishedAt: "2026-01-16"},
			Media:  []models.Media{{Name: "图.png", SHA256: strings.Repeat("a", 64), Type: "image/png"}}},
		Consult: []string{"公安局"}, DeclaredTier: models.TierImportant})
	if err != nil {
		t.Fatal(err)
	}
	b := w.as(models.RoleAuthor)
	path := "/drafts/" + d.ID + "/edit"
	p := b.get(path).wants(http.StatusOK, "图.png")
	form := []string{"body", strings.ReplaceAll(textOf(p.one("name", "body")), "\n", "\r\n"), "kind", "reprint", "declared_tier", "important", "format", "text", "then", "save"}
	for _, name := range []string{"digest", "title", "source_unit", "source_url", "source_original_title", "source_author", "source_published_at", "consult", "not_before"} {
		form = append(form, name, attr(p.one("name", name), "value"))
	}
	b.post(path, form...).wants(http.StatusOK, "内容没有变化")
	view, err := w.View(ctx, w.people[models.RoleAuthor], d.ID)
	if err != nil || view.Draft.Digest != d.Digest || view.Draft.Version != d.Version {
		t.Errorf("digest %s became %s, %v", d.Digest, view.Draft.Digest, err)
	}
}

func TestTwoEditorsOfOneText(t *testing.T) {
	w := newWorld(t)
	d := w.draft(cleanTitle, "原文一句。", models.FormatText)
	b := w.as(models.RoleAuthor)
	path := "/drafts/" + d.ID + "/edit"
	mine := func(digest string) page {
		return b.post(path, "title", cleanTitle, "body", "我的一句。", "kind", "original", "format", "text", "declared_tier", "general", "digest", digest, "then", "save")
	}
	other, err := w.ReviseDraft(context.Background(), w.people[models.RoleAuthor], d.ID, d.Digest, workflow.DraftInput{
		Content: models.Content{AccountID: w.account.ID, Title: cleanTitle, Body: "他人一句。"}})
	if err != nil {
		t.Fatal(err)
	}
	p := mine(d.Digest).wants(http.StatusPreconditionFailed, "稿件内容已变更", "他人保存的内容", "他人")
	if textOf(p.one("name", "body")) != "我的一句。" {
		t.Error("what was typed is lost")
	}
	if got := attr(p.one("name", "digest"), "value"); got != other.Digest {
		t.Errorf("the next try is made on %s", got)
	}
	mine(other.Digest).wants(http.StatusOK, "修改已保存，现为第 3 版", "我的一句。")
	mine("").wants(http.StatusPreconditionRequired, "缺少版本信息")
}

func TestOnlyThoseWhoMayEditDo(t *testing.T) {
	w := newWorld(t)
	d := w.submitted(cleanTitle, cleanBody)
	w.as(models.RoleDeputyLead).get("/drafts/"+d.ID+"/edit").wants(http.StatusForbidden, "您不能修改")
	p := w.as(models.RoleEditor).get("/drafts/"+d.ID+"/edit").wants(http.StatusOK, "已有审核意见失效")
	if strings.Contains(p.text(), "保存并送审") {
		t.Error("an editor is offered to submit")
	}
}
