package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"shenfa/api"
)

// problemDocument is a problem as a stranger would read it.
type problemDocument struct {
	Type, Title, Detail, Code string
	Status                    int
	Errors                    []struct {
		Pointer, Detail, In string
		Offset              *int64
	}
	ErrorID string `json:"error_id"`
	State   string
	Digest  string
}

func readProblem(t testing.TB, a answer) problemDocument {
	t.Helper()
	var p problemDocument
	if err := json.Unmarshal(a.raw, &p); err != nil {
		t.Fatalf("%d %s: %v", a.StatusCode, a.raw, err)
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q", got)
	}
	if p.Status != a.StatusCode || p.Type == "" || p.Title == "" || p.Detail == "" || p.Code == "" || p.ErrorID == "" || p.Errors == nil {
		t.Errorf("%d: a member is missing in %s", a.StatusCode, a.raw)
	}
	return p
}

func TestABadRequestNamesThePlace(t *testing.T) {
	w := onSQLite(t, api.Options{MaxBody: 2 << 20})
	ok := fmt.Sprintf(`"account_id":%q,"title":"标题","body":"正文"`, w.account.ID)
	for name, tt := range map[string]struct {
		path, body string
		status     int
		code       string
		pointer    string
		offset     int64 // -1: none
	}{
		"unknown field":              {"/drafts", `{` + ok + `,"colour":"red"}`, 422, "invalid", "/colour", -1},
		"unknown nested field":       {"/drafts", `{` + ok + `,"source":{"unit":"新华社","page":1}}`, 422, "invalid", "/source/page", -1},
		"field in another case":      {"/drafts", `{` + ok + `,"Title":"另一标题"}`, 422, "invalid", "/Title", -1},
		"missing field":              {"/drafts", `{"title":"标题","body":"正文"}`, 422, "invalid", "/account_id", -1},
		"wrong type":                 {"/drafts", `{"account_id":"x","title":7,"body":"正文"}`, 422, "invalid", "/title", -1},
		"wrong type in a list":       {"/drafts", `{` + ok + `,"consult":["甲",3]}`, 422, "invalid", "/consult/1", -1},
		"no such kind":               {"/drafts", `{` + ok + `,"kind":"poem"}`, 422, "invalid", "/kind", -1},
		"no time":                    {"/drafts", `{` + ok + `,"not_before":"明天"}`, 422, "invalid", "/not_before", -1},
		"pattern":                    {"/drafts", `{` + ok + `,"media":[{"name":"a.jpg","sha256":"AA"}]}`, 422, "invalid", "/media/0/sha256", -1},
		"fraction for whole":         {"/drafts", `{` + ok + `,"media":[{"name":"a.jpg","sha256":"` + strings.Repeat("0", 64) + `","size":1.5}]}`, 422, "invalid", "/media/0/size", -1},
		"empty title":                {"/drafts", `{"account_id":"x","title":"","body":"正文"}`, 422, "invalid", "/title", -1},
		"over-long title":            {"/drafts", fmt.Sprintf(`{"account_id":"x","title":%q,"body":"正文"}`, strings.Repeat("长", 201)), 422, "invalid", "/title", -1},
		"over-long body":             {"/drafts", fmt.Sprintf(`{"account_id":"x","title":"题","body":%q}`, strings.Repeat("长", 200_001)), 422, "invalid", "/body", -1},
		"nul":                        {"/drafts", `{"account_id":"x","title":"a\u0000b","body":"正文"}`, 422, "invalid", "/title", -1},
		"nul in a list":              {"/drafts", `{` + ok + `,"consult":["\u0000"]}`, 422, "invalid", "/consult/0", -1},
		"not an object":              {"/drafts", `[]`, 422, "invalid", "", -1},
		"null":                       {"/drafts", `null`, 422, "invalid", "", -1},
		"too large":                  {"/drafts", fmt.Sprintf(`{"body":%q}`, strings.Repeat("长", 1<<20)), 413, "too_large", "", -1},
		"bad UTF-8":                  {"/drafts", "{\"title\":\"a\xffb\"}", 400, "malformed", "/title", 11},
		"bad UTF-8 in a name":        {"/drafts", "{\"\xff\":1}", 400, "malformed", "", 2},
		"lone surrogate":             {"/drafts", `{"title":"\ud800"}`, 400, "malformed", "/title", 10},
		"same name twice":            {"/drafts", `{"title":"a","title":"b"}`, 400, "malformed", "/title", 13},
		"syntax":                     {"/drafts", `{"title":"a",}`, 400, "malformed", "", 13},
		"cut off":                    {"/drafts", `{"title":"a"`, 400, "malformed", "", 12},
		"two values":                 {"/drafts", `{} {}`, 400, "malformed", "", 2},
		"no body":                    {"/drafts", ``, 400, "malformed", "", 0},
		"nested without end":         {"/drafts", `{"title":` + strings.Repeat("[", 100_000), 400, "malformed", "", -1},
		"nested deep, but closed":    {"/drafts", `{"title":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, 422, "invalid", "/account_id", -1},
		"unwanted body":              {"/drafts/x/submit", `{"a":1}`, 400, "malformed", "", -1},
		"disposition without hit":    {"/drafts/x/dispositions", `{"items":[{"kind":"exempt"}]}`, 422, "invalid", "/items/0/hit_id", -1},
		"no dispositions":            {"/drafts/x/dispositions", `[]`, 422, "invalid", "", -1},
		"an empty disposition":       {"/drafts/x/dispositions", `{}`, 422, "invalid", "/hit_id", -1},
		"unknown in a disposition":   {"/drafts/x/dispositions", `[{"hit_id":"h","kind":"exempt","who":1}]`, 422, "invalid", "/0/who", -1},
		"decision without digest":    {"/drafts/x/decisions", `{"action":"approve"}`, 422, "invalid", "/digest", -1},
		"no such action":             {"/drafts/x/decisions", `{"action":"publish","digest":"a"}`, 422, "invalid", "/action", -1},
		"a slash in a name":          {"/drafts", `{` + ok + `,"a/b~c":1}`, 422, "invalid", "/a~1b~0c", -1},
		"original with a source":     {"/drafts", `{` + ok + `,"source":{"unit":"新华社"}}`, 422, "invalid", "/source", -1},
		"screening of unknown field": {"/screenings", `{"colour":"x","body":"正文"}`, 422, "invalid", "/colour", -1},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.send("author", "POST", "/api/v1"+tt.path, tt.body)
			if a.StatusCode != tt.status {
				t.Fatalf("status %d, want %d: %s", a.StatusCode, tt.status, a.raw)
			}
			p := readProblem(t, a)
			if p.Code != tt.code {
				t.Errorf("code %q, want %q", p.Code, tt.code)
			}
			if tt.status == 413 {
				return
			}
			if len(p.Errors) == 0 {
				t.Fatalf("no place named: %s", a.raw)
			}
			if tt.offset >= 0 && (p.Errors[0].Offset == nil || *p.Errors[0].Offset != tt.offset) {
				t.Errorf("offset in %s, want %d", a.raw, tt.offset)
			}
			if !strings.HasPrefix(name, "nested without") && p.Errors[0].Pointer != tt.pointer {
				t.Errorf("pointer %q, want %q", p.Errors[0].Pointer, tt.pointer)
			}
			if strings.Contains(string(a.raw), "长长长") {
				t.Error("the answer repeats the text")
			}
		})
	}
}

func TestABadParameterNamesThePlace(t *testing.T) {
	w := onSQLite(t, api.Options{})
	for name, tt := range map[string]struct{ path, in, pointer string }{
		"not a number":        {"/drafts?limit=many", "query", "/limit"},
		"too many":            {"/drafts?limit=1000", "query", "/limit"},
		"unknown parameter":   {"/drafts?colour=red", "query", "/colour"},
		"given twice":         {"/drafts?account=a&account=b", "query", "/account"},
		"bad UTF-8":           {"/drafts?text=%ff", "query", "/text"},
		"nul":                 {"/drafts?text=%00", "query", "/text"},
		"bad escape":          {"/drafts?text=%zz", "query", ""},
		"bad wait":            {"/releases?wait=soon", "query", "/wait"},
		"cursor that is none": {"/releases?after=nonsense", "query", "/after"},
		"bad UTF-8 in a path": {"/drafts/%ff", "path", "/id"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.send("author", "GET", "/api/v1"+tt.path, "")
			p := readProblem(t, a)
			if a.StatusCode != 422 || p.Code != "invalid" || len(p.Errors) == 0 || p.Errors[0].In != tt.in || p.Errors[0].Pointer != tt.pointer {
				t.Errorf("%d %s, want a 422 that names %s of the %s", a.StatusCode, a.raw, tt.pointer, tt.in)
			}
		})
	}
	if a := w.send("author", "POST", "/api/v1/drafts", "{}", "Idempotency-Key", "有中文"); readProblem(t, a).Errors[0].In != "header" {
		t.Errorf("%d %s, want the header named", a.StatusCode, a.raw)
	}
	if a := w.send("author", "POST", "/api/v1/drafts", "title=x", "Content-Type", "application/x-www-form-urlencoded"); a.StatusCode != 415 {
		t.Errorf("%d %s, want 415", a.StatusCode, a.raw)
	}
}

func TestUnknownAddressesAreProblems(t *testing.T) {
	w := onSQLite(t, api.Options{})
	for path, want := range map[string]int{"GET /api/v1/nothing": 404, "PATCH /api/v1/drafts": 405, "GET /api/v1/drafts/": 404} {
		method, path, _ := strings.Cut(path, " ")
		if a := w.send("author", method, path, ""); a.StatusCode != want {
			t.Errorf("%s %s: %d, want %d", method, path, a.StatusCode, want)
		} else {
			readProblem(t, a)
		}
	}
}

func TestAnErrorIdStandsInTheLog(t *testing.T) {
	w := onSQLite(t, api.Options{})
	a := w.send("author", "GET", "/api/v1/drafts/none", "", "X-Request-Id", "abc-1")
	p := readProblem(t, a)
	if !strings.Contains(w.log.text(), "error_id="+p.ErrorID) || !strings.Contains(w.log.text(), "request_id=abc-1") {
		t.Errorf("the log does not name %s:\n%s", p.ErrorID, w.log.text())
	}
	if a.Header.Get("X-Request-Id") != "abc-1" {
		t.Error("the request id does not come back")
	}
}
