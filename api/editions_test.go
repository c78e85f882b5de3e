package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"shenfa/api"
)

const sloganRule = `[[rule]]
id = "local.slogan"
category = "wording.fixed_expression"
basis = "本单位宣传用语规定"
why = "“{text}”已停用"
terms = ["春风护航"]
positive = ["本周举行[[春风护航]]活动。"]
`

func TestTheLexiconOverHTTP(t *testing.T) {
	w := onSQLite(t, api.Options{})
	importing := func(rule string, install bool) answer {
		body, err := json.Marshal(map[string]any{"files": map[string]string{"slogan.toml": rule}, "note": "试验", "unit_id": w.unit.ID, "install": install})
		if err != nil {
			t.Fatal(err)
		}
		return w.send("admin", "POST", "/api/v1/lexicon/editions", string(body))
	}
	a := importing(strings.Replace(sloganRule, "举行[[春风", "举行[[夏风", 1), false)
	if p := readProblem(t, a); a.StatusCode != 422 || len(p.Errors) != 1 || p.Errors[0].Pointer != "/files/slogan.toml" {
		t.Errorf("a mistake: %d %s", a.StatusCode, a.raw)
	}
	a = importing(sloganRule, true)
	if a.StatusCode != 201 {
		t.Fatalf("%d %s", a.StatusCode, a.raw)
	}
	imported := a.json(t)
	id, force := imported["id"].(string), imported["installed"].(map[string]any)
	if report := imported["report"].(map[string]any); report["rules"] != 1.0 || report["terms"] != 1.0 || force["unit_id"] != w.unit.ID {
		t.Errorf("%s", a.raw)
	}
	for account, outcome := range map[string]string{w.account.ID: "blocked", "": "clean"} {
		a = w.send("author", "POST", "/api/v1/screenings", fmt.Sprintf(`{"body":"本周举行春风护航活动。","account_id":%q}`, account))
		if got := a.json(t); a.StatusCode != 200 || got["outcome"] != outcome || (got["edition"] == force["in_force"]) != (account != "") {
			t.Errorf("screening for %q: %d %s", account, a.StatusCode, a.raw)
		}
	}
	a = w.send("supervisor", "GET", "/api/v1/lexicon/editions", "")
	if got := a.json(t); a.StatusCode != 200 || len(got["items"].([]any)) != 1 || len(got["in_force"].([]any)) != 2 {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
	a = w.send("supervisor", "GET", "/api/v1/lexicon/editions/"+id, "")
	if got := a.json(t); a.StatusCode != 200 || got["files"].(map[string]any)["slogan.toml"] != sloganRule {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
	for name, tt := range map[string]struct {
		who, method, path, body string
		status                  int
	}{
		"an author reads nothing":      {"author", "GET", "/lexicon/editions", "", 403},
		"a supervisor installs none":   {"supervisor", "POST", "/lexicon/editions/" + id + "/install", "{}", 403},
		"a supervisor imports none":    {"supervisor", "POST", "/lexicon/editions", "{}", 403},
		"an integration reads nothing": {"integration", "GET", "/lexicon/editions", "", 403},
		"neither files nor archive":    {"admin", "POST", "/lexicon/editions", "{}", 422},
		"no archive":                   {"admin", "POST", "/lexicon/editions", `{"archive":"QUJD"}`, 422},
		"an unknown edition":           {"admin", "POST", "/lexicon/editions/none/install", "{}", 404},
		"for all units":                {"admin", "POST", "/lexicon/editions/" + id + "/install", `{}`, 200},
		"the same again":               {"admin", "POST", "/lexicon/editions/" + id + "/install", fmt.Sprintf(`{"unit_id":%q}`, w.unit.ID), 200},
	} {
		t.Run(name, func(t *testing.T) {
			if a := w.send(tt.who, tt.method, "/api/v1"+tt.path, tt.body); a.StatusCode != tt.status {
				t.Errorf("%d %s, want %d", a.StatusCode, a.raw, tt.status)
			}
		})
	}
}
