package web

import (
	"net/http"
	"slices"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// noticeKinds are the kinds of notices that webhooks hear of.
var noticeKinds = []choice{
	{Value: "step", Label: "进入审签环节"}, {Value: "consult", Label: "请求会签"}, {Value: "blocked", Label: "机审拦截"},
	{Value: "returned", Label: "退回修改"}, {Value: "rejected", Label: "否决"}, {Value: "recalled", Label: "收回"}, {Value: "cancelled", Label: "撤销"},
	{Value: "reminder", Label: "催办"}, {Value: "escalation", Label: "升级提醒"}, {Value: "released", Label: "签发"},
	{Value: "withdrawal", Label: "撤回"}, {Value: "reappeared", Label: "撤回后又发布"}, {Value: "drift", Label: "发布内容与签发不符"},
	{Value: "failed", Label: "渠道发布失败"}, {Value: "overdue", Label: "回执逾期"},
}

// noticeLabel names a kind of notice.
func noticeLabel(kind string) string {
	for _, k := range noticeKinds {
		if k.Value == kind {
			return k.Label
		}
	}
	return kind
}

// webhooksPage is the webhooks and the form for another.
type webhooksPage struct {
	fieldErrors
	Items  []webhookItem
	Form   webhookForm
	Secret string // of the one that was just made: shown once
}

type webhookItem struct {
	models.Webhook
	Scope       string
	KindLabels  []string
	State, Tone string
}

type webhookForm struct {
	URL, Description string
	Kinds            []choice
	scopes
}

func (v *visit) webhooks() error {
	return v.showWebhooks(http.StatusOK, webhooksPage{}, workflow.WebhookInput{}, "")
}

// showWebhooks shows the page; in and scope are what a refused form had in it.
func (v *visit) showWebhooks(status int, page webhooksPage, in workflow.WebhookInput, scope string) error {
	hooks, err := v.site.workflow.Webhooks(v.ctx(), v.actor)
	if err != nil {
		return err
	}
	page.Form = webhookForm{URL: in.URL, Description: in.Description}
	if page.Form.scopes, err = v.scopes(scope); err != nil {
		return err
	}
	for _, k := range noticeKinds {
		k.Chosen = slices.Contains(in.Kinds, k.Value)
		page.Form.Kinds = append(page.Form.Kinds, k)
	}
	for _, h := range hooks {
		page.Items = append(page.Items, newWebhookItem(h, page.Form.scopes))
	}
	return v.show(status, "webhooks", "webhooks", "通知订阅", page)
}

func newWebhookItem(h models.Webhook, where scopes) webhookItem {
	item := webhookItem{Webhook: h, Scope: where.name(h.AccountID, h.UnitID), State: "启用", Tone: "good"}
	for _, kind := range h.Kinds {
		item.KindLabels = append(item.KindLabels, noticeLabel(kind))
	}
	switch {
	case h.DisabledAt.IsZero():
	case h.DisabledWhy == models.WebhookGone:
		item.State, item.Tone = "接收方已注销（410），停用", "bad"
	default:
		item.State, item.Tone = "已停用", "over"
	}
	return item
}

func (v *visit) createWebhook() error {
	scope := v.PostForm("scope")
	account, unit := scopeOf(scope)
	in := workflow.WebhookInput{URL: strings.TrimSpace(v.PostForm("url")), AccountID: account, UnitID: unit,
		Kinds: v.PostFormArray("kinds"), Description: strings.TrimSpace(v.PostForm("description"))}
	_, secret, err := v.site.workflow.CreateWebhook(v.ctx(), v.once(), in)
	switch {
	case err != nil:
		refused := v.site.refuse(v.Context, err)
		return v.showWebhooks(refused.Status, webhooksPage{fieldErrors: fieldErrors{&refused}}, in, scope)
	case secret == "": // the form was sent again
		return v.goOn("/webhooks", "订阅已建立。签名密钥只显示一次；如已遗失，请停用后重建。")
	}
	return v.showWebhooks(http.StatusCreated, webhooksPage{Secret: secret}, workflow.WebhookInput{}, "")
}

// webhookPage is one webhook with its delivery log.
type webhookPage struct {
	webhookItem
	Deliveries []deliveryItem
	Later      string
	First      bool
}

type deliveryItem struct {
	models.Delivery
	Label, State, Tone string
}

func (v *visit) webhook() error {
	id := v.Param("id")
	hook, err := v.site.workflow.Webhook(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	where, err := v.scopes("")
	if err != nil {
		return err
	}
	log, next, err := v.site.workflow.Deliveries(v.ctx(), v.actor, id, v.Query("after"), pageSize)
	if err != nil {
		return err
	}
	page := webhookPage{webhookItem: newWebhookItem(hook, where), First: v.Query("after") == ""}
	for _, d := range log {
		page.Deliveries = append(page.Deliveries, newDeliveryItem(d))
	}
	if next != "" {
		page.Later = address("/webhooks/"+id, "after", next)
	}
	return v.show(http.StatusOK, "webhook", "webhooks", "投递记录", page)
}

func newDeliveryItem(d models.Delivery) deliveryItem {
	item := deliveryItem{Delivery: d, Label: noticeLabel(d.Kind)}
	switch {
	case d.State == models.DeliveryDelivered:
		item.State, item.Tone = "已送达", "good"
	case d.State == models.DeliveryFailed:
		item.State, item.Tone = "未送达，不再重试", "bad"
	case d.State == models.DeliveryDropped:
		item.State, item.Tone = "已取消", "over"
	case d.Attempts == 0:
		item.State, item.Tone = "待投递", "quiet"
	default:
		item.State, item.Tone = "待重试", "care"
	}
	return item
}

func (v *visit) disableWebhook() error {
	if err := v.site.workflow.RemoveWebhook(v.ctx(), v.once(), v.Param("id")); err != nil {
		return err
	}
	return v.goOn("/webhooks", "订阅已停用，投递记录保留。")
}

func (v *visit) enableWebhook() error {
	if err := v.site.workflow.EnableWebhook(v.ctx(), v.once(), v.Param("id")); err != nil {
		return err
	}
	return v.goOn("/webhooks", "订阅已恢复，自现在起的通知照常投递。")
}
