package screening

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenfa/models"
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

// Slips are found, and rare words are none. With -update, slipWeights are fitted.
func TestSlips(t *testing.T) {
	e := engine(t)
	if *update {
		fitSlips(t, e)
		return
	}
	for text, slip := range map[string]bool{"企业产品质良稳步提高。": true, "老人养蚕业精于勤。": false, "由市长领誓。": false,
		"救援人员赶到时，交通世故刚刚发生。": true, "孩子们的学业负担减轻了。": false, "镇卫生院开展口蹄役防控。": true, "火势很快得到空置。": true} {
		report, err := e.Screen(t.Context(), Text{Body: text})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(report.Hits, func(h models.Hit) bool { return h.Rule == "typo.slip" }); got != slip {
			t.Errorf("%s: slip %t, want %t", text, got, slip)
		}
	}
}
