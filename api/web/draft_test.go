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

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}😀`

func TestHostileTextIsShownAsText(t *testing.T) {
	w := newWorld(t)
	body := `<p onclick="x()">甲</p><script>alert(1)</script><a href="javascript:alert(1)" style="color:red">乙</a><img src="https://evil.example/p.png" alt="图"><iframe src="/inbox"></iframe>`
	d := w.draft(hostile, body, models.FormatHTML)
	b := w.as(models.RoleAuthor)

	for _, path := range []string{"/drafts/" + d.ID, "/drafts/" + d.ID + "?view=preview", "/drafts/" + d.ID + "/edit", "/drafts",
		"/drafts/" + d.ID + "/revisions", "/drafts/" + d.ID + "/timeline"} {
		p := b.get(path)
		p.wants(http.StatusOK)
		for n := range p.tree().Descendants() {
			own := n.Data != "script" || strings.HasPrefix(attr(n, "src"), "/static/")
			href := attr(n, "href")
			if !own || n.Data == "iframe" || attr(n, "onclick") != "" || attr(n, "onerror") != "" ||
				strings.HasPrefix(href, "javascript:") || n.Data == "img" && !strings.HasPrefix(attr(n, "src"), "/static/") {
				t.Errorf("%s has <%s %v>", path, n.Data, n.Attr)
			}
		}
	}
	source := b.get("/drafts/" + d.ID)
	if got := textOf(source.one("data-field", "body")); got != body {
		t.Errorf("the source is shown as %q", got)
	}
	if got := textOf(source.one("data-field", "title")); got != hostile {
		t.Errorf("the title is shown as %q", got)
	}
	if got := textOf(b.get("/drafts/"+d.ID+"?view=preview").one("class", "preview")); !strings.HasPrefix(got, "甲") || !strings.Contains(got, "图片：图") {
		t.Errorf("the preview reads %q", got)
	}
}

func TestMarksStandWhereTheHitsAre(t *testing.T) {
	w := newWorld(t)
	d := w.submitted(cleanTitle, "👨‍👩‍👧😀联系人手机13800138000，请联系。")
	if d.State != models.StateBlocked {
		t.Fatalf("state %s", d.State)
	}
	p := w.as(models.RoleAuthor).get("/drafts/"+d.ID).wants(http.StatusOK, "手机号码", "个人信息", "说明", "依据", "建议", "拦截 1")
	view, err := w.View(context.Background(), w.people[models.RoleAuthor], d.ID)
	if err != nil {
		t.Fatal(err)
	}
	hit := view.Report.Hits[0]
	if got := textOf(p.one("class", "sev-block")); got != "13800138000" || got != hit.Text {
		t.Errorf("marked is %q, the hit is %q", got, hit.Text)
	}
	p.one("id", "mark-"+hit.ID)
	p.one("href", "#mark-"+hit.ID)
	p.one("id", "hit-"+hit.ID)
	p.one("href", "#hit-"+hit.ID)
}

func TestALockedDraftShowsItsTitleAlone(t *testing.T) {
	w := newWorld(t)
	d := w.submitted("关于某项工作的安排", "秘密★1年。各有关单位：现将有关事项安排如下。")
	if d.State != models.StateLocked {
		t.Fatalf("state %s", d.State)
	}
	author := w.as(models.RoleAuthor)
	p := author.get("/drafts/"+d.ID).wants(http.StatusOK, "关于某项工作的安排", "稿件已锁定", "保密审查")
	if strings.Contains(p.text(), "现将有关事项") || strings.Contains(p.text(), "秘密★") {
		t.Error("the author still reads the text")
	}
	for _, part := range []string{"/revisions", "/timeline", "/edit"} {
		if p := author.get("/drafts/" + d.ID + part); p.status == http.StatusOK || strings.Contains(p.text(), "现将有关事项") {
			t.Errorf("%s of a locked draft answers %d", part, p.status)
		}
	}
	w.as(models.RoleEditor).get("/drafts/"+d.ID).wants(http.StatusNotFound, "未找到")
	w.as(models.RoleSecrecyReviewer).get("/drafts/"+d.ID).wants(http.StatusOK, "现将有关事项", "密级标志")
}

func TestTheInboxShowsWhatWaitsAndWhatIsLate(t *testing.T) {
	w := newWorld(t)
	late := w.submitted("甲村动态信息", cleanBody)
	w.submitted("乙村动态信息", cleanBody)
	w.approve(late, models.RoleEditor)
	editor := w.as(models.RoleEditor)
	p := editor.get("/inbox").wants(http.StatusOK, "乙村动态信息", "待编辑审核 1", "一般", "云雾发布", "剩余")
	if strings.Contains(p.text(), "甲村") || strings.Contains(p.text(), "已超时") {
		t.Errorf("the editor's inbox: %s", squeeze(p.text()))
	}
	w.ahead = 30 * time.Hour
	editor.get("/inbox").wants(http.StatusOK, "已超时")
	w.as(models.RoleAccountLead).get("/inbox").wants(http.StatusOK, "甲村动态信息")
	w.as(models.RolePrincipalLead).get("/inbox").wants(http.StatusOK, "没有待办事项")
}

func TestTheInboxIsPaged(t *testing.T) {
	w := newWorld(t)
	for range 23 {
		w.submitted(cleanTitle, cleanBody)
	}
	editor := w.as(models.RoleEditor)
	first := editor.get("/inbox").wants(http.StatusOK, "待办 23", "下一页")
	rest := editor.get(attr(first.one("rel", "next"), "href")).wants(http.StatusOK, "回到第一页")
	if n := strings.Count(first.body, `<li class="card`); n != 20 {
		t.Errorf("%d drafts on the first page", n)
	}
	if n := strings.Count(rest.body, `<li class="card`); n != 3 {
		t.Errorf("%d drafts on the second page", n)
	}
	editor.get("/inbox?after=nonsense").wants(http.StatusUnprocessableEntity, "填写有误")
}

