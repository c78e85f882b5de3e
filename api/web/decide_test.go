package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/screening"
	"shenfa/workflow"
)

// state is the draft's state now.
func (w *world) state(id string) models.State {
	w.t.Helper()
	view, err := w.View(context.Background(), w.people[models.RoleAuthor], id)
	if err != nil {
		w.t.Fatal(err)
	}
	return view.Draft.State
}

func TestTheDecisionFormOffersWhatIsAllowedAndChoosesNothing(t *testing.T) {
	w := newWorld(t)
	d := w.submitted(cleanTitle, cleanBody)
	p := w.as(models.RoleEditor).get("/drafts/"+d.ID).wants(http.StatusOK, "审批意见", "审核通过", "退回修改", "否决", "提高层级")
	if attr(p.one("name", "digest"), "value") != d.Digest || attr(p.one("name", "state"), "value") != string(d.State) {
		t.Error("the form does not carry what was seen")
	}
	for n := range p.tree().Descendants() {
		for _, a := range n.Attr {
			if a.Key == "checked" {
				t.Errorf("%v is chosen from the start", n.Attr)
			}
		}
		if attr(n, "name") == "action" && (attr(n, "value") == "lower" || attr(n, "value") == "recall") {
			t.Errorf("%s is offered", attr(n, "value"))
		}
	}
	other := w.as(models.RoleDeputyLead).get("/drafts/" + d.ID).wants(http.StatusOK)
	if strings.Contains(other.body, `name="action"`) {
		t.Error("someone whose turn it is not may decide")
	}
}

func TestADecisionIsTaken(t *testing.T) {
	w := newWorld(t)
	d := w.submitted(cleanTitle, cleanBody)
	p := w.as(models.RoleEditor).post("/drafts/"+d.ID+"/decisions", "action", "return", "digest", d.Digest, "state", string(d.State), "comment", "请核对日期。\r\n另见附件。")
	p.wants(http.StatusOK, "已退回拟稿人修改", "退回修改", "王编辑", "请核对日期。\n另见附件。")
	w.as(models.RoleAuthor).get("/drafts/"+d.ID).wants(http.StatusOK, "王编辑（编辑）退回修改", "修改", "提交送审")
	if p.path != "/drafts/"+d.ID {
		t.Errorf("the decision led to %s", p.path)
	}
	if again := w.as(models.RoleEditor).get("/drafts/" + d.ID); strings.Contains(again.text(), "已退回拟稿人修改") {
		t.Error("the word after the decision is said twice")
	}
}

func TestAnIncompleteDecisionComesBackWithItsWords(t *testing.T) {
	w := newWorld(t)
	d := w.submitted(cleanTitle, cleanBody)
	editor := w.as(models.RoleEditor)
	for name, tt := range map[string]struct {
		form []string
		want string
	}{
		"no choice":          {[]string{"comment", "留住我"}, "请选择一项决定"},
		"return, no comment": {[]string{"action", "return", "comment", " \r\n"}, "选择“退回修改”时，请填写意见"},
		"reject, no comment": {[]string{"action", "reject"}, "选择“否决”时，请填写意见"},
		"raise, no tier":     {[]string{"action", "raise", "comment", "留住我"}, "请选择调整后的层级"},
		"raise to the same":  {[]string{"action", "raise", "comment", "留住我", "tier", "general"}, "填写有误"},
	} {
		t.Run(name, func(t *testing.T) {
			p := editor.post("/drafts/"+d.ID+"/decisions", append(tt.form, "digest", d.Digest, "state", string(d.State))...)
			p.wants(http.StatusUnprocessableEntity, tt.want)
			if strings.Contains(strings.Join(tt.form, " "), "留住我") && !strings.Contains(textOf(p.one("name", "comment")), "留住我") {
				t.Error("the comment is lost")
			}
		})
	}
	if w.state(d.ID) != models.StateAwaitingEditor {
		t.Errorf("state %s", w.state(d.ID))
	}
}

