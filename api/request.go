package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/go-json-experiment/json/jsontext"

	"shenfa/models"
)

// maxPointer is the longest pointer into a malformed body that an answer repeats, in bytes.
const maxPointer = 200

// readRequest checks a request before huma decodes it: the parameters, then
// the body, byte by byte and against the schema. What comes through can be
// decoded without surprises.
func (a *API) readRequest(ctx huma.Context, next func(huma.Context)) {
	c := humagin.Unwrap(ctx)
	raw, err := a.checkedRequest(c.Writer, c.Request, ctx.Operation(), c.Param)
	if err != nil {
		fail(c.Writer, c.Request, err)
		return
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(raw))
	next(ctx)
}

func (a *API) checkedRequest(w http.ResponseWriter, r *http.Request, op *huma.Operation, param func(string) string) ([]byte, error) {
	if places := a.check.parameters(op, r, param); len(places) > 0 {
		return nil, newProblem(models.CodeInvalid, "请求参数有误，请按提示修改。", places...)
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil, nil
	}
	if r.ContentLength > a.options.MaxBody {
		return nil, tooLarge(a.options.MaxBody)
	}
	// A slow sender may not hold the connection for ever. Not every writer has deadlines (tests): then none is set.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(a.options.RequestTimeout))
	raw, err := readAll(http.MaxBytesReader(w, r.Body, a.options.MaxBody))
	_ = control.SetReadDeadline(time.Time{})
	if err != nil {
		return nil, err
	}
	if len(raw) > 0 && !isJSON(r.Header.Get("Content-Type")) {
		return nil, newProblem(codeMediaType, "请求正文应为 JSON，请使用 Content-Type: application/json。")
	}
	if err := a.check.body(op.RequestBody, raw); err != nil {
		return nil, err
	}
	once(r, raw)
	return raw, nil
}

// once reads the Idempotency-Key, which the parameter check has seen, into the actor.
func once(r *http.Request, raw []byte) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		return
	}
	hash := sha256.New()
	for _, part := range []string{r.Method, r.URL.EscapedPath(), r.Header.Get("If-Match")} {
		hash.Write([]byte(part))
		hash.Write([]byte{0})
	}
	hash.Write(raw)
	callOf(r.Context()).actor.Once = models.Once{Key: key, Request: hex.EncodeToString(hash.Sum(nil))}
}

func readAll(body io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(body)
	if limit, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, tooLarge(limit.Limit)
	}
	if err != nil {
		return nil, models.Errorf(models.CodeMalformed, "请求正文没有传完。").Because(err)
	}
	return raw, nil
}

func tooLarge(limit int64) error {
	return models.Errorf(models.CodeTooLarge, "请求正文超过 %d 字节的上限。", limit)
}

// isJSON accepts application/json and its relatives, and a missing type.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, params, err := mime.ParseMediaType(contentType)
	charset := strings.ToLower(params["charset"])
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json")) && (charset == "" || charset == "utf-8")
}

// body checks the raw body of a request: nil means that it can be decoded.
func (c *checker) body(expected *huma.RequestBody, raw []byte) error {
	if expected == nil || expected.Content["application/json"] == nil {
		if text := strings.TrimSpace(string(raw)); text != "" && text != "{}" {
			return malformed("此操作不接受请求正文。", 0, "")
		}
		return nil
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		if !expected.Required {
			return nil
		}
		return malformed("缺少请求正文。", 0, "")
	}
	if err := wellFormed(raw); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return malformed("JSON 无法读取。", decoder.InputOffset(), "")
	}
	places := c.value(expected.Content["application/json"].Schema, "", tree)
	if len(places) == 0 {
		return nil
	}
	slices.SortStableFunc(places, func(a, b Place) int { return strings.Compare(a.Pointer, b.Pointer) })
	return newProblem(models.CodeInvalid, "提交的内容有误，请按提示修改。", places[:min(len(places), maxPlaces)]...)
}

// wellFormed says whether raw is one JSON value in UTF-8 without lone
// surrogates and without two members of one name in an object.
func wellFormed(raw []byte) error {
	decoder := jsontext.NewDecoder(bytes.NewReader(raw))
	_, err := decoder.ReadValue()
	if err == nil {
		end := decoder.InputOffset()
		switch _, err = decoder.ReadToken(); err {
		case io.EOF:
			return nil
		case nil:
			return malformed("JSON 之后还有多余的内容。", end, "")
		}
	}
	fault, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return malformed("JSON 不完整。", int64(len(raw)), "")
	}
	detail := "JSON 语法错误。"
	for sign, said := range map[string]string{
		"duplicate object member name": "同一对象中出现重名字段。",
		"unexpected EOF":               "JSON 不完整。",
		"invalid UTF-8":                "不是有效的 UTF-8 文本。",
		"invalid surrogate pair":       "含有不成对的代理字符（\\uD800–\\uDFFF）。",
		"exceeded max depth":           "嵌套层数过多。",
		"(expecting non-control":       "文本中的控制字符应当转义。",
	} {
		if fault.Err != nil && strings.Contains(fault.Err.Error(), sign) {
			detail = said
		}
	}
	return malformed(detail, fault.ByteOffset, string(fault.JSONPointer))
}

// malformed names the place where reading stopped; the pointer is cut where it leads too deep to be of use.
func malformed(detail string, offset int64, pointer string) *Problem {
	if len(pointer) > maxPointer {
		pointer = strings.ToValidUTF8(pointer[:maxPointer], "") + "…"
	}
	return newProblem(models.CodeMalformed, "请求正文无法读取："+detail, Place{Pointer: pointer, Detail: detail, Offset: &offset})
}

// parameters lists what is wrong with the path, the query and the headers that an operation takes.
func (c *checker) parameters(op *huma.Operation, r *http.Request, param func(string) string) []Place {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return []Place{{In: "query", Detail: "查询字符串无法读取。"}}
	}
	var places []Place
	known := map[string]bool{}
	for _, p := range op.Parameters {
		var values []string
		switch p.In {
		case "path":
			values = []string{param(p.Name)}
		case "query":
			values = query[p.Name]
			known[p.Name] = true
		case "header":
			values = r.Header.Values(p.Name)
		}
		places = append(places, c.parameter(p, values)...)
	}
	for name := range query {
		if !known[name] {
			places = append(places, Place{Pointer: "/" + escapePointer(strings.ToValidUTF8(name, "�")), In: "query", Detail: "不支持的查询参数。"})
		}
	}
	slices.SortStableFunc(places, func(a, b Place) int { return strings.Compare(a.In+a.Pointer, b.In+b.Pointer) })
	return places[:min(len(places), maxPlaces)]
}

func (c *checker) parameter(p *huma.Param, values []string) []Place {
	wrong := func(detail string) []Place {
		return []Place{{Pointer: "/" + escapePointer(p.Name), In: p.In, Detail: detail}}
	}
	switch {
	case len(values) == 0 && p.Required:
		return wrong("缺少必填参数。")
	case len(values) == 0 || values[0] == "" && !p.Required:
		return nil
	case len(values) > 1:
		return wrong("只能出现一次。")
	case !utf8.ValidString(values[0]):
		return wrong("不是有效的 UTF-8 文本。")
	}
	var v any = values[0]
	if schema := c.resolve(p.Schema); schema.Type == huma.TypeInteger {
		v = json.Number(values[0])
	}
	places := c.value(p.Schema, "", v)
	if len(places) == 0 {
		return nil
	}
	return wrong(places[0].Detail)
}
