package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
)

// tags name the groups of operations by the first part of their path, in the
// order of the documents.
var tags = []struct{ part, name, about string }{
	{"drafts", "稿件", "拟稿、提交、审签、处置与办理过程"},
	{"inbox", "待办", "等待我办理的稿件"},
	{"screenings", "机审", "只检查文本，不存稿"},
	{"releases", "签发件", "发布端拉取签发件、核验证书、提交回执"},
	{"keys", "证书公钥", "核验签发证书所用的公钥"},
	{"me", "身份", "当前凭证代表谁"},
	{"units", "单位", "单位管理"},
	{"accounts", "账号", "政务新媒体账号管理"},
	{"delegations", "授权代签", "在期限、账号、层级之内由他人代为审签"},
	{"users", "用户", "用户、密码与角色"},
	{"webhooks", "通知订阅", "向单位自己的系统推送提醒：只含 id 与种类，按 Standard Webhooks 签名"},
	{"tokens", "访问令牌", "接口凭证；密文只存摘要"},
}

func tagOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	for _, t := range tags {
		if t.part == first {
			return t.name
		}
	}
	return "其他"
}

// descriptions say more of an operation than its summary, by operation id.
var descriptions = map[string]string{
	"listEditions":       "导入的版次、生效过的整套规则，以及何处安装了哪个。限系统管理员和主管单位。",
	"importEdition":      "规则叠加在随程序提供的规则之上：新文件增补，同名文件替换。先检查并试跑全部例句，有误为 422，逐条写明文件、行和规则。导入不即生效，除非 install 为真。",
	"readEdition":        "可按版次（包括机审报告和签发证书中的版次）取回其规则文件。限系统管理员和主管单位。",
	"installEdition":     "各副本在数秒内启用；审签中的稿件在签发前按新版次复审。安装随程序提供的版次即撤下此处的版次。",
	"createDraft":        "拟稿人在其账号下新建稿件，状态为 draft。提交前可以反复修改。",
	"listDrafts":         "本人可见账号的稿件，新的在前。",
	"readDraft":          "稿件全文、机审报告、处置、决定以及您现在可以做的操作。ETag 是内容的摘要，供 If-Match 使用；状态变化不改变它。",
	"reviseDraft":        "以 If-Match 写明所依据内容的摘要。内容有变即作废已有审签；原样保存不作废。",
	"submitDraft":        "机审后按层级进入审签路径；有拦截则为 blocked，涉密则为 locked。",
	"decideDraft":        "digest 是您所见内容的摘要：内容已变为 412，状态已变或他人已先办理为 409，并给出稿件当前的 state 与 digest。在签发环节 approve 即审定签发。撰写、编辑过此稿者不得审签（403 self_approval）。",
	"disposeHits":        "可以提交一条处置、处置数组，或 {\"items\": [...]}。误报由审核人（默认制度为编辑）确认，豁免由签发人确认。",
	"answerConsultation": "由被会签单位的会签人答复；编辑（没有编辑的制度，为首先审核的角色）登记书面答复须填 reference。全部答复后稿件转入签发环节，内容变更后须重新会签。",
	"withdrawRelease":    "由签发人（或其受托人）作出，须写明理由。已发布的渠道全部以回执 removed 确认后，稿件为 withdrawn。",
	"correctRelease":     "以原签发内容新建一份更正稿，按全部流程审签；签发时替换原签发件。",
	"createDelegation":   "只能授出本人的审签角色，不得转授，不得高于本人层级。受托人的决定记为“受托人 代 授权人”。",
	"revokeDelegation":   "授权人或系统管理员可随时撤销，立即生效。",
	"readInbox":          "按时限先后列出等待您办理的稿件，含授权代签事项。",
	"screenText":         "与提交时相同的机审，不存稿、不留痕。",
	"readFeed":           "按签发提交的先后给出变更。把 next 作为下次的 after，即不漏不重；至少送达一次，以回执为准。wait 为长轮询。",
	"readRelease":        "签发的内容，逐字节不变。",
	"readCertificate":    "DSSE 信封，内为 in-toto Statement，以 /api/v1/keys 的公钥核验。",
	"putReceipt":         "同一渠道可以重复提交，以最后一次为准。digest 与签发的不同即告警。",
	"createToken":        "secret 只在此时显示一次，服务器只存其摘要。",
	"settleWorkItem":     "由签发人或其受托人办结。撤回、更正随办结一并作出，在同一事务内完成：撤回立即通知各渠道，更正新建更正稿，其 id 见 correction；同一签发件的其他待办事项一并办结。保留不得由撰写或修改过此稿件的人决定。",
	"createWebhook":      "推送只含通知的种类和稿件、签发件的 id，不含标题与正文；接收方再以自己的令牌查询。至少送达一次，重复的推送 webhook-id 相同。接收方答复 2xx 为收到，410 即停用订阅，其余按间隔递增重试约两天半。涉密锁定的稿件一概不推送。",
	"setPassword":        "本人或系统管理员。",
}