func TestTheListIsFiltered(t *testing.T) {
	w := newWorld(t)
	w.submitted("甲村动态信息", cleanBody)
	w.draft("乙村动态信息", cleanBody, models.FormatText)
	b := w.as(models.RoleAuthor)
	b.get("/drafts").wants(http.StatusOK, "甲村动态信息", "乙村动态信息")
	p := b.get("/drafts?state=draft").wants(http.StatusOK, "乙村动态信息", "清除")
	if strings.Contains(p.text(), "甲村动态信息") {
		t.Error("the filter by state lets another state through")
	}
	b.get("/drafts?state=draft&account="+w.account.ID+"&text=乙村").wants(http.StatusOK, "乙村动态信息")
	b.get("/drafts?state=rejected").wants(http.StatusOK, "没有符合条件的稿件")
}

func TestRevisionsAndTimeline(t *testing.T) {
	w := newWorld(t)
	d := w.draft("甲村动态信息", "共栽植苗木600株。", models.FormatText)
	if _, err := w.ReviseDraft(context.Background(), w.people[models.RoleAuthor], d.ID, d.Digest, workflow.DraftInput{
		Content: models.Content{AccountID: w.account.ID, Title: "甲村动态信息", Body: "共栽植苗木660株。"}}); err != nil {
		t.Fatal(err)
	}
	b := w.as(models.RoleAuthor)
	p := b.get("/drafts/"+d.ID+"/revisions").wants(http.StatusOK, "第 1 版 → 第 2 版", "与上一版对比")
	for tag, want := range map[string]string{"<ins>": "<ins>6</ins>", "<del>": "<del>0</del>"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("no %s in the comparison: %s", tag, squeeze(textOf(p.one("id", "diff"))))
		}
	}
	b.get("/drafts/"+d.ID+"/timeline").wants(http.StatusOK, "新建稿件", "修改稿件", "李拟稿", "第 2 条")
}

func TestAReleaseShowsItsReceipts(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	d := w.approve(w.approve(w.submitted(cleanTitle, cleanBody), models.RoleEditor), models.RoleAccountLead)
	_, secret, err := w.CreateToken(ctx, models.System(), workflow.TokenInput{Kind: models.TokenIntegration, Name: "发布端", AccountIDs: []string{w.account.ID}})
	if err != nil {
		t.Fatal(err)
	}
	puller, err := w.ActorOfToken(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	b := w.as(models.RoleAuthor)
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "签发件", d.Digest, "尚无渠道回执", "已签发")
	for channel, digest := range map[string]string{"公众号": d.Digest, "微博": strings.Repeat("0", 64)} {
		if _, err := w.PutReceipt(ctx, puller, d.ReleaseID, channel, workflow.ReceiptInput{State: models.ReceiptPublished, Digest: digest}); err != nil {
			t.Fatal(err)
		}
	}
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "公众号", "已发布", "微博", "发布内容与签发内容不一致")
	b.get("/drafts/"+d.ID+"/timeline").wants(http.StatusOK, "审定签发", "张主任", "渠道已发布")
}
