package api_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"shenfa/api"
	"shenfa/models"
	"shenfa/models/sign"
)

func TestTheApprovalFormIsAPageToPrint(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.released(w.input())
	a := w.send("editor", "GET", "/api/v1/drafts/"+d.ID+"/approval-form", "")
	if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || !strings.Contains(a.Header.Get("Content-Security-Policy"), "style-src 'sha256-") {
		t.Fatalf("%d %v", a.StatusCode, a.Header)
	}
	for _, must := range []string{cleanTitle, d.Digest, "审定签发", "<svg", "证书核验</th><td>相符"} {
		if !strings.Contains(string(a.raw), must) {
			t.Errorf("the form does not say %q", must)
		}
	}
	if a := w.send("nobody", "GET", "/api/v1/drafts/"+d.ID+"/approval-form", ""); a.StatusCode != 401 {
		t.Errorf("nobody: %d", a.StatusCode)
	}
}

func TestTheExportProvesItselfAndIsRecorded(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.released(w.input())
	a := w.send("editor", "GET", "/api/v1/drafts/"+d.ID+"/export", "")
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %s", a.StatusCode, a.raw)
	}
	archive, err := zip.NewReader(bytes.NewReader(a.raw), int64(len(a.raw)))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		t.Helper()
		f, err := archive.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	keys, err := sign.ParseKeys(read("公钥.json"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := models.VerifyRelease(read("签发件-1.json"), read("签发件-1.certificate.json"), sign.Ring(keys...)); err != nil {
		t.Error(err)
	}
	log := w.send("admin", "GET", "/api/v1/audit?limit=200", "")
	if log.StatusCode != 200 || !strings.Contains(string(log.raw), `"what":"export"`) || !strings.Contains(string(log.raw), w.users["editor"].ID) {
		t.Errorf("%d %s", log.StatusCode, log.raw)
	}
	if a := w.send("editor", "GET", "/api/v1/audit", ""); a.StatusCode != 403 {
		t.Errorf("an editor reads the audit chain: %d", a.StatusCode)
	}
}

func TestALockedDraftIsPrintedForNobody(t *testing.T) {
	w := onSQLite(t, api.Options{})
	in := w.input()
	in.Body = "秘密★1年。" + in.Body
	d := w.submitted(in)
	for who, want := range map[string]int{"author": 409, "editor": 404, "secrecy_reviewer": 409, "principal_lead": 409, "supervisor": 404} {
		for _, path := range []string{"/approval-form", "/export"} {
			if a := w.send(who, "GET", "/api/v1/drafts/"+d.ID+path, ""); a.StatusCode != want {
				t.Errorf("%s %s: %d, want %d", who, path, a.StatusCode, want)
			}
		}
	}
	if a := w.send("admin", "GET", "/api/v1/audit?draft="+d.ID, ""); a.StatusCode != 404 {
		t.Errorf("the audit chain of a locked draft: %d", a.StatusCode)
	}
}

func TestASupervisorsReadsStandInTheAuditChain(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.released(w.input())
	for range 3 {
		for _, path := range []string{"", "/revisions", "/timeline", "/diff"} {
			if a := w.send("supervisor", "GET", "/api/v1/drafts/"+d.ID+path, ""); a.StatusCode != 200 {
				t.Fatalf("%s: %d %s", path, a.StatusCode, a.raw)
			}
		}
	}
	w.send("editor", "GET", "/api/v1/drafts/"+d.ID, "")
	log := string(w.send("admin", "GET", "/api/v1/audit?limit=200", "").raw)
	for _, what := range []string{"draft", "history"} {
		if n := strings.Count(log, `"what":"`+what+`"`); n != 1 {
			t.Errorf("%d reads of %s recorded, want 1", n, what)
		}
	}
}

func TestRevisionsAreComparedByCharacter(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.create(w.input())
	in := w.input()
	in.Body = strings.Replace(in.Body, "80余人", "90余人", 1)
	if _, err := w.clients["author"].ReviseDraft(t.Context(), d.ID, d.Digest, in); err != nil {
		t.Fatal(err)
	}
	a := w.send("author", "GET", "/api/v1/drafts/"+d.ID+"/diff?from=1&to=2", "")
	if a.StatusCode != 200 || !strings.Contains(string(a.raw), `{"op":"delete","text":"8"},{"op":"insert","text":"9"}`) {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
	if a := w.send("author", "GET", "/api/v1/drafts/"+d.ID+"/diff?from=1&to=9", ""); a.StatusCode != 404 {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
}

func TestARescanRunsInTheBackground(t *testing.T) {
	w := onSQLite(t, api.Options{})
	w.released(w.input())
	a := w.send("admin", "POST", "/api/v1/rescans", `{}`)
	if a.StatusCode != 202 {
		t.Fatalf("%d %s", a.StatusCode, a.raw)
	}
	id := a.json(t)["id"].(string)
	for range 200 {
		a = w.send("supervisor", "GET", "/api/v1/rescans/"+id, "")
		if a.json(t)["finished_at"] != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if job := a.json(t); job["done"] != 1.0 || job["hits"] != 0.0 || job["finished_at"] == nil {
		t.Errorf("%s", a.raw)
	}
	if a := w.send("editor", "POST", "/api/v1/rescans", `{}`); a.StatusCode != 403 {
		t.Errorf("an editor: %d", a.StatusCode)
	}
	if a := w.send("editor", "GET", "/api/v1/work-items", ""); a.StatusCode != 200 || len(a.json(t)["items"].([]any)) != 0 {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
}
