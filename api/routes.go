package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"shenfa/api/web"
	"shenfa/models"
)

// routes is every path of the server and who may call it. Who may do it to
// which draft is decided by package workflow.
func (a *API) routes(engine *gin.Engine) error {
	a.newHuma(engine)
	g := a.gates

	add(a, on("createDraft", "POST /drafts 201", g.person, "新建稿件"), a.createDraft)
	add(a, on("listDrafts", "GET /drafts", g.anyone, "稿件列表"), a.drafts)
	add(a, on("readDraft", "GET /drafts/{id}", g.anyone, "查看稿件"), a.readDraft)
	add(a, on("reviseDraft", "PUT /drafts/{id}", g.person, "修改稿件（新版本）"), a.reviseDraft)
	add(a, on("submitDraft", "POST /drafts/{id}/submit", g.person, "提交：机审并进入审签"), a.submitDraft)
	add(a, on("decideDraft", "POST /drafts/{id}/decisions", g.person, "作出决定"), a.decide)
	add(a, on("disposeHits", "POST /drafts/{id}/dispositions", g.person, "处置命中"), a.dispose)
	add(a, on("answerConsultation", "POST /drafts/{id}/consultations/{unit}", g.person, "答复会签"), a.answer)
	add(a, on("listRevisions", "GET /drafts/{id}/revisions", g.anyone, "各版本"), a.revisions)
	add(a, on("compareRevisions", "GET /drafts/{id}/diff", g.person, "逐字比较两个版本"), a.diff)
	add(a, on("readApprovalForm", "GET /drafts/{id}/approval-form", g.person, "审签单（可打印的网页）").giving("text/html"), a.approvalForm)
	add(a, on("exportDraft", "GET /drafts/{id}/export", g.person, "案卷（zip）").giving("application/zip"), a.exportDraft)
	add(a, on("readTimeline", "GET /drafts/{id}/timeline", g.anyone, "办理过程"), a.timeline)
	add(a, on("readInbox", "GET /inbox", g.anyone, "待办"), a.inbox)
	add(a, on("screenText", "POST /screenings", g.anyone, "只机审，不存稿"), a.screen)

	add(a, on("readFeed", "GET /releases", g.anyone, "变更流").waiting(), a.feed)
	add(a, on("readRelease", "GET /releases/{id}", g.anyone, "查看签发件"), a.release)
	add(a, on("readCertificate", "GET /releases/{id}/certificate", g.anyone, "签发证书"), a.certificate)
	add(a, on("listReceipts", "GET /releases/{id}/receipts", g.anyone, "各渠道回执"), a.receipts)
	add(a, on("listPulls", "GET /releases/{id}/pulls", g.person, "发布端的取件记录"), a.pulls)
	add(a, on("readReceipt", "GET /releases/{id}/receipts/{channel}", g.anyone, "一个渠道的回执"), a.receipt)
	add(a, on("putReceipt", "PUT /releases/{id}/receipts/{channel}", g.anyone, "提交回执"), a.putReceipt)
	add(a, on("withdrawRelease", "POST /releases/{id}/withdrawal", g.person, "撤回签发件"), a.withdraw)
	add(a, on("correctRelease", "POST /releases/{id}/correction 201", g.person, "更正签发件（新建更正稿）"), a.correct)
	add(a, on("listKeys", "GET /keys", g.public, "证书公钥（JWKS）"), a.keys)

	add(a, on("startRescan", "POST /rescans 202", g.admin, "开始或继续归档复审"), a.startRescan)
	add(a, on("readRescan", "GET /rescans/{id}", g.person, "归档复审的进度"), a.rescan)
	add(a, on("listWorkItems", "GET /work-items", g.person, "复审事项"), a.workItems)
	add(a, on("settleWorkItem", "POST /work-items/{id}", g.person, "办结复审事项"), a.settleWorkItem)

	add(a, on("readAudit", "GET /audit", g.person, "审计事件：系统管理的，或一份稿件的"), a.audit)
	add(a, on("readMe", "GET /me", g.anyone, "我是谁"), a.me)
	add(a, on("createUnit", "POST /units 201", g.admin, "新建单位"), a.createUnit)
	add(a, on("listUnits", "GET /units", g.anyone, "单位列表"), a.units)
	add(a, on("createAccount", "POST /accounts 201", g.admin, "新建账号"), a.createAccount)
	add(a, on("listAccounts", "GET /accounts", g.anyone, "账号列表"), a.accounts)
	add(a, on("createUser", "POST /users 201", g.admin, "新建用户"), a.createUser)
	add(a, on("listUsers", "GET /users", g.admin, "用户列表"), a.users)
	add(a, on("setPassword", "PUT /users/{id}/password 204", g.person, "设置密码"), a.setPassword)
	add(a, on("disableUser", "POST /users/{id}/disable 204", g.admin, "停用用户"), a.disableUser)
	add(a, on("createGrant", "POST /users/{id}/grants 201", g.admin, "授予角色"), a.grant)
	add(a, on("listGrants", "GET /users/{id}/grants", g.person, "用户的角色"), a.grants)
	add(a, on("revokeGrant", "DELETE /users/{id}/grants/{grant} 204", g.admin, "收回角色"), a.revokeGrant)
	add(a, on("createToken", "POST /tokens 201", g.person, "新建访问令牌"), a.createToken)
	add(a, on("listTokens", "GET /tokens", g.person, "访问令牌列表"), a.tokens)
	add(a, on("revokeToken", "DELETE /tokens/{id} 204", g.person, "吊销访问令牌"), a.revokeToken)

	add(a, on("createDelegation", "POST /delegations 201", g.person, "设立授权代签"), a.delegate)
	add(a, on("listDelegations", "GET /delegations", g.person, "授权代签列表"), a.delegations)
	add(a, on("revokeDelegation", "DELETE /delegations/{id} 204", g.person, "撤销授权代签"), a.revokeDelegation)

	add(a, on("listEditions", "GET /lexicon/editions", g.person, "词库版次"), a.editions)
	add(a, on("importEdition", "POST /lexicon/editions 201", g.admin, "导入词库版次"), a.importEdition)
	add(a, on("readEdition", "GET /lexicon/editions/{id}", g.person, "一个版次及其规则文件"), a.edition)
	add(a, on("installEdition", "POST /lexicon/editions/{id}/install", g.admin, "安装词库版次，立即生效"), a.installEdition)
	add(a, on("createWebhook", "POST /webhooks 201", g.admin, "新建通知订阅"), a.createWebhook)
	add(a, on("listWebhooks", "GET /webhooks", g.admin, "通知订阅列表"), a.webhooks)
	add(a, on("removeWebhook", "DELETE /webhooks/{id} 204", g.admin, "停用通知订阅"), a.removeWebhook)
	add(a, on("enableWebhook", "POST /webhooks/{id}/enable 204", g.admin, "恢复通知订阅"), a.enableWebhook)
	add(a, on("listDeliveries", "GET /webhooks/{id}/deliveries", g.admin, "投递记录"), a.deliveries)

	both := []string{http.MethodGet, http.MethodHead}
	engine.Match(both, "/healthz", a.healthz)
	engine.Match(both, "/readyz", a.readyz)
	engine.GET("/metrics", gin.WrapH(a.metrics.handler()))
	engine.GET("/openapi.json", a.openapiJSON)
	engine.GET("/openapi.yaml", a.openapiYAML)
	engine.GET("/docs", a.docs)
	engine.GET("/docs/style.css", a.docsStyle)

	pages := web.Options{Workflow: a.options.Workflow, Sessions: a.sessions, Log: a.options.Log}
	web.Register(engine, pages)
	engine.NoRoute(a.noRoute(web.NotFound(pages)))
	engine.NoMethod(func(c *gin.Context) {
		fail(c.Writer, c.Request, models.Errorf(codeMethodNotAllowed, "此地址不支持 %s。", safeMethod(c.Request.Method)))
	})
	return a.document()
}

// noRoute answers unknown paths: with a problem below /api/, else with a page.
func (a *API) noRoute(page gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if strings.HasPrefix(c.Request.URL.Path, "/api/") {
			fail(c.Writer, c.Request, models.Errorf(models.CodeNotFound, "没有这个接口地址。"))
			return
		}
		page(c)
	}
}

// safeMethod keeps odd methods out of the answer.
func safeMethod(method string) string {
	if knownMethods[method] {
		return method
	}
	return "该方法"
}
