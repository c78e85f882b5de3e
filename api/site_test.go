package api_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"shenfa/api"
	"shenfa/models"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestOpenAPIGolden(t *testing.T) {
	w := onSQLite(t, api.Options{})
	a := w.send("nobody", "GET", "/openapi.json", "")
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(golden, a.raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(a.raw) {
		t.Error("the OpenAPI document differs from testdata/openapi.json; if that is meant: go test ./api -run Golden -update")
	}
	if a := w.send("nobody", "GET", "/openapi.yaml", ""); a.StatusCode != 200 || !strings.Contains(string(a.raw), "openapi: ") {
		t.Errorf("%d %.200s", a.StatusCode, a.raw)
	}
	if strings.Contains(string(a.raw), "ErrorModel") {
		t.Error("the document names an error shape that nobody gets")
	}
}

func TestDocsNeedNothingElse(t *testing.T) {
	w := onSQLite(t, api.Options{})
	a := w.send("nobody", "GET", "/docs", "")
	page := string(a.raw)
	if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%d %s", a.StatusCode, a.Header)
	}
	for _, part := range []string{`id="createDraft"`, `id="readFeed"`, "If-Match", "self_approval", "curl"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page has no %s", part)
		}
	}
	for _, foreign := range []string{`src="http`, `href="http`, "@import", "<script"} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page loads something: %s", foreign)
		}
	}
	if a := w.send("nobody", "GET", "/docs/style.css", ""); a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/css") {
		t.Errorf("style: %d", a.StatusCode)
	}
}

func TestHealthAndReadiness(t *testing.T) {
	w := onSQLite(t, api.Options{})
	<-mustEngine(t)
	for path, want := range map[string]string{"/healthz": `"ok"`, "/readyz": `"ready"`} {
		if a := w.send("nobody", "GET", path, ""); a.StatusCode != 200 || !strings.Contains(string(a.raw), want) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.raw)
		}
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if a := w.send("nobody", "GET", "/healthz", ""); a.StatusCode != 200 {
		t.Errorf("healthz without a database: %d", a.StatusCode)
	}
	if a := w.send("nobody", "GET", "/readyz", ""); a.StatusCode != 503 || !strings.Contains(string(a.raw), "database") {
		t.Errorf("readyz without a database: %d %s", a.StatusCode, a.raw)
	}
	if a := w.send("author", "GET", "/api/v1/drafts", ""); a.StatusCode < 500 || strings.Contains(string(a.raw), "sql") {
		t.Errorf("drafts without a database: %d %s", a.StatusCode, a.raw)
	} else {
		readProblem(t, a)
	}
}

func mustEngine(t *testing.T) <-chan struct{} {
	t.Helper()
	engine, err := sharedEngine()
	if err != nil {
		t.Fatal(err)
	}
	return engine.Ready()
}

func TestMetricsAndLogSayNothingOfDrafts(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.submitted(w.input())
	w.send("author", "GET", "/api/v1/drafts?text=植树", "")
	metrics := string(w.send("nobody", "GET", "/metrics", "").raw)
	for _, want := range []string{`shenfa_http_requests_total{method="POST",route="/api/v1/drafts",status="201"} 1`,
		`shenfa_screenings_total{outcome="` + string(d.Outcome) + `"} 1`, "shenfa_feed_waiters 0", "shenfa_http_request_duration_seconds_bucket"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
	for _, text := range []string{metrics, w.log.text()} {
		for _, secret := range []string{d.Title, "植树", w.clients["author"].Token} {
			if strings.Contains(text, secret) {
				t.Errorf("%q shows", secret)
			}
		}
	}
	if !strings.Contains(w.log.text(), "actor="+w.users["author"].ID) {
		t.Error("the log does not say who called")
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	w := onSQLite(t, api.Options{SecureCookies: true})
	for _, path := range []string{"/api/v1/me", "/docs", "/sign-in", "/healthz", "/nowhere"} {
		a := w.send("nobody", "GET", path, "")
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Strict-Transport-Security", "X-Request-Id"} {
			if a.Header.Get(name) == "" {
				t.Errorf("%s: no %s", path, name)
			}
		}
	}
}

// A request without a connection, as tests of other packages make it.
func TestTheHandlerWorksWithoutAConnection(t *testing.T) {
	w := onSQLite(t, api.Options{})
	request := httptest.NewRequest("POST", "/api/v1/screenings", strings.NewReader(`{"title":"题","body":"联系人张某，手机13800138000。"}`))
	request.Header.Set("Authorization", "Bearer "+w.clients["author"].Token)
	recorder := httptest.NewRecorder()
	w.api.ServeHTTP(recorder, request)
	if recorder.Code != 200 || !strings.Contains(recorder.Body.String(), string(models.OutcomeBlocked)) {
		t.Errorf("%d %s", recorder.Code, recorder.Body)
	}
}
