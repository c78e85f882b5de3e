package screening

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/go-ego/gse"
)

var update = flag.Bool("update", false, "write the prepared files anew")

// gseSegmenter is gse itself with its own dictionary.
func gseSegmenter(t testing.TB) *gse.Segmenter {
	t.Helper()
	var s gse.Segmenter
	s.SkipLog = true
	if err := s.LoadDictEmbed("zh"); err != nil {
		t.Fatal(err)
	}
	return &s
}

// officialText reads clean official texts: those of the reference corpus where
// it is at hand, else the short sample of the project.
func officialText(t testing.TB) (texts []string) {
	t.Helper()
	for _, name := range []string{"../../shared/data/corpus/gov_work_reports.jsonl", "../../shared/data/corpus/regulations.jsonl"} {
		texts = append(texts, readCorpus(name)...)
	}
	if len(texts) == 0 { // a small sample, often over, so that there is something to measure
		for range 200 {
			texts = append(texts, readCorpus("../testdata/official.jsonl")...)
		}
	}
	if len(texts) == 0 {
		t.Fatal("no official text found")
	}
	return texts
}

func readCorpus(name string) (texts []string) {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var doc struct{ Text string }
		if json.Unmarshal(lines.Bytes(), &doc) == nil {
			texts = append(texts, doc.Text)
		}
	}
	return texts
}

// The prepared dictionary cuts every clause as gse cuts it.
func TestDictionaryCutsLikeGse(t *testing.T) {
	if testing.Short() {
		t.Skip("loading gse's own dictionary takes seconds")
	}
	oracle := gseSegmenter(t)
	if *update {
		var words []word
		known := map[string]bool{}
		for i := range oracle.Dict.Tokens {
			token := &oracle.Dict.Tokens[i]
			words = append(words, word{token.Text(), token.Freq()})
			known[token.Text()] = true
		}
		for _, text := range officialWords(t) {
			if !known[text] {
				words = append(words, word{text, 0})
			}
		}
		packed, err := packDictionary(words, oracle.Dict.TotalFreq())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("dictionary.bin.gz", packed, 0o644); err != nil {
			t.Fatal(err)
		}
		dictionaryFile = packed
	}
	s, err := newSegmenter()
	if err != nil {
		t.Fatal(err)
	}
	cuts := 0
	for _, text := range append(officialText(t), "4S店和abc的AA制，ＡＢ½éB超", "𠮷野家𠀀", "\xff中\xe5国") {
		for lo := 0; lo < len(text); {
			_, hi := around(text, lo, lo, clauseMarks)
			if hi == lo {
				hi = lo + 1
			}
			clause := text[lo:hi]
			lo = hi
			p := new(lattice)
			p.read(clause)
			s.cut(p)
			var got []int
			for i := len(p.units) - 1; i >= 0; i = int(p.from[i]) - 1 {
				got = append(got, int(p.units[p.from[i]].start))
			}
			want := oracle.Segment([]byte(clause))
			if len(want) != len(got) {
				t.Fatalf("%q: %d words, gse has %d", clause, len(got), len(want))
			}
			for i, w := range want {
				if w.Start() != got[len(got)-1-i] {
					t.Fatalf("%q: another cut at word %d", clause, i)
				}
			}
			cuts += len(want)
		}
	}
	t.Logf("%d words cut alike", cuts)
}
