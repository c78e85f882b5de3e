package client_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"shenfa/api/client"
	"shenfa/models"
)

// answers is a server that gives one answer after the other.
func answers(t *testing.T, each ...func(http.ResponseWriter)) (*client.Client, *[]*http.Request) {
	t.Helper()
	requests := &[]*http.Request{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := each[min(len(*requests), len(each)-1)]
		*requests = append(*requests, r)
		answer(w)
	}))
	t.Cleanup(server.Close)
	c := client.New(server.URL+"/", "secret")
	c.Backoff = time.Millisecond
	return c, requests
}

func status(code int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

func TestABusyServerIsAskedAgainWithTheSameKey(t *testing.T) {
	c, requests := answers(t, status(503, ""), status(502, "<html>"), func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, status(200, `{"id":"d1"}`))
	d, err := c.Submit(t.Context(), "d1")
	if err != nil || d.ID != "d1" || len(*requests) != 4 {
		t.Fatalf("%+v, %v after %d requests", d, err, len(*requests))
	}
	key := (*requests)[0].Header.Get("Idempotency-Key")
	for _, r := range *requests {
		if key == "" || r.Header.Get("Idempotency-Key") != key || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("headers %v, want the key %q", r.Header, key)
		}
	}
}

func TestARefusalIsNotAskedAgain(t *testing.T) {
	c, requests := answers(t, status(409, `{"status":409,"code":"conflict","detail":"已被他人处理","state":"returned","digest":"ab","errors":[{"pointer":"/x","detail":"y"}],"error_id":"e1"}`))
	_, err := c.Decide(t.Context(), "d1", client.DecisionInput{Action: models.ActionApprove, Digest: "aa"})
	e, ok := errors.AsType[*client.Error](err)
	if !ok || e.Status != 409 || e.Code != models.CodeConflict || e.State != "returned" || e.Digest != "ab" || e.Places[0].Pointer != "/x" || len(*requests) != 1 {
		t.Fatalf("%+v after %d requests", err, len(*requests))
	}
}

func TestItGivesUpInTheEnd(t *testing.T) {
	c, requests := answers(t, status(503, ""))
	c.Tries = 3
	_, err := c.Draft(t.Context(), "d1")
	if e, ok := errors.AsType[*client.Error](err); !ok || e.Status != 503 || len(*requests) != 3 {
		t.Fatalf("%v after %d requests", err, len(*requests))
	}
}

func TestAChangedTextDoesNotVerify(t *testing.T) {
	content := models.Content{AccountID: "a", Title: "题", Body: "文", Format: models.FormatText, Kind: models.KindOriginal}
	release := `{"id":"r","account_id":"a","title":"题","body":"文","format":"text","kind":"original","source":null,"media":[],"digest":"` + content.Digest() + `"}`
	if _, err := (client.FeedItem{Release: []byte(release)}).Document(); err != nil {
		t.Error(err)
	}
	if _, err := (client.FeedItem{Release: []byte(release[:len(release)-1] + `,"not_before":"2026-01-01T00:00:00Z"}`)}).Document(); err == nil {
		t.Error("another schedule passes")
	}
}
