package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"shenfa/models"
)

// Codes of failures that only HTTP knows.
const (
	codeMethodNotAllowed models.Code = "method_not_allowed"
	codeMediaType        models.Code = "unsupported_media_type"
)

// kind is what HTTP says of a code.
type kind struct {
	status int
	title  string
	retry  time.Duration // Retry-After, where trying again helps
}

// kinds is the one table from codes to HTTP.
var kinds = map[models.Code]kind{
	models.CodeMalformed:       {status: http.StatusBadRequest, title: "请求无法读取"},
	models.CodeUnauthenticated: {status: http.StatusUnauthorized, title: "未登录或凭证无效"},
	models.CodeForbidden:       {status: http.StatusForbidden, title: "没有权限"},
	models.CodeSelfApproval:    {status: http.StatusForbidden, title: "不得审签本人撰写、编辑或已审核的稿件"},
	models.CodeNotFound:        {status: http.StatusNotFound, title: "未找到"},
	codeMethodNotAllowed:       {status: http.StatusMethodNotAllowed, title: "不支持的请求方法"},
	models.CodeConflict:        {status: http.StatusConflict, title: "与当前状态冲突"},
	models.CodeExpired:         {status: http.StatusGone, title: "游标已过期"},
	models.CodeStale:           {status: http.StatusPreconditionFailed, title: "稿件已有新版本"},
	models.CodeTooLarge:        {status: http.StatusRequestEntityTooLarge, title: "请求过大"},
	codeMediaType:              {status: http.StatusUnsupportedMediaType, title: "不支持的内容类型"},
	models.CodeInvalid:         {status: http.StatusUnprocessableEntity, title: "内容有误"},
	models.CodeKeyReused:       {status: http.StatusUnprocessableEntity, title: "幂等键已用于另一请求"},
	models.CodeDigestRequired:  {status: http.StatusPreconditionRequired, title: "缺少 If-Match"},
	models.CodeRateLimited:     {status: http.StatusTooManyRequests, title: "请求过于频繁", retry: 30 * time.Second},
	models.CodeInternal:        {status: http.StatusInternalServerError, title: "系统内部错误"},
	models.CodeUnavailable:     {status: http.StatusServiceUnavailable, title: "服务暂不可用", retry: 2 * time.Second},
}

// Problem is an error answer (RFC 9457).
type Problem struct {
	Type    string      `json:"type" doc:"错误类型的 URI，urn:shenfa:problem:<code>" example:"urn:shenfa:problem:stale"`
	Title   string      `json:"title" doc:"错误类型的名称"`
	Status  int         `json:"status" doc:"HTTP 状态码" example:"412"`
	Detail  string      `json:"detail" doc:"本次错误的说明"`
	Code    models.Code `json:"code" doc:"稳定的错误代码，供程序判断" example:"stale"`
	Errors  []Place     `json:"errors" nullable:"false" doc:"需要更正之处"`
	ErrorID string      `json:"error_id" doc:"错误编号，与服务器日志中的编号一致"`

	// Of a decision that came too late: the draft as it is now.
	State  models.State `json:"state,omitempty" doc:"稿件当前状态（仅 409、412）"`
	Digest string       `json:"digest,omitempty" doc:"稿件当前摘要（仅 409、412）"`

	headers http.Header
	cause   error
}

// Place is one place to mend. The pointer leads into the body, or, where In
// says so, names a query parameter, a header or a part of the path.
type Place struct {
	Pointer string `json:"pointer" doc:"JSON Pointer（RFC 6901）" example:"/source/unit"`
	Detail  string `json:"detail" doc:"应当如何更正"`
	In      string `json:"in,omitempty" enum:"query,header,path" doc:"不在请求正文中时，所在的位置"`
	Offset  *int64 `json:"offset,omitempty" doc:"无法读取之处在请求正文中的字节偏移"`
}

func (p *Problem) Error() string           { return string(p.Code) + ": " + p.Detail }
func (p *Problem) Unwrap() error           { return p.cause }
func (p *Problem) GetStatus() int          { return p.Status }
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType makes huma send a problem as one.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// newProblem is a problem of a code, with a detail and the places to mend.
func newProblem(code models.Code, detail string, places ...Place) *Problem {
	k, known := kinds[code]
	if !known {
		k = kinds[models.CodeInternal]
	}
	if detail == "" {
		detail = k.title + "。"
	}
	p := &Problem{Type: "urn:shenfa:problem:" + string(code), Title: k.title, Status: k.status, Detail: detail,
		Code: code, Errors: append([]Place{}, places...), ErrorID: uuid.Must(uuid.NewV7()).String(), headers: http.Header{}}
	if k.retry > 0 {
		p.headers.Set("Retry-After", strconv.Itoa(int(k.retry.Seconds())))
	}
	switch code {
	case models.CodeUnauthenticated:
		p.headers.Set("WWW-Authenticate", `Bearer realm="shenfa"`)
	case models.CodeTooLarge:
		p.headers.Set("Connection", "close")
	}
	return p
}

// problem is what an error looks like from outside. What is no domain error
// shows nothing of itself but the error id.
func problem(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code != models.CodeInternal {
		p := newProblem(e.Code, e.Message)
		for _, f := range e.Fields {
			p.Errors = append(p.Errors, Place{Pointer: f.Pointer, Detail: f.Message})
		}
		p.cause = e.Cause
		return p
	}
	code, detail := models.CodeInternal, "系统内部错误，操作没有完成。如反复出现，请将错误编号告知系统管理员。"
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		code, detail = models.CodeUnavailable, "处理超时，操作是否完成尚不确定，请刷新后查看。"
	}
	p := newProblem(code, detail)
	p.cause = err
	return p
}

// fail answers with the problem that err is, and leaves it for the log.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problem(err)
	callOf(r.Context()).problem = p
	for name, values := range p.headers {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = writeJSON(w, p)
	}
}

// ownProblems makes the problems that huma itself finds look like ours.
func ownProblems(ctx huma.Context, _ string, v any) (any, error) {
	foreign, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code := models.CodeInternal
	for known, k := range kinds {
		if k.status == foreign.Status && known != models.CodeKeyReused && known != models.CodeSelfApproval {
			code = known
		}
	}
	p := newProblem(code, "")
	p.cause = foreign
	for _, e := range foreign.Errors { // never e.Value: it may be a password
		p.Errors = append(p.Errors, Place{Pointer: "", Detail: e.Location})
	}
	callOf(ctx.Context()).problem = p
	return p, nil
}

// writeJSON keeps Chinese text and markup readable.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
