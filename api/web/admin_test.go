package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/workflow"
)

func TestPagesOfTheAdministrationAreForThoseWhomTheAPILetsIn(t *testing.T) {
	w := newWorld(t)
	user := w.people[models.RoleEditor].ID
	for path, open := range map[string][]models.Role{
		"/users":         {models.RoleAdmin},
		"/users/" + user: {models.RoleAdmin},
		"/webhooks":      {models.RoleAdmin},
		"/lexicon":       {models.RoleAdmin, models.RoleSupervisor},
	} {
		for role := range people {
			want := http.StatusForbidden
			for _, r := range open {
				if r == role {
					want = http.StatusOK
				}
			}
			if got := w.as(role).get(path).status; got != want {
				t.Errorf("%s at %s: %d, want %d", role, path, got, want)
			}
		}
	}
	for role, tabs := range map[models.Role]string{models.RoleAdmin: "用户 词库 通知订阅", models.RoleSupervisor: "词库", models.RoleEditor: ""} {
		p := w.as(role).get("/inbox")
		if manages := strings.Contains(p.body, ">管理</a>"); manages != (tabs != "") {
			t.Errorf("%s is offered 管理: %v", role, manages)
		}
		if tabs != "" {
			if got := squeeze(strings.TrimSpace(textOf(w.as(role).get("/lexicon").one("aria-label", "系统管理")))); got != strings.ReplaceAll(tabs, " ", "") {
				t.Errorf("%s is offered %q", role, got)
			}
		}
	}
	if p := w.as(models.RoleSupervisor).get("/lexicon"); strings.Contains(p.body, "<form method=\"post\" action=\"/lexicon") {
		t.Error("a supervisor is offered to change the lexicon")
	}
	for _, path := range []string{"/users", "/users/" + user + "/disable", "/webhooks", "/lexicon/none/install"} {
		w.as(models.RoleSupervisor).post(path, "name", "x").wants(http.StatusForbidden, "没有权限")
	}
}

func TestAnAdministratorManagesUsers(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleAdmin)
	unit := attr(b.get("/users").wants(http.StatusOK, "李拟稿", "拟稿人（云雾发布）", "新建用户").one("name", "unit_id").FirstChild.NextSibling, "value")
	b.post("/users", "name", "吴新人", "sign_in", "wu xin", "unit_id", unit, "password", "short").
		wants(http.StatusUnprocessableEntity, "登录名不能含空格", "密码至少 10 位")
	form := []string{"once", "k1", "name", "吴新人", "sign_in", "wuxin", "unit_id", unit, "password", password, "role", "editor", "scope", "account:" + w.account.ID}
	p := b.post("/users", form...).wants(http.StatusOK, "已新建用户“吴新人”", "编辑", "云雾发布")
	if again := b.post("/users", form...); again.path != p.path {
		t.Errorf("the form sent again leads to %s, not %s", again.path, p.path)
	}
	visitor := w.visitor()
	if p := visitor.post("/sign-in", "sign_in", "wuxin", "password", password); p.status != http.StatusOK || p.path != "/inbox" {
		t.Fatalf("the new user signs in: %d at %s", p.status, p.path)
	}
	b.post(p.path+"/grants", "role", "consultee", "scope", "unit:"+w.police.ID).wants(http.StatusOK, "角色已授予", "会签单位", "公安局")
	b.post(p.path+"/grants", "role", "wizard").wants(http.StatusUnprocessableEntity, "没有“wizard”这个角色")
	grants, err := w.Grants(context.Background(), models.System(), strings.TrimPrefix(p.path, "/users/"))
	if err != nil || len(grants) != 2 {
		t.Fatalf("%d grants, %v", len(grants), err)
	}
	b.post(p.path+"/grants/"+grants[1].ID+"/revocation").wants(http.StatusOK, "角色已收回")
	b.post(p.path+"/grants/"+grants[1].ID+"/revocation").wants(http.StatusNotFound, "可能已被收回")
	b.post(p.path+"/password", "password", "short").wants(http.StatusUnprocessableEntity, "密码至少 10 位")
	b.post(p.path+"/password", "password", "another long password").wants(http.StatusOK, "密码已重设")
	if p := w.visitor().post("/sign-in", "sign_in", "wuxin", "password", password); p.status == http.StatusOK {
		t.Error("the old password still works")
	}
	b.post(p.path+"/disable").wants(http.StatusOK, "用户已停用", "停用")
	if p := visitor.get("/inbox"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Errorf("a disabled user is let to %s", p.path)
	}
	b.get("/users?text=吴新").wants(http.StatusOK, "吴新人", "已停用")
	if p := b.get("/users?text=吴新"); strings.Contains(p.text(), "李拟稿") {
		t.Error("the search finds everybody")
	}
	if p := b.get("/users/" + w.people[models.RoleAdmin].ID); strings.Contains(p.body, "/disable") {
		t.Error("an administrator is offered to disable themselves")
	}
}

