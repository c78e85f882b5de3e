package screening

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"shenfa/screening/match"
)

// segmenter cuts clauses into words as gse does (the cheapest path through the
// words of its dictionary), to tell a term from characters that meet by
// chance: 司法|轮岗 holds no 法轮.
type segmenter struct {
	*dictionary
	lattices sync.Pool
}

func newSegmenter() (*segmenter, error) {
	d, err := loadDictionary(dictionaryFile)
	return &segmenter{dictionary: d, lattices: sync.Pool{New: func() any { return new(lattice) }}}, err
}

// straddled tells whether a word crosses an edge of text[start:end]. A word
// that contains the whole range does not.
func (s *segmenter) straddled(fold *match.Fold, text string, start, end int) bool {
	if !s.mayCross(fold, text, start) && !s.mayCross(fold, text, end) {
		return false
	}
	p, from, to := s.readClause(fold, text, start, end)
	defer s.forget(p)
	return s.mayStraddle(p, from, to) && s.straddles(p, from, to)
}

// readClause reads the clause around text[start:end], which is at from to to there.
func (s *segmenter) readClause(fold *match.Fold, text string, start, end int) (p *lattice, from, to int) {
	lo, hi := around(text, start, end, clauseMarks)
	lo = max(lo, wholeRune(text, max(0, start-cutReach), start))
	hi = min(hi, wholeRune(text, min(len(text), end+cutReach), len(text)))
	clause, from, to := squeeze(fold, text, lo, hi, start, end)
	p = s.lattices.Get().(*lattice)
	p.read(clause)
	return p, from, to
}

// forget gives a lattice back; the clause belongs to the draft.
func (s *segmenter) forget(p *lattice) {
	p.clause = ""
	s.lattices.Put(p)
}

// cutReach bounds the part of a clause that is cut, in bytes to each side.
const cutReach = 180

// mayCross tells whether any word could go across a place: mostly none has the
// two runes that meet there side by side.
func (s *segmenter) mayCross(fold *match.Fold, text string, at int) bool {
	before, after := utf8.RuneError, utf8.RuneError
	for lo := at; before == utf8.RuneError && lo > 0; {
		r, size := utf8.DecodeLastRuneInString(text[:lo])
		if lo -= size; at-lo > reach {
			return true
		}
		if folded, ok := fold.Rune(r); ok {
			before = folded
		}
	}
	for hi := at; after == utf8.RuneError && hi < len(text); {
		r, size := utf8.DecodeRuneInString(text[hi:])
		if hi += size; hi-at > reach {
			return true
		}
		if folded, ok := fold.Rune(r); ok {
			after = folded
		}
	}
	return s.adjoin(before, after) || isShort(before) && isShort(after)
}

// isShort tells the letters and digits that make runs.
func isShort(r rune) bool {
	return utf8.RuneLen(r) <= 2 && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// unit is what is never cut: a rune, or a run of Latin letters and digits.
type unit struct {
	start, end int32
	run        bool
}

// lattice is a clause in units, with the cheapest way to each.
type lattice struct {
	clause string
	units  []unit
	cost   []float32
	from   []int32 // the first unit of the last word on the way
}

func (p *lattice) read(clause string) {
	p.clause, p.units, p.cost, p.from = clause, p.units[:0], p.cost[:0], p.from[:0]
	inRun := false
	for i, r := range clause {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(clause[i:])
		}
		if isShort(r) {
			if inRun {
				p.units[len(p.units)-1].end = int32(i + size)
				continue
			}
			inRun = true
		} else {
			inRun = false
		}
		p.units = append(p.units, unit{start: int32(i), end: int32(i + size), run: inRun})
	}
}

// walk goes down the dictionary through one unit.
func (s *segmenter) walk(p *lattice, at uint32, u unit) uint32 {
	if !u.run {
		r, _ := utf8.DecodeRuneInString(p.clause[u.start:])
		return s.child(at, r)
	}
	for _, r := range p.clause[u.start:u.end] {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		if at = s.child(at, r); at == 0 {
			return 0
		}
	}
	return at
}

