package api

import (
	"context"

	"shenfa/models"
	"shenfa/workflow"
)

type createWebhookInput struct {
	Body struct {
		URL         string   `json:"url" minLength:"1" maxLength:"2000" doc:"接收通知的网址；公网须为 https，内网地址须由配置 webhooks.allow 放行" example:"https://oa.example.gov.cn/hooks/shenfa"`
		AccountID   string   `json:"account_id,omitempty" maxLength:"64" doc:"只通知这个账号的事；与 unit_id 只能指定一个，都省略为全部"`
		UnitID      string   `json:"unit_id,omitempty" maxLength:"64" doc:"只通知这个单位及其下级单位的事"`
		Kinds       []string `json:"kinds,omitempty" maxItems:"50" maxLength:"64" doc:"通知的种类，如 step、reminder、escalation、released、withdrawal、drift；省略为全部"`
		Description string   `json:"description,omitempty" maxLength:"200" doc:"用途"`
	}
}

type createWebhookOutput struct {
	Body struct {
		models.Webhook
		Secret string `json:"secret,omitempty" doc:"签名密钥（whsec_…），仅此一次显示；按 Standard Webhooks 以 HMAC-SHA256 核验每次推送"`
	} `nameHint:"NewWebhook"`
}

func (a *API) createWebhook(ctx context.Context, actor models.Actor, in *createWebhookInput) (*createWebhookOutput, error) {
	hook, secret, err := a.options.Workflow.CreateWebhook(ctx, actor, workflow.WebhookInput{URL: in.Body.URL, AccountID: in.Body.AccountID,
		UnitID: in.Body.UnitID, Kinds: in.Body.Kinds, Description: in.Body.Description})
	if err != nil {
		return nil, err
	}
	out := &createWebhookOutput{}
	out.Body.Webhook, out.Body.Secret = hook, secret
	return out, nil
}

type webhooksOutput struct {
	Body struct {
		Items []models.Webhook `json:"items"`
	} `nameHint:"WebhookList"`
}

func (a *API) webhooks(ctx context.Context, actor models.Actor, _ *struct{}) (*webhooksOutput, error) {
	hooks, err := a.options.Workflow.Webhooks(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &webhooksOutput{}
	out.Body.Items = list(hooks)
	return out, nil
}

type byWebhook struct {
	ID string `path:"id" maxLength:"64" doc:"订阅 id"`
}

func (a *API) removeWebhook(ctx context.Context, actor models.Actor, in *byWebhook) (*struct{}, error) {
	return nil, a.options.Workflow.RemoveWebhook(ctx, actor, in.ID)
}

func (a *API) enableWebhook(ctx context.Context, actor models.Actor, in *byWebhook) (*struct{}, error) {
	return nil, a.options.Workflow.EnableWebhook(ctx, actor, in.ID)
}

type deliveriesInput struct {
	ID    string `path:"id" maxLength:"64" doc:"订阅 id"`
	After string `query:"after" maxLength:"64" doc:"上一页的 next"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"每页条数"`
}

type deliveriesOutput struct {
	Body struct {
		Items []models.Delivery `json:"items"`
		Next  string            `json:"next" doc:"下一页的 after；末页为空"`
	} `nameHint:"DeliveryPage"`
}

func (a *API) deliveries(ctx context.Context, actor models.Actor, in *deliveriesInput) (*deliveriesOutput, error) {
	page, next, err := a.options.Workflow.Deliveries(ctx, actor, in.ID, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Items, out.Body.Next = list(page), next
	return out, nil
}
