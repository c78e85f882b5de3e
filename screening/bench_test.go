package screening

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"shenfa/screening/match"
)

// The benchmarks read official text, most of it clean, as drafts of one
// document each. In one run, on one core:
//
//	go test ./screening -run '^$' -bench . -cpu 1

func totalBytes(texts []string) (n int64) {
	for _, text := range texts {
		n += int64(len(text))
	}
	return n
}

// manyTerms makes 10,000 terms of two to six characters out of official text:
// as they stand there, once or twice each, which makes a hit in every other
// clause (dense); or turned round, so that none of them occurs (clean).
func manyTerms(t testing.TB, texts []string, dense bool) []string {
	all := []rune(strings.Join(texts, ""))
	seen := map[string]bool{}
	var terms []string
	for i, tries := 0, 0; len(terms) < 30_000 && tries < 300_000; i, tries = (i+7919)%(len(all)-8), tries+1 {
		piece := slices.Clone(all[i : i+2+i%5])
		if !dense {
			slices.Reverse(piece)
		}
		if term := string(piece); !seen[term] && !strings.ContainsFunc(term, notHan) {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	fold := match.NewFold()
	m, err := match.New(fold, terms)
	if err != nil {
		t.Fatal(err)
	}
	count := make([]int, len(terms))
	var found []match.Match
	var reading match.Reading
	for _, text := range texts {
		fold.Read(&reading, text)
		found = m.Find(found[:0], &reading)
		for _, f := range found {
			count[f.Term]++
		}
	}
	var kept []string
	for i, term := range terms {
		if dense && count[i] <= 2 || count[i] == 0 {
			kept = append(kept, term)
		}
	}
	return kept[:min(len(kept), 10_000)] // a small sample has fewer
}

func notHan(r rune) bool { return !unicode.Is(unicode.Han, r) }

func BenchmarkDecode(b *testing.B) {
	texts := officialText(b)
	b.SetBytes(totalBytes(texts))
	for b.Loop() {
		n := 0
		for _, text := range texts {
			for _, r := range text {
				if r == 'x' {
					n++
				}
			}
		}
		sink = n
	}
}

var sink int

func BenchmarkMatch(b *testing.B) {
	texts := officialText(b)
	for _, dense := range []bool{true, false} {
		name := map[bool]string{true: "dense", false: "clean"}[dense]
		b.Run(name, func(b *testing.B) {
			fold := match.NewFold()
			m, err := match.New(fold, manyTerms(b, texts, dense))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(totalBytes(texts))
			b.ReportAllocs()
			var found []match.Match
			var reading match.Reading
			hits := 0
			pass := func() {
				hits = 0
				for _, text := range texts {
					fold.Read(&reading, text)
					found = m.Find(found[:0], &reading)
					hits += len(found)
				}
			}
			pass() // makes room
			for b.Loop() {
				pass()
			}
			b.ReportMetric(float64(hits), "hits")
		})
	}
}

func BenchmarkScreen(b *testing.B) {
	b.Run("official", func(b *testing.B) {
		texts := officialText(b)
		e := engine(b)
		b.SetBytes(totalBytes(texts))
		b.ReportAllocs()
		pass := func() {
			for _, text := range texts {
				if _, err := e.Screen(b.Context(), Text{Body: text}); err != nil {
					b.Fatal(err)
				}
			}
		}
		pass() // builds the automata that these texts need, as a server has done after a while
		for b.Loop() {
			pass()
		}
	})
}

func BenchmarkSegmentAll(b *testing.B) {
	b.Run("official", func(b *testing.B) {
		texts := officialText(b)
		s := gseSegmenter(b)
		b.SetBytes(totalBytes(texts))
		for b.Loop() {
			for _, text := range texts {
				sink = len(s.Segment([]byte(text)))
			}
		}
	})
}

// BenchmarkLoad is what it takes until an engine is ready.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		freshEngine(b)
	}
}

// BenchmarkMatchNew is what it takes to build a matcher of 10,000 terms.
func BenchmarkMatchNew(b *testing.B) {
	terms := manyTerms(b, officialText(b), true)
	fold := match.NewFold()
	for b.Loop() {
		if _, err := match.New(fold, terms); err != nil {
			b.Fatal(err)
		}
	}
}
