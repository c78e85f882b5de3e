package web

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"shenfa/models"
)

// marked renders a source with its hits as a page does, and gives the text
// that a browser then has for the whole, and for the marks of each hit.
func marked(t rapid.TB, s *site, source string, hits []models.Hit) (whole string, ofHit map[string]string) {
	t.Helper()
	var page bytes.Buffer
	list := numbered(hits, []string{models.FieldBody})
	if err := s.pages["draft"].ExecuteTemplate(&page, "segments", segments(source, models.FieldBody, list)); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(strings.NewReader("<pre>x" + page.String() + "</pre>"))
	if err != nil {
		t.Fatal(err)
	}
	ofHit = map[string]string{}
	var walk func(n *html.Node, inside []string)
	walk = func(n *html.Node, inside []string) {
		if n.Type == html.TextNode {
			whole += n.Data
			for _, id := range inside {
				ofHit[id] += n.Data
			}
		}
		for _, a := range n.Attr {
			if n.Data == "mark" && a.Key == "data-hits" {
				inside = strings.Fields(a.Val)
			}
		}
		for c := range n.ChildNodes() {
			walk(c, inside)
		}
	}
	walk(tree, nil)
	return strings.TrimPrefix(whole, "x"), ofHit
}

// Whatever lies in the source, and however hits overlap, the marked text reads
// as the source does, and each hit's marks read as its slice of code points.
func TestMarksKeepTheSource(t *testing.T) {
	s := newSite(Options{})
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"汉", "字", "a", "<b>", "</mark>", "&amp;", "&", `"`, "'", "😀", "👨‍👩‍👧", "é", "\n", "\t", "\u202e", "\u200b", "<script>", "𠮷", "{{.}}"})
		source := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "pieces"), "")
		runes := []rune(source)
		var hits []models.Hit
		for i := range rapid.IntRange(0, 6).Draw(t, "hits") {
			start := rapid.IntRange(0, len(runes)).Draw(t, "start")
			hits = append(hits, models.Hit{ID: fmt.Sprint("h", i), Field: models.FieldBody, Category: "pii.mobile",
				Severity: rapid.SampledFrom([]models.Severity{models.SeverityLock, models.SeverityBlock, models.SeverityWarn, models.SeverityInfo}).Draw(t, "severity"),
				Start:    start, End: rapid.IntRange(start, len(runes)+1).Draw(t, "end")})
		}
		whole, ofHit := marked(t, s, source, hits)
		if whole != source {
			t.Fatalf("the marked text is %q, the source %q", whole, source)
		}
		for _, h := range hits {
			want := ""
			if h.End <= len(runes) {
				want = string(runes[h.Start:h.End])
			}
			if ofHit[h.ID] != want {
				t.Fatalf("hit %d-%d is marked at %q, not %q", h.Start, h.End, ofHit[h.ID], want)
			}
		}
	})
}

func TestOverlappingHitsAreEachMarkedWhole(t *testing.T) {
	hits := []models.Hit{
		{ID: "wide", Field: models.FieldBody, Severity: models.SeverityWarn, Start: 1, End: 5},
		{ID: "late", Field: models.FieldBody, Severity: models.SeverityBlock, Start: 3, End: 7},
	}
	_, ofHit := marked(t, newSite(Options{}), "0😀23456789", hits)
	if ofHit["wide"] != "😀234" || ofHit["late"] != "3456" {
		t.Errorf("marked are %q", ofHit)
	}
	parts := segments("0😀23456789", models.FieldBody, numbered(hits, []string{models.FieldBody}))
	if shared := parts[2]; shared.Text != "34" || shared.Severity != models.SeverityBlock || len(shared.Hits) != 2 {
		t.Errorf("the part in both is %+v", shared)
	}
}

func TestUnseenCharactersAreShown(t *testing.T) {
	for _, s := range segments("ab\u202ecd", models.FieldBody, nil) {
		if (s.Text == "\u202e") != (s.Unseen == "U+202E") {
			t.Errorf("segment %+v", s)
		}
	}
	if parts := segments("👨‍👩‍👧", models.FieldBody, nil); len(parts) != 1 {
		t.Errorf("an emoji of several code points is cut apart: %+v", parts)
	}
}