// newHuma makes the huma API: JSON only, no links in bodies, no documents of its own.
func (a *API) newHuma(engine *gin.Engine) {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	a.check = newChecker(registry)
	format := huma.Format{Marshal: marshalTo, Unmarshal: json.Unmarshal}
	a.huma = humagin.New(engine, huma.Config{
		OpenAPI: &huma.OpenAPI{OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "审发 Shenfa", Version: a.options.Version, Description: "政务新媒体发布前审核引擎。时间为 RFC 3339（UTC），错误为 RFC 9457 problem+json。",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer":  {Type: "http", Scheme: "bearer", Description: "访问令牌"},
				"session": {Type: "apiKey", In: "cookie", Name: "shenfa_session", Description: "网页登录后的会话"},
			}},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format, "application/problem+json": format, "application/vnd.dsse+json": format},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{ownProblems},
	})
	a.huma.UseMiddleware(a.authenticate, a.readRequest)
	a.problemResponse = &huma.Response{Description: "错误（RFC 9457）", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: registry.Schema(reflect.TypeFor[Problem](), true, "")}}}
	for _, t := range tags {
		a.huma.OpenAPI().Tags = append(a.huma.OpenAPI().Tags, &huma.Tag{Name: t.name, Description: t.about})
	}
}

// marshalTo writes v in one piece. An error of the connection is nobody's fault: the caller is gone.
func marshalTo(w io.Writer, v any) error {
	page, ok := v.(*FeedPage)
	if ok {
		_, _ = w.Write(page.appendJSON(nil))
		return nil
	}
	raw, err := marshal(v)
	if err == nil {
		_, _ = w.Write(append(raw, '\n'))
	}
	return err
}

// marshal is json.Marshal that leaves markup readable.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	if err := writeJSON(&out, v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// documents are made once, from the routes.
type documents struct{ json, yaml, html []byte }

// document makes the OpenAPI document and the page of it.
func (a *API) document() error {
	oapi := a.huma.OpenAPI()
	for _, schema := range oapi.Components.Schemas.Map() {
		tidy(schema)
	}
	// What huma cannot say of a pointer to an object.
	release := oapi.Components.Schemas.Map()["ReleaseDocument"]
	release.Properties["source"] = &huma.Schema{AnyOf: []*huma.Schema{release.Properties["source"], {Type: "null"}}}
	delete(oapi.Components.Schemas.Map(), "ErrorModel") // huma's own shape of an error, which nobody gets to see
	raw, err := json.Marshal(oapi)
	if err != nil {
		return err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, raw, "", "  "); err != nil {
		return err
	}
	a.documents.json = indented.Bytes()
	if a.documents.yaml, err = oapi.YAML(); err != nil {
		return err
	}
	a.documents.html, err = docsPage(oapi)
	return err
}

// tidy says what our answers keep to: lists are never null.
func tidy(s *huma.Schema) {
	for _, property := range s.Properties {
		if property.Type == huma.TypeArray {
			property.Nullable = false
		}
		tidy(property)
	}
}

func (a *API) openapiJSON(c *gin.Context) {
	c.Data(http.StatusOK, "application/openapi+json", a.documents.json)
}

func (a *API) openapiYAML(c *gin.Context) {
	c.Data(http.StatusOK, "application/openapi+yaml", a.documents.yaml)
}
