package api

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"shenfa/models"
)

// gate says who may call an operation at all. Whether they may do it to this
// draft or account is for the workflow to say.
type gate struct {
	label string
	open  func(models.Actor) bool // nil: no credentials needed
}

// gates are the gates that routes name.
type gates struct{ public, anyone, person, admin gate }

func newGates() gates {
	return gates{
		public: gate{label: "公开"},
		anyone: gate{"持有有效凭证者", func(models.Actor) bool { return true }},
		person: gate{"用户", func(a models.Actor) bool { return a.Kind == models.ActorUser }},
		admin:  gate{"系统管理员", func(a models.Actor) bool { return a.Admin }},
	}
}

// operation is one line of the route table.
type operation struct {
	id      string
	pattern string // method and path below /api/v1; with a status, where it is not 200
	who     gate
	summary string
	media   string // of the answer, where it is not JSON
	long    bool   // may wait for news: the request timeout is not for it
}

func on(id, pattern string, who gate, summary string) operation {
	return operation{id: id, pattern: pattern, who: who, summary: summary}
}

func (o operation) waiting() operation {
	o.long = true
	return o
}

// giving says that the answer is a file of a media type.
func (o operation) giving(media string) operation {
	o.media = media
	return o
}

// add registers an operation. Its function gets the actor as an argument and
// returns what it has or the error as it is.
func add[I, O any](a *API, o operation, do func(context.Context, models.Actor, *I) (*O, error)) {
	parts := strings.Fields(o.pattern)
	op := huma.Operation{OperationID: o.id, Method: parts[0], Path: "/api/v1" + parts[1], Summary: o.summary,
		Description: describe(o), Tags: []string{tagOf(parts[1])}, Metadata: map[string]any{"gate": o.who},
		MaxBodyBytes: -1, BodyReadTimeout: -1, SkipValidateBody: true, SkipValidateParams: true,
		Responses: map[string]*huma.Response{"default": a.problemResponse}}
	op.DefaultStatus = http.StatusOK
	if len(parts) > 2 {
		op.DefaultStatus, _ = strconv.Atoi(parts[2])
	}
	op.Responses[strconv.Itoa(op.DefaultStatus)] = &huma.Response{Description: "完成"}
	if o.media != "" {
		op.Responses[strconv.Itoa(op.DefaultStatus)].Content = map[string]*huma.MediaType{o.media: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	if o.who.open != nil {
		op.Security = []map[string][]string{{"bearer": {}}, {"session": {}}}
	}
	if op.Method != http.MethodGet {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header",
			Description: "幂等键：同一调用者以同一键重复同一请求，只执行一次；同键不同请求为 422",
			Schema: &huma.Schema{Type: huma.TypeString, Pattern: "^[!-~]{1,200}$",
				PatternDescription: "应为 1 至 200 个可见 ASCII 字符"}})
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, callOf(ctx).actor, in)
		if err != nil {
			p := problem(err)
			if op.Method == http.MethodGet { // it has no body: what the workflow points at came in the query
				for i := range p.Errors {
					p.Errors[i].In = cmp.Or(p.Errors[i].In, "query")
				}
			}
			callOf(ctx).problem = p
			return nil, p
		}
		return out, nil
	})
	registered := a.huma.OpenAPI().Paths[op.Path]
	for _, known := range []*huma.Operation{registered.Get, registered.Put, registered.Post, registered.Delete} {
		if known != nil && known.OperationID == o.id {
			a.learn(known)
		}
	}
	if o.long {
		a.longPolls = append(a.longPolls, ginPath(op.Path))
	}
}

func (a *API) learn(op *huma.Operation) {
	for _, p := range op.Parameters {
		a.check.learn(p.Schema)
	}
	if op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil {
		a.check.learn(op.RequestBody.Content["application/json"].Schema)
	}
}

func describe(o operation) string {
	text := "权限：" + o.who.label + "。"
	if more, ok := descriptions[o.id]; ok {
		text += "\n\n" + more
	}
	return text
}

func ginPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