func TestARefusedDecisionSaysWhyAndKeepsTheComment(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	decide := func(role models.Role, d models.Draft, form ...string) page {
		return w.as(role).post("/drafts/"+d.ID+"/decisions", append([]string{"action", "approve", "digest", d.Digest, "state", string(d.State), "comment", "我的意见"}, form...)...)
	}
	t.Run("someone was faster", func(t *testing.T) {
		d := w.submitted(cleanTitle, cleanBody)
		w.approve(d, models.RoleEditor)
		decide(models.RoleEditor, d).wants(http.StatusConflict, "稿件状态已变化")
	})
	t.Run("the text was changed", func(t *testing.T) {
		d := w.submitted(cleanTitle, cleanBody)
		now, err := w.ReviseDraft(ctx, w.people[models.RoleAuthor], d.ID, d.Digest, workflow.DraftInput{
			Content: models.Content{AccountID: w.account.ID, Title: cleanTitle, Body: cleanBody + "现场秩序良好。"}})
		if err != nil {
			t.Fatal(err)
		}
		if now, err = w.Submit(ctx, w.people[models.RoleAuthor], d.ID); err != nil {
			t.Fatal(err)
		}
		p := decide(models.RoleEditor, d).wants(http.StatusPreconditionFailed, "稿件内容已变更", "现场秩序良好")
		if textOf(p.one("name", "comment")) != "我的意见" || attr(p.one("name", "digest"), "value") != now.Digest {
			t.Error("the form shown again is not that of the new text with the old comment")
		}
		if strings.Contains(p.body, " checked") {
			t.Error("the old choice stands on the new text")
		}
	})
	t.Run("one's own text", func(t *testing.T) {
		if _, err := w.Grant(ctx, models.System(), w.people[models.RoleAuthor].ID, workflow.GrantInput{Role: models.RoleEditor, AccountID: w.account.ID}); err != nil {
			t.Fatal(err)
		}
		d := w.submitted(cleanTitle, cleanBody)
		decide(models.RoleAuthor, d).wants(http.StatusForbidden, "不能审批本人稿件")
		if w.state(d.ID) != models.StateAwaitingEditor {
			t.Errorf("state %s", w.state(d.ID))
		}
	})
}

func TestASignOffIsConfirmedFirst(t *testing.T) {
	w := newWorld(t)
	d := w.approve(w.submitted(cleanTitle, cleanBody), models.RoleEditor)
	lead := w.as(models.RoleAccountLead)
	lead.get("/drafts/"+d.ID).wants(http.StatusOK, "同意签发")
	asked := lead.post("/drafts/"+d.ID+"/decisions", "action", "approve", "digest", d.Digest, "state", string(d.State), "comment", "同意。")
	asked.wants(http.StatusOK, "确认签发", cleanTitle, d.Digest, "同意。")
	if w.state(d.ID) != d.State {
		t.Fatalf("state %s before the confirmation", w.state(d.ID))
	}
	form := []string{}
	for _, name := range []string{"action", "digest", "state", "comment", "confirmed"} {
		form = append(form, name, attr(asked.one("name", name), "value"))
	}
	lead.post("/drafts/"+d.ID+"/decisions", form...).wants(http.StatusOK, "已签发，稿件进入发布环节", "签发件", "同意。")
	if w.state(d.ID) != models.StateReleased {
		t.Errorf("state %s after the confirmation", w.state(d.ID))
	}
}

func TestReadingPagesChangesNothing(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	d := w.submitted(cleanTitle, cleanBody)
	editor := w.as(models.RoleEditor)
	for _, path := range []string{"/", "/inbox", "/drafts", "/drafts/" + d.ID, "/drafts/" + d.ID + "/edit", "/drafts/" + d.ID + "/revisions",
		"/drafts/" + d.ID + "/timeline", "/drafts/" + d.ID + "/decisions?action=approve&confirmed=yes&digest=" + d.Digest, "/drafts/" + d.ID + "/submit"} {
		editor.get(path)
	}
	view, err := w.View(ctx, w.people[models.RoleAuthor], d.ID)
	if err != nil || view.Draft.Version != d.Version || view.Draft.ChainN != d.ChainN {
		t.Errorf("version %d became %d, %v", d.Version, view.Draft.Version, err)
	}
}

