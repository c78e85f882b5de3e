package api_test

import (
	"net/http"
	"strings"
	"testing"

	"shenfa/api"
)

func TestWebhooksAreTheAdministrators(t *testing.T) {
	w := onSQLite(t, api.Options{})
	const path = "/api/v1/webhooks"
	body := `{"url":"https://oa.example.gov.cn/hooks","account_id":"` + w.account.ID + `","kinds":["released"]}`
	if a := w.send("editor", http.MethodPost, path, body); a.StatusCode != http.StatusForbidden {
		t.Errorf("an editor: %d", a.StatusCode)
	}
	if a := w.send("nobody", http.MethodGet, path, ""); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %d", a.StatusCode)
	}
	for _, bad := range []string{`{}`, `{"url":"http://127.0.0.1/"}`, `{"url":"https://10.0.0.1/"}`, `{"url":"https://example.com/","account_id":"x"}`, `{"url":"https://example.com/","secret":"x"}`} {
		if a := w.send("admin", http.MethodPost, path, bad); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, a.StatusCode, a.raw)
		}
	}
	made := w.send("admin", http.MethodPost, path, body)
	if made.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", made.StatusCode, made.raw)
	}
	hook := made.json(t)
	id, secret := hook["id"].(string), hook["secret"].(string)
	if !strings.HasPrefix(secret, "whsec_") {
		t.Error(secret)
	}
	if a := w.send("admin", http.MethodGet, path, ""); a.StatusCode != http.StatusOK || strings.Contains(string(a.raw), secret) || !strings.Contains(string(a.raw), id) {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
	if a := w.send("admin", http.MethodGet, path+"/"+id+"/deliveries", ""); a.StatusCode != http.StatusOK || !strings.Contains(string(a.raw), `"items":[]`) {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
	for _, step := range []struct {
		method, path string
		status       int
	}{
		{http.MethodDelete, "/" + id, 204}, {http.MethodPost, "/" + id + "/enable", 204}, {http.MethodDelete, "/nothing", 404}, {http.MethodGet, "/nothing/deliveries", 404},
	} {
		if a := w.send("admin", step.method, path+step.path, ""); a.StatusCode != step.status {
			t.Errorf("%s %s: %d %s", step.method, step.path, a.StatusCode, a.raw)
		}
	}
}