func (s *segmenter) child(at uint32, r rune) uint32 {
	if symbol := s.of(r); symbol != 0 {
		return s.step(at, symbol)
	}
	return 0
}

// mayStraddle tells whether the dictionary has any word that crosses an edge
// of the range; mostly not, and the clause need not be cut.
func (s *segmenter) mayStraddle(p *lattice, from, to int) bool {
	for i, u := range p.units {
		switch {
		case int(u.start) >= to:
			return false
		case from-int(u.end) > s.longest*utf8.UTFMax && !u.run:
			continue // no word reaches from here
		}
		if crosses(int(u.start), int(u.end), from, to) {
			return true
		}
		at := uint32(0)
		for _, v := range p.units[i:] {
			if at = s.walk(p, at, v); at == 0 || int(v.start) >= to && int(u.start) <= from {
				break
			}
			if s.nodes[at].cost != 0 && crosses(int(u.start), int(v.end), from, to) {
				return true
			}
		}
	}
	return false
}

// crosses tells whether a word covers an edge of a range but not the whole range.
func crosses(lo, hi, from, to int) bool {
	return (lo < from && hi > from || lo < to && hi > to) && !(lo <= from && hi >= to)
}

// straddles cuts the clause and looks at the words at the edges.
func (s *segmenter) straddles(p *lattice, from, to int) bool {
	s.cut(p)
	for i := len(p.units) - 1; i >= 0; {
		first := int(p.from[i])
		if crosses(int(p.units[first].start), int(p.units[i].end), from, to) {
			return true
		}
		i = first - 1
	}
	return false
}

// cut finds the cheapest way through the clause.
func (s *segmenter) cut(p *lattice) {
	for range p.units {
		p.cost, p.from = append(p.cost, 0), append(p.from, 0)
	}
	for i := range p.units {
		base := float32(0)
		if i > 0 {
			base = p.cost[i-1]
		}
		at, single := uint32(0), false
		for j := i; j < len(p.units); j++ {
			if at = s.walk(p, at, p.units[j]); at == 0 {
				break
			}
			if c := s.nodes[at].cost; c != 0 {
				p.reach(i, j, base+s.costs[c])
				single = single || j == i
			}
		}
		if !single {
			p.reach(i, i, base+unknownCost)
		}
	}
}

func (p *lattice) reach(i, j int, cost float32) {
	if p.cost[j] == 0 || p.cost[j] > cost {
		p.cost[j], p.from[j] = cost, int32(i)
	}
}

// squeeze folds text[lo:hi] and leaves out what is skipped inside terms; from
// and to are where start and end went.
func squeeze(fold *match.Fold, text string, lo, hi, start, end int) (clause string, from, to int) {
	for i, r := range text[lo:hi] {
		if folded, ok := fold.Rune(r); !ok || folded != r {
			return squeezeFrom(fold, text, lo, hi, start, end, lo+i)
		}
	}
	return text[lo:hi], start - lo, end - lo
}

func squeezeFrom(fold *match.Fold, text string, lo, hi, start, end, same int) (clause string, from, to int) {
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

// entry is the node of a word of the dictionary, 0 if it has none.
func (s *segmenter) entry(word string) uint32 {
	at := uint32(0)
	for _, r := range word {
		if at = s.child(at, r); at == 0 {
			return 0
		}
	}
	if s.nodes[at].cost == 0 {
		return 0
	}
	return at
}

// knows tells whether the dictionary has a word.
func (s *segmenter) knows(word string) bool { return s.entry(word) != 0 }

// common tells whether a word is in everyday use, as personal names that the
// dictionary has are not.
func (s *segmenter) common(word string) bool {
	at := s.entry(word)
	return at != 0 && s.costs[s.nodes[at].cost] < commonCost
}

// commonCost parts 高度 and 安全 from 李强 and 王芳.
const commonCost = 16.2
