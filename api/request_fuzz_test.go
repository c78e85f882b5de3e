package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// FuzzRequestBody: what the check lets through, the decoder reads, and no text
// in it is one that the database or a reader could choke on.
func FuzzRequestBody(f *testing.F) {
	for _, seed := range []string{
		`{"account_id":"a","title":"题","body":"文","kind":"reprint","source":{"unit":"新华社"},"not_before":"2026-03-12T09:00:00+08:00"}`,
		`{"account_id":"a","title":"\ud800","body":"\u0000"}`, `{"a":1,"a":2}`, `[[[[`, "{\"\xff\":1}", ``, `null`, `1e999`,
		`{"media":[{"name":"a","sha256":"0","size":1e3}]}`, `{"title":{"title":[]}}`, strings.Repeat(`{"source":`, 64),
	} {
		f.Add([]byte(seed))
	}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	schema := registry.Schema(reflect.TypeFor[createDraftInput]().Field(0).Type, true, "CreateDraft")
	check := newChecker(registry)
	check.learn(schema)
	expected := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		err := check.body(expected, raw)
		if err != nil {
			p := problem(err)
			if len(p.Errors) == 0 || p.Status < 400 || p.Status >= 500 {
				t.Fatalf("%+v", p)
			}
			if _, err := marshal(p); err != nil {
				t.Fatal(err)
			}
			return
		}
		var in createDraftInput
		if err := json.Unmarshal(raw, &in.Body); err != nil {
			t.Fatalf("let through, but not read: %v", err)
		}
		for _, text := range []string{in.Body.Title, in.Body.Body, in.Body.AccountID} {
			if text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Fatalf("let through: %q", text)
			}
		}
	})
}
