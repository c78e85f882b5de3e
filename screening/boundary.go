package screening

import (
	"unicode/utf8"

	"github.com/go-ego/gse"

	"shenfa/screening/match"
)

// segmenter cuts clauses into words, to tell a term from characters that meet
// by chance: 司法|轮岗 holds no 法轮.
type segmenter struct{ gse gse.Segmenter }

func newSegmenter() (*segmenter, error) {
	s := &segmenter{}
	s.gse.SkipLog = true
	return s, s.gse.LoadDictEmbed("zh")
}

// straddled tells whether a word of the clause crosses an edge of text[start:end].
func (s *segmenter) straddled(fold *match.Fold, text string, start, end int) bool {
	lo, hi := around(text, start, end, clauseMarks)
	clause, from, to := squeeze(fold, text, lo, hi, start, end)
	for _, w := range s.gse.Segment([]byte(clause)) {
		if w.Start() < from && w.End() > from || w.Start() < to && w.End() > to {
			// a longer word that contains the whole term is no straddling
			if !(w.Start() <= from && w.End() >= to) {
				return true
			}
		}
	}
	return false
}

// squeeze folds text[lo:hi] and leaves out what is skipped inside terms; from
// and to are where start and end went.
func squeeze(fold *match.Fold, text string, lo, hi, start, end int) (clause string, from, to int) {
	for i, r := range text[lo:hi] {
		if folded, ok := fold.Rune(r); !ok || folded != r {
			return squeezeSlow(fold, text, lo, hi, start, end, lo+i)
		}
	}
	return text[lo:hi], start - lo, end - lo
}

func squeezeSlow(fold *match.Fold, text string, lo, hi, start, end, same int) (clause string, from, to int) {
	folded := append(make([]byte, 0, hi-lo), text[lo:same]...)
	from, to = start-lo, end-lo
	for i, r := range text[same:hi] {
		if same+i == start {
			from = len(folded)
		}
		if same+i == end {
			to = len(folded)
		}
		if f, ok := fold.Rune(r); ok {
			folded = utf8.AppendRune(folded, f)
		}
	}
	if end == hi {
		to = len(folded)
	}
	return string(folded), from, to
}
