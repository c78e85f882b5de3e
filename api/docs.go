package api

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

//go:embed docs.html docs.css
var docsFiles embed.FS

// docsGroup is the operations of one tag.
type docsGroup struct {
	Name, About string
	Operations  []docsOperation
}

// docsOperation is one operation on the page.
type docsOperation struct {
	ID, Method, Path, Summary string
	About                     []string // paragraphs
	Params                    []docsField
	Body                      []docsField
	BodyNote                  string
	Status                    string
	Answer                    []docsField
	Curl                      string
}

// docsField is one parameter or one member of a body.
type docsField struct {
	Name, In, Type, About string
	Required              bool
	Depth                 int
}

// docsCode is one code of a problem.
type docsCode struct {
	Code   string
	Status int
	Title  string
}

// docsPage renders the OpenAPI document as one page that needs nothing else.
func docsPage(oapi *huma.OpenAPI) ([]byte, error) {
	page, err := template.ParseFS(docsFiles, "docs.html")
	if err != nil {
		return nil, err
	}
	d := &docsWriter{registry: oapi.Components.Schemas}
	var groups []docsGroup
	for _, t := range oapi.Tags {
		group := docsGroup{Name: t.Name, About: t.Description}
		for _, path := range sortedPaths(oapi) {
			item := oapi.Paths[path]
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
				if op != nil && slices.Contains(op.Tags, t.Name) {
					group.Operations = append(group.Operations, d.operation(op))
				}
			}
		}
		groups = append(groups, group)
	}
	var codes []docsCode
	for code, k := range kinds {
		codes = append(codes, docsCode{string(code), k.status, k.title})
	}
	slices.SortFunc(codes, func(a, b docsCode) int {
		return strings.Compare(fmt.Sprint(a.Status, a.Code), fmt.Sprint(b.Status, b.Code))
	})
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{"Info": oapi.Info, "Groups": groups, "Codes": codes})
	return out.Bytes(), err
}

func sortedPaths(oapi *huma.OpenAPI) []string {
	var paths []string
	for path := range oapi.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// docsWriter lays out operations; schemas are looked up in the registry.
type docsWriter struct{ registry huma.Registry }

func (d *docsWriter) operation(op *huma.Operation) docsOperation {
	out := docsOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, About: strings.Split(op.Description, "\n\n")}
	for _, p := range op.Parameters {
		out.Params = append(out.Params, docsField{Name: p.Name, In: p.In, Required: p.Required, Type: d.typeOf(p.Schema), About: p.Description})
	}
	var example any
	if op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil {
		schema := d.resolve(op.RequestBody.Content["application/json"].Schema)
		if len(schema.OneOf) > 0 {
			out.BodyNote = "可以是一个对象、对象的数组，或 {\"items\": [...]}。"
			schema = d.resolve(schema.OneOf[0])
		}
		out.Body = d.fields(schema, 0)
		example = d.example(schema)
	}
	for status, response := range op.Responses {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		out.Status = status
		if media := response.Content["application/json"]; media != nil {
			out.Answer = d.fields(d.resolve(media.Schema), 0)
		}
	}
	out.Curl = curl(op, example)
	return out
}

func (d *docsWriter) resolve(s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = d.registry.SchemaFromRef(s.Ref)
	}
	return s
}

// fields lists the members of an object, those of nested objects below them.
func (d *docsWriter) fields(s *huma.Schema, depth int) []docsField {
	if s = d.inner(s); s == nil || depth > 3 {
		return nil
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		rank := func(name string) string {
			if slices.Contains(s.Required, name) {
				return "0" + name
			}
			return "1" + name
		}
		return strings.Compare(rank(a), rank(b))
	})
	var out []docsField
	for _, name := range names {
		property := s.Properties[name]
		out = append(out, docsField{Name: name, Type: d.typeOf(property), Required: slices.Contains(s.Required, name), About: d.about(property), Depth: depth})
		out = append(out, d.fields(property, depth+1)...)
	}
	return out
}

// inner is the object in a schema: behind references, lists and null.
func (d *docsWriter) inner(s *huma.Schema) *huma.Schema {
	s = d.resolve(s)
	switch {
	case s == nil:
		return nil
	case len(s.AnyOf) > 0:
		return d.inner(s.AnyOf[0])
	case s.Type == huma.TypeArray:
		return d.inner(s.Items)
	case s.Type != huma.TypeObject:
		return nil
	}
	return s
}

func (d *docsWriter) about(s *huma.Schema) string {
	if s.Description != "" {
		return s.Description
	}
	return d.resolve(s).Description
}

func (d *docsWriter) typeOf(s *huma.Schema) string {
	s = d.resolve(s)
	text := ""
	switch {
	case len(s.AnyOf) > 0:
		return d.typeOf(s.AnyOf[0]) + " | null"
	case len(s.OneOf) > 0:
		return d.typeOf(s.OneOf[0])
	case s.Type == huma.TypeArray:
		text = d.typeOf(s.Items) + "[]"
	case s.Type == "":
		text = "any"
	default:
		text = s.Type
	}
	if s.Format == "date-time" {
		text = "date-time"
	}
	if len(s.Enum) > 0 {
		text += "：" + joinValues(s.Enum)
	}
	if s.MaxLength != nil {
		text += fmt.Sprintf("，≤%d 字", *s.MaxLength)
	}
	if s.Nullable {
		text += " | null"
	}
	return text
}

// example is a body with the required members, and the others that have an example.
func (d *docsWriter) example(s *huma.Schema) any {
	s = d.resolve(s)
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type == huma.TypeObject:
		out := map[string]any{}
		for name, property := range s.Properties {
			if slices.Contains(s.Required, name) || len(property.Examples) > 0 {
				out[name] = d.example(property)
			}
		}
		return out
	case s.Type == huma.TypeArray:
		return []any{}
	case s.Type == huma.TypeBoolean:
		return false
	case s.Type == huma.TypeInteger:
		return 1
	}
	return "…"
}

func curl(op *huma.Operation, example any) string {
	parts := []string{"curl"}
	if op.Method != http.MethodGet {
		parts = append(parts, "-X "+op.Method)
	}
	if len(op.Security) > 0 {
		parts = append(parts, `-H "Authorization: Bearer $TOKEN"`)
	}
	for _, p := range op.Parameters {
		if p.Name == "If-Match" {
			parts = append(parts, `-H 'If-Match: "…digest…"'`)
		}
	}
	if example != nil {
		raw, _ := json.Marshal(example)
		parts = append(parts, "-H 'Content-Type: application/json'", "-d '"+string(raw)+"'")
	}
	return strings.Join(parts, " \\\n  ") + " \\\n  http://127.0.0.1:8080" + op.Path
}

func (a *API) docs(c *gin.Context) {
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	c.Data(http.StatusOK, "text/html; charset=utf-8", a.documents.html)
}

func (a *API) docsStyle(c *gin.Context) {
	style, err := docsFiles.ReadFile("docs.css")
	if err != nil {
		fail(c.Writer, c.Request, err)
		return
	}
	c.Data(http.StatusOK, "text/css; charset=utf-8", style)
}