func TestHitsAreDisposedOf(t *testing.T) {
	w := newWorld(t)
	d := w.submitted(cleanTitle, "联系人手机13800138000，请联系。")
	view, err := w.View(context.Background(), w.people[models.RoleAuthor], d.ID)
	if err != nil {
		t.Fatal(err)
	}
	hit := view.Report.Hits[0].ID
	b := w.as(models.RoleAuthor)
	path := "/drafts/" + d.ID + "/dispositions"
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "处置此命中", "此类信息不得豁免公开")
	b.post(path, "hit_id", hit, "kind", "false_positive").wants(http.StatusUnprocessableEntity, "请填写：理由")
	b.post(path, "hit_id", hit).wants(http.StatusUnprocessableEntity, "请选择处置方式")
	b.post(path, "hit_id", hit, "kind", "exempt", "basis_kind", "punishment_disclosure", "reason", "理由在此").
		wants(http.StatusUnprocessableEntity, "请填写：依据文号、公开的信息项", "理由在此")
	b.post(path, "hit_id", hit, "kind", "exempt", "basis_kind", "punishment_disclosure", "document", "〔2026〕1号", "fields", "姓名、单位").
		wants(http.StatusUnprocessableEntity, "填写有误")
	p := b.post(path, "hit_id", hit, "kind", "false_positive", "reason", "单位公开的值班电话。")
	p.wants(http.StatusOK, "误报", "单位公开的值班电话。", "待审核人确认", "已提交送审")
	if w.state(d.ID) != models.StateAwaitingEditor {
		t.Errorf("state %s", w.state(d.ID))
	}
	w.as(models.RoleEditor).get("/drafts/"+d.ID).wants(http.StatusOK, "误报", "李拟稿")
}

func TestTheSecrecyReviewerClearsOrEndsALockedDraft(t *testing.T) {
	w := newWorld(t)
	const secret = "秘密★1年。" + cleanBody
	d := w.submitted(cleanTitle, secret)
	if d.State != models.StateLocked {
		t.Fatalf("state %s", d.State)
	}
	b := w.as(models.RoleSecrecyReviewer)
	path := "/drafts/" + d.ID + "/decisions"
	b.get("/drafts/"+d.ID).wants(http.StatusOK, "保密审查", "解除锁定", "终止", "须写明保密审查结论", "月河村")
	if p := w.as(models.RolePrincipalLead).get("/drafts/"+d.ID).wants(http.StatusOK, "稿件已锁定"); strings.Contains(p.body, `name="action"`) {
		t.Error("the principal lead is offered to decide")
	}
	if p := w.as(models.RoleAuthor).get("/drafts/"+d.ID).wants(http.StatusOK, "稿件已锁定"); strings.Contains(p.text(), "月河村") || strings.Contains(p.body, `name="action"`) {
		t.Error("the author sees the locked text")
	}
	w.as(models.RoleEditor).get("/drafts/"+d.ID).wants(http.StatusNotFound, "未找到")
	b.post(path, "action", "approve", "digest", d.Digest, "state", "locked").wants(http.StatusUnprocessableEntity, "选择“解除锁定”时，请填写意见")
	b.post(path, "action", "approve", "digest", d.Digest, "state", "locked", "comment", "已解密，见保密局函。").
		wants(http.StatusOK, "已解除锁定", "待编辑审核", "保密审查通过", "已解密，见保密局函。")

	d = w.submitted(cleanTitle, secret)
	b.post("/drafts/"+d.ID+"/decisions", "action", "reject", "digest", d.Digest, "state", "locked", "comment", "属国家秘密。").
		wants(http.StatusOK, "已终止", "否决", "属国家秘密。")
}

// The rules change between the report that a signer reads and the signature.
func TestASignOffUnderNewRulesSaysThatItDidNotHappen(t *testing.T) {
	engine, err := screening.New(screening.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldWith(t, engine)
	d := w.approve(w.submitted(cleanTitle, cleanBody+"活动发放云雾盲盒券。"), models.RoleEditor)
	rules, err := engine.Rules().With(map[string][]byte{"later.toml": []byte(`[[rule]]
id = "prohibited.fraud.later"
category = "prohibited.fraud"
basis = "办法第二十一条"
why = "“{text}”已列入禁用"
suggestion = "删去"
terms = ["云雾盲盒券"]
positive = ["领取[[云雾盲盒券]]。"]
negative = ["领取优惠。"]
`)})
	if err == nil {
		err = engine.Install(rules)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := w.as(models.RoleAccountLead).post("/drafts/"+d.ID+"/decisions", "action", "approve", "digest", d.Digest, "state", string(d.State), "confirmed", "yes")
	p.wants(http.StatusOK, "您的决定没有记录", "机审拦截", "云雾盲盒券")
	if strings.Contains(p.text(), "已签发，稿件进入发布环节") || w.state(d.ID) != models.StateBlocked {
		t.Errorf("state %s: %s", w.state(d.ID), squeeze(p.text()))
	}
}
