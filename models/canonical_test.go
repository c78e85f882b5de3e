package models

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"
)

// TestCanonicalIsRFC8785 compares with an independent implementation.
func TestCanonicalIsRFC8785(t *testing.T) {
	text := rapid.String()
	value := rapid.OneOf(
		rapid.Map(text, func(s string) any { return s }),
		rapid.Map(rapid.Int64Range(-maxSafeInteger, maxSafeInteger), func(n int64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.SliceOf(text), func(s []string) any { return s }),
		rapid.Map(rapid.MapOf(text, text), func(m map[string]string) any { return m }),
		rapid.Just[any](nil),
	)
	rapid.Check(t, func(rt *rapid.T) {
		v := rapid.MapOf(text, value).Draw(rt, "value")
		ours, err := Canonical(v)
		if err != nil {
			rt.Fatal(err)
		}
		raw, err := json.Marshal(v)
		if err != nil {
			rt.Fatal(err)
		}
		theirs, err := jcs.Transform(raw)
		if err != nil {
			rt.Skip("not for the other implementation: ", err)
		}
		if !bytes.Equal(ours, theirs) {
			rt.Fatalf("ours   %s\ntheirs %s", ours, theirs)
		}
	})
}

func TestCanonicalRefusesNumbersWithTwoSpellings(t *testing.T) {
	for _, v := range []any{1.5, math.MaxInt64, json.RawMessage("1e3")} {
		if out, err := Canonical(v); err == nil {
			t.Errorf("%v became %s", v, out)
		}
	}
}

func TestDigestCoversAllThatIsPublished(t *testing.T) {
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	base := Content{AccountID: "a", Title: "标题", Body: "正文", Format: FormatText, Kind: KindOriginal}
	seen := map[string]string{base.Digest(): "base"}
	for name, change := range map[string]func(*Content){
		"account":      func(c *Content) { c.AccountID = "b" },
		"title":        func(c *Content) { c.Title = "标题 " },
		"body":         func(c *Content) { c.Body = "正文\n" },
		"format":       func(c *Content) { c.Format = FormatHTML },
		"kind":         func(c *Content) { c.Kind = KindReprint },
		"source":       func(c *Content) { c.Source = &Source{Unit: "新华社"} },
		"source url":   func(c *Content) { c.Source = &Source{URL: "新华社"} },
		"media":        func(c *Content) { c.Media = []Media{{Name: "a.png", SHA256: "00"}} },
		"media digest": func(c *Content) { c.Media = []Media{{Name: "a.png", SHA256: "01"}} },
		"schedule":     func(c *Content) { c.NotBefore = &at },
	} {
		c := base
		change(&c)
		if other, ok := seen[c.Digest()]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[c.Digest()] = name
	}
	zoned := at.In(time.FixedZone("", 8*3600))
	same, other := base, base
	same.NotBefore, other.NotBefore = &at, &zoned
	if same.Digest() != other.Digest() {
		t.Error("one moment in two zones has two digests")
	}
	same.Media = []Media{{Name: "a.png", SHA256: "00", URL: "https://a.example"}}
	other.Media = []Media{{Name: "a.png", SHA256: "00", URL: "https://b.example"}}
	if same.Digest() != other.Digest() {
		t.Error("where a file is fetched changes the digest")
	}
}

// The digest is a published contract: integrations in other languages compute it.
func TestDigestIsStable(t *testing.T) {
	c := Content{AccountID: "0199a2c4-0000-7000-8000-000000000001", Title: "植树<活动>", Body: "第一行\n第二行\u2028😀\"\\", Format: FormatText, Kind: KindOriginal}
	const want = "3919ba12a6815f169df99b20594c39ad9f0e2bd77459e9d88167aa4c18478af7"
	if got := c.Digest(); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add(`{"b":1,"a":[true,null,"\u2028<&>"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		once, err := Canonical(json.RawMessage(text))
		if err != nil {
			return
		}
		twice, err := Canonical(json.RawMessage(once))
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s then %s (%v)", once, twice, err)
		}
	})
}
