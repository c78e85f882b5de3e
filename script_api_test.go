package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// answerFile is where call leaves what the server said.
const answerFile = "answer.json"

// call WHO METHOD PATH STATUS [FILE] [NAME=VALUE]: one request of a person of
// d/demo.json, or of its integration; the body is the file with variables
// filled in, and a header may follow.
func call(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 4 {
		ts.Fatalf("usage: call WHO METHOD PATH STATUS [FILE] [NAME=VALUE]")
	}
	var demo demoFile
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("d/demo.json")), &demo))
	body := ""
	if len(args) > 4 {
		ts.Setenv("TOMORROW", time.Now().Add(24*time.Hour).UTC().Format(time.RFC3339))
		body = os.Expand(ts.ReadFile(args[4]), ts.Getenv)
	}
	request, err := http.NewRequest(args[1], demo.URL+"/api/v1"+args[2], strings.NewReader(body))
	ts.Check(err)
	token := demo.Integration.Token
	if args[0] != "integration" {
		token = demo.People[args[0]].Token
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if len(args) > 5 {
		name, value, _ := strings.Cut(args[5], "=")
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	ts.Check(err)
	raw, err := io.ReadAll(response.Body)
	ts.Check(errors.Join(err, response.Body.Close()))
	ts.Check(os.WriteFile(ts.MkAbs(answerFile), raw, 0o644))
	if got := strconv.Itoa(response.StatusCode); got != args[3] {
		ts.Fatalf("%s %s %s: %s, not %s\n%s", args[0], args[1], args[2], got, args[3], raw)
	}
}

// keep NAME KEY…: sets the variable to what the last answer says there.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], said(ts, args[1:]))
}

// want VALUE KEY…: the last answer says this there.
func want(ts *testscript.TestScript, _ bool, args []string) {
	if got := said(ts, args[1:]); got != args[0] {
		ts.Fatalf("%s is %q, not %q", strings.Join(args[1:], "."), got, args[0])
	}
}

// said finds a text of the last answer. A number picks from a list; any other
// word picks the hit of that category, and of it the id.
func said(ts *testscript.TestScript, path []string) string {
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(answerFile)), &value))
	for _, key := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			value = pick(v, key)
		}
	}
	text, ok := value.(string)
	if !ok {
		ts.Fatalf("no text at %s in %s", strings.Join(path, "."), ts.ReadFile(answerFile))
	}
	return text
}

func pick(list []any, key string) any {
	if n, err := strconv.Atoi(key); err == nil {
		if n < len(list) {
			return list[n]
		}
		return nil
	}
	for _, item := range list {
		if hit, ok := item.(map[string]any); ok && hit["category"] == key {
			return hit["id"]
		}
	}
	return nil
}
