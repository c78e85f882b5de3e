package api_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"shenfa/api"
	"shenfa/api/client"
	"shenfa/models"
)

// sample is one draft of testdata/drafts.json with what is expected of it.
type sample struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Body     string         `json:"body"`
	Format   models.Format  `json:"format"`
	Kind     models.Kind    `json:"kind"`
	Source   *models.Source `json:"source"`
	Expected struct {
		Outcome models.Outcome `json:"outcome"`
		Tier    models.Tier    `json:"tier"`
		Route   []string       `json:"route"`
	} `json:"expected"`
}

func samples(t *testing.T) []sample {
	t.Helper()
	raw, err := os.ReadFile("../testdata/drafts.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The main job: each sample draft over HTTP, screened, routed, and, where it
// is clear, signed, pulled with the digest that was signed, and published.
func TestTheSampleDraftsReachThePublic(t *testing.T) {
	w := onSQLite(t, api.Options{})
	ctx := context.Background()
	puller := w.clients["integration"]
	all := samples(t)
	asExpected, published := 0, 0
	for _, s := range all {
		d := w.submitted(client.DraftInput{AccountID: w.account.ID, Title: s.Title, Body: s.Body, Format: s.Format, Kind: s.Kind, Source: s.Source})
		blocked := d.State == models.StateBlocked || d.State == models.StateLocked
		// The author of a locked draft sees its title, and no outcome.
		if locked := d.State == models.StateLocked; !locked && (d.Outcome != s.Expected.Outcome || d.Tier != s.Expected.Tier) || locked != (s.Expected.Outcome == models.OutcomeLocked) {
			t.Logf("%s: %s, tier %s; expected %s, tier %s", s.ID, d.Outcome, d.Tier, s.Expected.Outcome, s.Expected.Tier)
			continue
		}
		asExpected++
		if blocked {
			continue
		}
		var walked []string
		for _, role := range s.Expected.Route {
			if string(d.State) != "awaiting_"+role {
				t.Fatalf("%s is %s, expected to wait for %s (walked %v)", s.ID, d.State, role, walked)
			}
			d = w.approve(role, d)
			walked = append(walked, role)
		}
		if d.State != models.StateReleased {
			t.Fatalf("%s is %s after %v", s.ID, d.State, walked)
		}
		release, err := puller.Release(ctx, d.ReleaseID)
		if err != nil || release.Digest != d.Digest || release.Content().Digest() != d.Digest {
			t.Fatalf("%s: release %+v, %v", s.ID, release, err)
		}
		if _, err := puller.PutReceipt(ctx, d.ReleaseID, "wechat", client.ReceiptInput{State: models.ReceiptPublished, Digest: release.Digest}); err != nil {
			t.Fatal(err)
		}
		if now := must(t)(w.clients["author"].Draft(ctx, d.ID)); now.State != models.StatePublished {
			t.Fatalf("%s is %s after the receipt", s.ID, now.State)
		}
		published++
	}
	p, err := puller.Feed(ctx, "", "", 100, 0)
	if err != nil || len(p.Items) != published {
		t.Errorf("the feed has %d releases, published are %d (%v)", len(p.Items), published, err)
	}
	t.Logf("%d of %d as expected, %d published", asExpected, len(all), published)
	if asExpected < 13 {
		t.Errorf("%d of %d as expected, want at least 13", asExpected, len(all))
	}
}
