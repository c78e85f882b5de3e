package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"shenfa/api/client"
	"shenfa/models"
	"shenfa/models/sign"
)

var signedAt = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

func newKey(t *testing.T) models.SigningKey {
	t.Helper()
	key, err := sign.NewKey(sign.Ed25519, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// signed is a release with its certificate by the key.
func signed(t *testing.T, key models.SigningKey, id string) (release, certificate []byte) {
	t.Helper()
	d := models.ReleaseDocument{ID: id, DraftID: "d", AccountID: "a", Title: "题", Body: "文", Format: models.FormatText, Kind: models.KindOriginal,
		Media: []models.Media{}, Tier: models.TierGeneral, ReleasedAt: signedAt}
	d.Digest = d.Content().Digest()
	release, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := models.SignCertificate(sign.With(key), models.Certificate{Serial: 1, ReleaseID: id, DraftID: "d", AccountID: "a", Digest: d.Digest,
		Document: models.DocumentDigest(release), Tier: d.Tier, ReleasedAt: signedAt, Decisions: []models.CertificateDecision{{Signs: true, Digest: d.Digest}}})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err = json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return release, certificate
}

// What a client reads is verified without being asked for: a server, or who
// stands between, cannot slip in a text that nobody signed.
func TestAClientGivesNothingUnverified(t *testing.T) {
	key, other := newKey(t), newKey(t)
	published := key
	items := map[string][]byte{}
	certificates := map[string][]byte{}
	order := []string{"first", "forged", "last"}
	for _, id := range order {
		items[id], certificates[id] = signed(t, key, id)
	}
	items["forged"] = bytes.Replace(items["forged"], []byte(`"文"`), []byte(`"假"`), 1)
	mux := http.NewServeMux()
	answer := func(pattern string, body func(r *http.Request) any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(body(r)) })
	}
	answer("GET /api/v1/keys", func(*http.Request) any {
		jwk, _ := sign.JWKOf(published)
		return map[string]any{"keys": []sign.JWK{jwk}}
	})
	answer("GET /api/v1/releases", func(r *http.Request) any {
		page := client.FeedPage{Items: []client.FeedItem{}}
		for _, id := range order[slices.Index(order, r.URL.Query().Get("after"))+1:] {
			page.Items = append(page.Items, client.FeedItem{Cursor: id, Op: models.FeedRelease, Release: items[id]})
			page.Next = id
		}
		return page
	})
	answer("GET /api/v1/releases/{id}", func(r *http.Request) any { return json.RawMessage(items[r.PathValue("id")]) })
	answer("GET /api/v1/releases/{id}/certificate", func(r *http.Request) any { return json.RawMessage(certificates[r.PathValue("id")]) })
	server := httptest.NewServer(mux)
	defer server.Close()
	ctx := t.Context()

	c := client.New(server.URL, "token")
	p, err := c.Feed(ctx, "", "", 10, 0)
	if err != nil || len(p.Items) != 1 || p.Next != "first" || !p.HasMore {
		t.Fatalf("a page with a forgery: %+v, %v", p, err)
	}
	p, err = c.Feed(ctx, p.Next, "", 10, 0)
	if refused, ok := errors.AsType[*client.Refused](err); !ok || len(p.Items) > 0 || refused.Item.Cursor != "forged" {
		t.Fatalf("the forgery: %+v, %v", p, err)
	}
	var came []string
	for item, err := range c.Follow(ctx, "") {
		if _, refused := errors.AsType[*client.Refused](err); refused != (item.Cursor == "forged") || refused && item.Release != nil {
			t.Errorf("%s: %v", item.Cursor, err)
		}
		if came = append(came, item.Cursor); item.Cursor == "last" {
			break
		}
	}
	if !slices.Equal(came, order) {
		t.Errorf("came %v", came)
	}
	if _, err := c.Release(ctx, "first"); err != nil {
		t.Error(err)
	}
	if _, err := c.Release(ctx, "forged"); err == nil {
		t.Error("a forged release was given")
	}
	items["first"], certificates["first"] = items["last"], certificates["last"]
	if _, err := c.Release(ctx, "first"); err == nil {
		t.Error("another release was given")
	}

	pinned := client.New(server.URL, "token")
	pinned.Keys = sign.Ring(other)
	if _, err := pinned.Release(ctx, "last"); err == nil {
		t.Error("the server's key stood in for the pinned one")
	}
	trusting := client.New(server.URL, "token")
	trusting.Unverified = true
	if p, err := trusting.Feed(ctx, "", "", 10, 0); err != nil || len(p.Items) != 3 {
		t.Errorf("%+v, %v", p, err)
	}

	// A key that was changed is read again.
	published = other
	items["last"], certificates["last"] = signed(t, other, "last")
	if _, err := c.Release(ctx, "last"); err != nil {
		t.Error(err)
	}
}

// An integration publishes nothing that was altered in any byte, or signed by
// another key, and can tell why.
func TestNothingAlteredPassesTheClient(t *testing.T) {
	key := newKey(t)
	release, certificate := signed(t, key, "r")
	keys := sign.Ring(key)
	if _, _, err := client.Verify(client.FeedItem{Release: release}, certificate, keys); err != nil {
		t.Fatal(err)
	}
	refused := func(what string, release, certificate []byte, keys models.Keyring) models.ProofFault {
		t.Helper()
		_, _, err := client.Verify(client.FeedItem{Release: release}, certificate, keys)
		fault, ok := errors.AsType[*models.ProofError](err)
		if !ok {
			t.Fatalf("%s: %v", what, err)
		}
		return fault.Fault
	}
	for _, bit := range []byte{1, 0x20} {
		for i := range release {
			altered := bytes.Clone(release)
			altered[i] ^= bit
			refused("release", altered, certificate, keys)
		}
		for i := range certificate {
			altered := bytes.Clone(certificate)
			altered[i] ^= bit
			refused("certificate", release, altered, keys)
		}
	}
	other := newKey(t)
	if fault := refused("another key", release, certificate, sign.Ring(other)); fault != models.FaultKey {
		t.Error(fault)
	}
	other.ID = key.ID
	if fault := refused("a swapped key", release, certificate, sign.Ring(other)); fault != models.FaultSignature {
		t.Error(fault)
	}
}
