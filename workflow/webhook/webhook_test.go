package webhook

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The example of the specification.
func TestSignatureIsThatOfStandardWebhooks(t *testing.T) {
	got, err := Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want || err != nil {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if _, err := Sign("whsec_!", "id", time.Now(), nil); err == nil {
		t.Error("a secret that is none was used")
	}
}

func TestReceiverRefusesWhatWasAlteredOrIsOld(t *testing.T) {
	secret, at, body := NewSecret(), time.Now(), []byte(`{"type":"released"}`)
	signed := func() http.Header {
		signature, err := Sign(secret, "id1", at, body)
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		h.Set(HeaderID, "id1")
		h.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
		h.Set(HeaderSignature, "v1,AAAA "+signature)
		return h
	}
	if err := Verify(secret, signed(), body, at); err != nil {
		t.Error(err)
	}
	other := signed()
	other.Set(HeaderID, "id2")
	for name, err := range map[string]error{
		"body":   Verify(secret, signed(), []byte(`{"type":"withdrawn"}`), at),
		"id":     Verify(secret, other, body, at),
		"secret": Verify(NewSecret(), signed(), body, at),
		"old":    Verify(secret, signed(), body, at.Add(6*time.Minute)),
		"early":  Verify(secret, signed(), body, at.Add(-6*time.Minute)),
		"none":   Verify(secret, http.Header{}, body, at),
	} {
		if err == nil {
			t.Errorf("another %s was taken", name)
		}
	}
}

func TestGuardPermitsPublicAddressesAndWhatIsAllowed(t *testing.T) {
	g, err := NewGuard([]string{"10.20.0.0/16", "fd00:1::/32", "192.168.1.7"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]struct{ secure, plain bool }{
		"8.8.8.8": {true, false}, "2400:3200::1": {true, false},
		"10.20.3.4": {true, true}, "::ffff:10.20.3.4": {true, true}, "fd00:1::5": {true, true}, "192.168.1.7": {true, true},
		"10.21.0.1": {}, "192.168.1.8": {}, "172.16.0.1": {}, "127.0.0.1": {}, "127.8.8.8": {}, "0.0.0.0": {}, "169.254.169.254": {},
		"100.100.100.200": {}, "224.0.0.1": {}, "255.255.255.255": {}, "198.18.0.1": {}, "::1": {}, "::": {}, "fe80::1": {}, "fd00:2::1": {},
		"ff02::1": {}, "::ffff:127.0.0.1": {}, "::ffff:169.254.169.254": {}, "::127.0.0.1": {}, "64:ff9b::7f00:1": {}, "2002:7f00:1::": {}, "fe80::1%eth0": {},
	} {
		address := netip.MustParseAddr(text)
		if got := g.Permits(address, false); got != want.secure {
			t.Errorf("%s with TLS: %t", text, got)
		}
		if got := g.Permits(address, true); got != want.plain {
			t.Errorf("%s without TLS: %t", text, got)
		}
	}
	for _, bad := range []string{"intranet", "10.0.0.0/40", ""} {
		if _, err := NewGuard([]string{bad}); err == nil {
			t.Errorf("%q was taken for a network", bad)
		}
	}
}

func TestURLsThatCannotBeCalled(t *testing.T) {
	g, _ := NewGuard([]string{"10.0.0.0/8"})
	for text, ok := range map[string]bool{
		"https://hooks.example.gov.cn/a?b=c": true, "http://10.1.2.3:8080/hook": true, "http://name.in.the.office/": true,
		"https://127.0.0.1/": false, "http://8.8.8.8/": false, "https://[::1]/": false, "http://169.254.169.254/latest/meta-data/": false,
		"ftp://10.1.2.3/": false, "file:///etc/passwd": false, "https://user:pw@example.com/": false, "https://example.com/#x": false,
		"https:///x": false, "//example.com": false, "https://exa mple": false, "": false,
	} {
		if err := g.CheckURL(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func caller(t *testing.T, allow ...string) *Caller {
	t.Helper()
	g, err := NewGuard(allow)
	if err != nil {
		t.Fatal(err)
	}
	return NewCaller(g)
}

func send(c *Caller, url string) Answer {
	return c.Send(context.Background(), Call{URL: url, Secret: NewSecret(), ID: "id", Body: []byte("{}")}, time.Now())
}

func TestCallsDoNotLeaveThePermittedNetworks(t *testing.T) {
	called := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called++ }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	// The name is looked up when the call is made, and leads to the loopback:
	// what a check of the URL beforehand cannot see (DNS rebinding).
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1"} {
		if a := send(caller(t), "http://"+host+":"+port+"/"); a.Err == nil || a.Status != 0 {
			t.Errorf("%s was called: %+v", host, a)
		}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "169.254.169.254"} {
		if a := send(caller(t), "https://"+host+":"+port+"/"); !errors.Is(a.Err, ErrRefused) {
			t.Errorf("%s with TLS: %+v", host, a)
		}
	}
	if called != 0 {
		t.Errorf("%d calls arrived", called)
	}
	if a := send(caller(t, "127.0.0.0/8"), server.URL); !a.OK() || called != 1 {
		t.Errorf("%+v, %d", a, called)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer inner.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		outer := httptest.NewServer(http.RedirectHandler(inner.URL, status))
		if a := send(caller(t, "127.0.0.1"), outer.URL); a.Status != status || a.OK() || followed {
			t.Errorf("%d: %+v, followed %t", status, a, followed)
		}
		outer.Close()
	}
}

func TestAnswersAreReadNoFurtherThanNeeded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/endless":
			for range 10_000 {
				if _, err := io.WriteString(w, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		case "/headers":
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}
	}))
	defer server.Close()
	c := caller(t, "127.0.0.1")
	if a := send(c, server.URL+"/busy"); a.Status != 503 || a.RetryAfter != 2*time.Minute {
		t.Errorf("%+v", a)
	}
	if a := send(c, server.URL+"/endless"); !a.OK() {
		t.Errorf("%+v", a)
	}
	if a := send(c, server.URL+"/headers"); a.Err == nil {
		t.Errorf("%+v", a)
	}
}