func TestAnAdministratorManagesWebhooks(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleAdmin)
	b.get("/webhooks").wants(http.StatusOK, "还没有订阅", "新的订阅")
	b.post("/webhooks", "url", "http://127.0.0.1/hook", "description", "办公系统").wants(http.StatusUnprocessableEntity, "该地址不在允许的网络内", "办公系统")
	form := []string{"once", "k1", "url", "https://oa.example.gov.cn/hook", "scope", "account:" + w.account.ID, "kinds", "step", "kinds", "reminder"}
	b.post("/webhooks", form...).wants(http.StatusCreated, "签名密钥", "whsec_", "进入审签环节、催办", "云雾发布", "启用")
	if p := b.post("/webhooks", form...).wants(http.StatusOK, "签名密钥只显示一次"); strings.Contains(p.text(), "whsec_") {
		t.Error("the secret is shown twice")
	}
	hooks, err := w.Webhooks(context.Background(), models.System())
	if err != nil || len(hooks) != 1 {
		t.Fatalf("%d webhooks, %v", len(hooks), err)
	}
	path := "/webhooks/" + hooks[0].ID
	b.get(path).wants(http.StatusOK, "投递记录", "还没有投递")
	w.submitted(cleanTitle, cleanBody)
	if _, err := w.DispatchNotices(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.get(path).wants(http.StatusOK, "进入审签环节", "待投递")
	b.post(path+"/disable").wants(http.StatusOK, "订阅已停用", "已停用")
	b.post(path+"/enable").wants(http.StatusOK, "订阅已恢复", "启用")
}

const sloganRule = `[[rule]]
id = "local.slogan"
category = "wording.fixed_expression"
basis = "本单位宣传用语规定"
why = "“{text}”已停用"
terms = ["春风护航"]
positive = ["本周举行[[春风护航]]活动。"]
`

// upload sends a form with a file.
func (b *browser) upload(path, name, data string, form ...string) page {
	b.w.t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for i := 0; i < len(form); i += 2 {
		_ = parts.WriteField(form[i], form[i+1])
	}
	if name != "" {
		file, _ := parts.CreateFormFile("files", name)
		_, _ = file.Write([]byte(data))
	}
	_ = parts.Close()
	res, err := b.client.Post(b.w.url+path, parts.FormDataContentType(), &body)
	return b.page(res, err)
}

func TestAnAdministratorImportsAndInstallsAnEdition(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleAdmin)
	b.get("/lexicon").wants(http.StatusOK, "现行词库", "随程序提供的规则", "还没有导入的版次")
	b.upload("/lexicon", "", "").wants(http.StatusUnprocessableEntity, "请选择规则文件")
	b.upload("/lexicon", "slogan.toml", strings.Replace(sloganRule, "[[春风", "[[夏风", 1), "note", "试验").
		wants(http.StatusUnprocessableEntity, "slogan.toml:1", "正例")
	p := b.upload("/lexicon", "slogan.toml", sloganRule, "note", "本单位宣传用语").
		wants(http.StatusCreated, "导入报告", "1 条规则、1 个词", "尚未安装", "本单位宣传用语")
	id := textOf(p.one("class", "card imported"))
	id = strings.Fields(id[strings.Index(id, "版次")+len("版次"):])[0]
	id = strings.TrimSuffix(strings.Split(id, "：")[0], "：")
	b.post("/lexicon/"+id+"/install", "scope", "unit:"+w.account.UnitID).wants(http.StatusOK, "词库已更新", "云雾县融媒体中心", "已安装", "去掉增补")
	if d := w.submitted(cleanTitle, cleanBody+"本周举行春风护航活动。"); d.State != models.StateBlocked {
		t.Errorf("the unit's draft is %s", d.State)
	}
	if p := b.get("/lexicon/" + id + "/files"); p.status != http.StatusOK || !strings.HasPrefix(p.body, "PK") {
		t.Errorf("the files are %d %.20q", p.status, p.body)
	}
	shipped := strings.TrimSuffix(strings.TrimPrefix(attr(b.get("/lexicon").one("action", "/lexicon/"+w.shipped()+"/install"), "action"), "/lexicon/"), "/install")
	b.post("/lexicon/"+shipped+"/install", "scope", "unit:"+w.account.UnitID).wants(http.StatusOK, "词库已更新")
	if d := w.submitted(cleanTitle, cleanBody+"本周举行春风护航活动。"); d.State != models.StateAwaitingEditor {
		t.Errorf("after the rules were taken away the draft is %s", d.State)
	}
	b.upload("/lexicon", "slogan.toml", strings.ReplaceAll(sloganRule, "春风", "秋风"), "install", "yes").wants(http.StatusCreated, "已安装，立即生效")
}

