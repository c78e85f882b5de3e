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

// labelled is a case that may be tuned on.
type labelled struct {
	Title, Body string
	MustHit     []label `json:"must_hit"`
	MayHit      []label `json:"may_hit"`
}

type label struct{ Category, Text string }

// eachCase reads the labelled cases of files that may be tuned on.
func eachCase(t testing.TB, files string, do func(c *labelled)) {
	names, err := filepath.Glob("../testdata/cases/tune/" + files + ".jsonl")
	more, _ := filepath.Glob("../testdata/cases/tune/second/" + files + ".jsonl")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range append(names, more...) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var c labelled
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(name, err)
			}
			do(&c)
		}
		f.Close()
	}
}

// cleanTexts are the corpora, and the cases that may be tuned on in which
// neither wording nor spelling is wrong.
func cleanTexts(t testing.TB) []string {
	texts := officialText(t)
	eachCase(t, "*", func(c *labelled) {
		if slices.ContainsFunc(slices.Concat(c.MustHit, c.MayHit), func(l label) bool {
			return strings.HasPrefix(l.Category, "typo") || strings.HasPrefix(l.Category, "wording")
		}) {
			return
		}
		for _, p := range parts(Text{Title: c.Title, Body: c.Body, Format: models.FormatText}) {
			texts = append(texts, p.text)
		}
	})
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
		"救援人员赶到时，交通世故刚刚发生。": true, "孩子们的学业负担减轻了。": false, "镇卫生院开展口蹄役防控。": true} {
		report, err := e.Screen(t.Context(), Text{Body: text})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(report.Hits, func(h models.Hit) bool { return h.Rule == "typo.slip" }); got != slip {
			t.Errorf("%s: slip %t, want %t", text, got, slip)
		}
	}
}
