package web_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"shenfa/models"
)

// chromium starts a browser with a profile of its own. Without one on the
// machine the test is skipped, except in CI.
func chromium(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	switch {
	case path == "" && os.Getenv("CI") == "true":
		t.Fatal("no chromium on this machine: install it to test the pages in a browser")
	case path == "":
		t.Skip("no chromium on this machine: the pages are not tested in a browser")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir())}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, quit := chromedp.NewContext(allocator)
	t.Cleanup(quit)
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return browser
}

// tab is one person's browser, with cookies of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

func newTab(t *testing.T, browser context.Context, url string, width, height int64, options ...chromedp.EmulateViewportOption) *tab {
	t.Helper()
	ctx, quit := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(quit)
	p := &tab{t, ctx, url}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(width, height, options...))
	return p
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		at, _ := chromedp.Run(p.ctx, chromedp.Location())
		says, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		p.t.Fatalf("%v at %s: %s", err, at, squeeze(says))
	}
}

func (p *tab) open(path string) { p.t.Helper(); p.do(chromedp.Navigate(p.url + path)) }

func (p *tab) signIn(role models.Role) {
	p.t.Helper()
	p.open("/")
	p.do(chromedp.SendKeys(chromedp.CSS("[name=sign_in]"), string(role)), chromedp.SendKeys(chromedp.CSS("[name=password]"), password),
		chromedp.Click(chromedp.CSS("main button")), chromedp.WaitVisible(chromedp.CSS("nav[aria-label=主导航]")))
}

// openFirst follows the first draft of the inbox.
func (p *tab) openFirst() {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(".queue h2 a")), chromedp.WaitVisible(chromedp.CSS(".stages")))
}

// wants fails unless the page says the words and fits the window.
func (p *tab) wants(words ...string) {
	p.t.Helper()
	says := p.eval(`document.body.innerText`)
	for _, word := range words {
		if !strings.Contains(says, word) {
			p.t.Fatalf("the page does not say %q: %s", word, squeeze(says))
		}
	}
	if wide := p.eval(`document.documentElement.scrollWidth > innerWidth ? location.pathname : ""`); wide != "" {
		p.t.Errorf("%s is wider than the window", wide)
	}
}

func (p *tab) eval(script string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

// From the first word of a draft to its release, by three people: the author
// and the editor at a desk, the account's lead on a small phone.
func TestFromDraftToReleaseInABrowser(t *testing.T) {
	browser := chromium(t)
	w := newWorld(t)
	w.password(models.RoleAuthor, models.RoleEditor, models.RoleAccountLead)

	author := newTab(t, browser, w.url, 1440, 900)
	author.signIn(models.RoleAuthor)
	author.wants("没有待办事项", "李拟稿")
	author.open("/drafts/new")
	author.do(chromedp.SendKeys(chromedp.CSS("[name=title]"), cleanTitle),
		chromedp.SendKeys(chromedp.CSS("[name=body]"), cleanBody+"联系人手机13800138000。"),
		chromedp.Click(chromedp.CSS("button[value=submit]")), chromedp.WaitVisible(chromedp.CSS("mark.sev-block")))
	author.wants("机审拦截", "手机号码")
	author.do(chromedp.Click(chromedp.CSS(".own a.button")), chromedp.WaitVisible(chromedp.CSS("[name=body]")),
		chromedp.SetValue(chromedp.CSS("[name=body]"), cleanBody), chromedp.Click(chromedp.CSS("button[value=submit]")),
		chromedp.WaitVisible(chromedp.CSS(".notice.good")))
	author.wants("已提交送审", "待编辑审核", "第 2 版")

	editor := newTab(t, browser, w.url, 1440, 900)
	editor.signIn(models.RoleEditor)
	editor.wants("待办 1", cleanTitle)
	editor.openFirst()
	// A return without a comment does not leave the browser.
	editor.do(chromedp.Click(chromedp.CSS("[value=return]")), chromedp.Click(chromedp.CSS(".decide button")))
	if invalid := editor.eval(`document.querySelector(":invalid[name]").name`); invalid != "comment" {
		t.Errorf("the browser asks for %s", invalid)
	}
	editor.do(chromedp.Click(chromedp.CSS("[value=approve]")), chromedp.Click(chromedp.CSS(".decide button")),
		chromedp.WaitVisible(chromedp.CSS(".notice.good")))
	editor.wants("已审核通过", "待账号主要负责人")

	lead := newTab(t, browser, w.url, 360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch)
	lead.signIn(models.RoleAccountLead)
	lead.wants("待办 1", cleanTitle)
	lead.openFirst()
	lead.wants("审批意见", "王编辑")
	lead.do(chromedp.Click(chromedp.CSS("[value=approve]")), chromedp.SendKeys(chromedp.CSS("[name=comment]"), "同意发布。"),
		chromedp.Click(chromedp.CSS(".decide button")), chromedp.WaitVisible(chromedp.CSS(".confirm")))
	lead.wants("确认签发", "同意发布。")
	lead.do(chromedp.Click(chromedp.CSS(".confirm button")), chromedp.WaitVisible(chromedp.CSS(".release")))
	lead.wants("已签发", "签发件", "同意发布。")

	author.open("/drafts?state=released")
	author.wants(cleanTitle)
	if p := w.as(models.RoleAuthor).get("/drafts?state=released"); p.status != http.StatusOK || !strings.Contains(p.text(), cleanTitle) {
		t.Error("the released draft is not in the list")
	}
}

// A hit's number stays on the line of the text that it is about.
func TestTheNumberOfAHitDoesNotWrapAlone(t *testing.T) {
	w := newWorld(t)
	w.password(models.RoleEditor)
	w.rescanned() // installs a rule for 春风护航
	d := w.submitted(strings.Repeat("青山镇组织开展春季义务植树活动暨", 6)+"春风护航活动", cleanBody+"本周举行春风护航活动。")
	p := newTab(t, chromium(t), w.url, 1440, 900)
	p.signIn(models.RoleEditor)
	p.open("/drafts/" + d.ID)
	if alone := p.eval(`
		const alone = [];
		for (const mark of document.querySelectorAll("mark[data-no]")) {
			const field = mark.closest("[data-field]");
			for (let width = 300; width < 420; width++) {
				field.style.width = width + "px";
				const text = document.createRange(), last = mark.querySelector("a").lastChild;
				text.setStart(last, last.length - 1);
				text.setEnd(last, last.length);
				const lines = mark.getClientRects();
				if (Math.abs(lines[lines.length - 1].bottom - text.getBoundingClientRect().bottom) > 8) alone.push(field.dataset.field + " " + width);
			}
			field.style.width = "";
		}
		alone.join(", ")`); alone != "" {
		t.Errorf("the number stands alone on its line at %s", alone)
	}
}