func (w *world) shipped() string {
	w.t.Helper()
	view, err := w.Editions(context.Background(), models.System())
	if err != nil {
		w.t.Fatal(err)
	}
	return view.Shipped
}

// rescanned installs the slogan rule and rescans.
func (w *world) rescanned() {
	w.t.Helper()
	ctx := context.Background()
	e, _, err := w.ImportEdition(ctx, models.System(), workflow.EditionInput{Files: map[string][]byte{"slogan.toml": []byte(sloganRule)}})
	if err == nil {
		_, err = w.InstallEdition(ctx, models.System(), e.ID, "")
	}
	var r models.Rescan
	if err == nil {
		r, err = w.StartRescan(ctx, models.System(), "")
	}
	if err == nil {
		_, err = w.RunRescan(ctx, r.ID, nil)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestWorkItemsAreSettledOnTheirPage(t *testing.T) {
	w := newWorld(t)
	var drafts []models.Draft
	for range 3 {
		drafts = append(drafts, w.approve(w.approve(w.submitted(cleanTitle, cleanBody+"本周举行春风护航活动。"), models.RoleEditor), models.RoleAccountLead))
	}
	w.receipts(drafts[0].ReleaseID, models.ReceiptPublished, "微信公众号")
	w.rescanned()
	b := w.as(models.RoleAccountLead)
	b.get("/inbox").wants(http.StatusOK, "归档复审：3 个事项待办结")
	if p := w.as(models.RoleEditor).get("/inbox"); strings.Contains(p.text(), "归档复审") {
		t.Error("an editor is asked to settle")
	}
	b.get("/work-items").wants(http.StatusOK, cleanTitle, "春风护航", "固定表述", "保留", "撤回", "更正")
	if p := w.as(models.RoleEditor).get("/work-items").wants(http.StatusOK, "春风护航"); strings.Contains(p.body, "action=\"/work-items/") {
		t.Error("an editor is offered to settle")
	}
	items, _, err := w.WorkItems(context.Background(), w.people[models.RoleAccountLead], workflow.WorkItemsQuery{})
	if err != nil || len(items) != 3 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	path := func(i int) string { return "/work-items/" + items[i].ID }
	b.post(path(0)).wants(http.StatusUnprocessableEntity, "请选择如何办结", "请说明理由")
	b.post(path(0), "action", "withdraw", "text", "用语已停用", "reason", "law").wants(http.StatusUnprocessableEntity, "请填写法律法规条款", "用语已停用")
	asked := b.post(path(0), "action", "withdraw", "text", "用语已停用", "reason", "error").wants(http.StatusOK, "确认撤回", "用语已停用", "微信公众号（已发布）", items[0].Digest)
	if w.state(drafts[0].ID) != models.StatePublished {
		t.Fatal("withdrawn before the confirmation")
	}
	for range 2 { // a double click
		b.sendAgain(asked, path(0), "action", "reason", "text", "document", "digest", "once").wants(http.StatusOK, "复审事项已办结：撤回")
	}
	if got := w.state(items[0].DraftID); got != models.StateWithdrawing {
		t.Errorf("the draft is %s", got)
	}
	w.as(models.RoleEditor).post(path(1), "action", "keep", "text", "历史用语").wants(http.StatusForbidden, "只有签发人可以办结")
	b.post(path(1), "action", "keep", "text", "系历史活动名称").wants(http.StatusOK, "复审事项已办结：保留")
	asked = b.post(path(2), "action", "correct", "text", "改用新用语", "reason", "error").wants(http.StatusOK, "确认更正")
	p := b.sendAgain(asked, path(2), "action", "reason", "text", "document", "digest", "once").wants(http.StatusOK, "更正稿已建立", "本稿为更正稿")
	if !strings.HasPrefix(p.path, "/drafts/") {
		t.Errorf("the correction is at %s", p.path)
	}
	b.get("/work-items?state=keep").wants(http.StatusOK, "系历史活动名称", "张主任")
	b.get("/work-items").wants(http.StatusOK, "没有这类复审事项")
}
