package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"shenfa/api"
)

// A simple client sends all that it has before it reads.
func TestWhoSendsTooMuchReadsWhy(t *testing.T) {
	w := onSQLite(t, api.Options{})
	const size = 30 << 20
	head := func(token, length string) string {
		return "POST /api/v1/drafts HTTP/1.1\r\nHost: shenfa\r\nContent-Type: application/json\r\nAuthorization: Bearer " + token + "\r\n" + length + "\r\n\r\n"
	}
	declared := fmt.Sprintf("Content-Length: %d", size)
	body := strings.Repeat("x", size)
	for name, tt := range map[string]struct {
		request string
		status  int
	}{
		"declared":       {head(w.clients["author"].Token, declared) + body, 413},
		"in chunks":      {head(w.clients["author"].Token, "Transfer-Encoding: chunked") + fmt.Sprintf("%x\r\n", size) + body + "\r\n0\r\n\r\n", 413},
		"by a stranger":  {head("unknown", declared) + body, 401},
		"asked at first": {head(w.clients["author"].Token, declared+"\r\nExpect: 100-continue"), 413},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
			if _, err := io.WriteString(conn, tt.request); err != nil {
				t.Fatalf("not all was taken: %v", err)
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			raw, err := io.ReadAll(response.Body)
			if p := readProblem(t, answer{response, raw}); err != nil || response.StatusCode != tt.status || p.Status != tt.status {
				t.Errorf("%d %s, %v, want %d", response.StatusCode, raw, err, tt.status)
			}
		})
	}
}

func TestPagesKnowTheirSessionBesideAToken(t *testing.T) {
	w := onSQLite(t, api.Options{})
	for _, path := range []string{"/inbox", "/sign-in", "/nowhere", "/healthz"} {
		if a := w.send("author", "GET", path, ""); a.StatusCode >= 500 {
			t.Errorf("%s with a token: %d %s", path, a.StatusCode, a.raw)
		}
	}
	a := w.send("nobody", "POST", "/sign-in", "", "Authorization", "Basic YTpi", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if a.StatusCode != 403 {
		t.Errorf("a form of another site beside a token: %d", a.StatusCode)
	}
}
