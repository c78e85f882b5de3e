package screening

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/screening/match"
)

// cleanTexts are the corpora, and the cases that may be tuned on in which
// neither wording nor spelling is wrong.
func cleanTexts(t testing.TB) []string {
	texts := officialText(t)
	files, err := filepath.Glob("../testdata/cases/tune/*.jsonl")
	more, _ := filepath.Glob("../testdata/cases/tune/second/*.jsonl")
	if files = append(files, more...); err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var c struct {
				Title, Body string
				MustHit     []struct{ Category string } `json:"must_hit"`
				MayHit      []struct{ Category string } `json:"may_hit"`
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(name, err)
			}
			if slices.ContainsFunc(append(c.MustHit, c.MayHit...), func(label struct{ Category string }) bool {
				return strings.HasPrefix(label.Category, "typo") || strings.HasPrefix(label.Category, "wording")
			}) {
				continue
			}
			for _, p := range parts(Text{Title: c.Title, Body: c.Body, Format: models.FormatText}) {
				texts = append(texts, p.text)
			}
		}
		f.Close()
	}
	return texts
}

// Two characters that met by chance are no slip.
func TestChance(t *testing.T) {
	e := engine(t)
	if *update {
		chanceFile = ""
		s := newSlips(e.Rules())
		if err := s.ready(e.segments.dictionary); err != nil {
			t.Fatal(err)
		}
		met := map[uint16][]uint16{}
		var r match.Reading
		var around stretch
		for _, text := range cleanTexts(t) {
			e.fold.Read(&r, text)
			s.eachSuspect(r.Runes, func(i int, of suspicion) {
				if _, ok := s.correct(&around, &r, i, of); !ok {
					return
				}
				if first := r.Runes[i]; !slices.Contains(met[first], r.Runes[i+1]) {
					met[first] = append(met[first], r.Runes[i+1])
				}
			})
		}
		var list strings.Builder
		for _, first := range slices.Sorted(maps.Keys(met)) {
			list.WriteString(string(rune(first)) + "\t")
			for _, second := range slices.Sorted(slices.Values(met[first])) {
				list.WriteRune(rune(second))
			}
			list.WriteString("\n")
		}
		if err := os.WriteFile("chance.tsv", []byte(list.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for text, slip := range map[string]bool{"企业产品质良稳步提高。": true, "老人养蚕业精于勤。": false, "由市长领誓。": false} {
		report, err := e.Screen(t.Context(), Text{Body: text})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(report.Hits, func(h models.Hit) bool { return h.Rule == "typo.slip" }); got != slip {
			t.Errorf("%s: slip %t, want %t", text, got, slip)
		}
	}
}
