// Package match finds many terms in a text in one pass: all occurrences,
// overlapping ones too, with exact byte offsets, whatever the width, case or
// script of the text and whatever symbols were inserted into a term. It finds
// the runs of digits and letters that identity numbers, telephones and codes
// are made of in the same pass.
package match

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// MaxSkip is the number of skipped runes in a row that a term may contain.
const MaxSkip = 8

// MinDigits is the number of digits from which a run is reported.
const MinDigits = 5

// A Match is one occurrence: the index of the term as given to New, and the
// half-open byte range from the first rune of the term to the end of its last.
type Match struct{ Term, Start, End int32 }

// A Run is a stretch of digits and letters, in any writing, that may be parted
// by blanks, hyphens and other skipped runes. It starts and ends with a digit or letter.
type Run struct{ Start, End int32 }

// A Matcher is immutable and safe for concurrent use.
//
// The runes of all terms get numbers (classes). The scan hashes the last two
// and the last three; a filter tells, nearly always with no, whether they are a
// term or begin one. Only then the scan looks back and asks the hashed tries.
type Matcher struct {
	fold   *Fold
	class  *[plane]uint16 // by rune: class | flags
	astral map[rune]uint16
	filter *filter
	starts trie              // the first one to three runes of a term lead to a node
	edges  trie              // a node and the next rune lead to a node
	terms  int32             // a node up to here is where the term before it in number ends
	twins  map[int32][]int32 // by node: further terms that fold alike
}

// Entries of the class table. Nearly all runes are plain: those of terms that
// need no further thought, their entry is their class. The others carry flags.
const (
	other    = special            // no term has the rune
	inserted = special | 1<<shift // it is skipped

	special = 1 // not plain
	inRun   = 2 // a digit or letter, the stuff of runs
	alone   = 4 // a term of one rune
	flags   = special | inRun | alone

	shift = 3
	first = 2 << shift // the first class of a term's rune, the others follow in steps of 1 << shift
)

// maxClasses bounds the number of different runes in all terms together.
const maxClasses = 1<<(16-shift) - 3

// New builds a matcher. Terms that fold to nothing are an error; terms that
// fold alike all match.
func New(fold *Fold, terms []string) (*Matcher, error) {
	m := &Matcher{fold: fold, class: new([plane]uint16), astral: map[rune]uint16{}, filter: new(filter), twins: map[int32][]int32{}}
	classes := map[rune]uint16{}
	folded := make([][]uint16, len(terms))
	for i, term := range terms {
		for _, r := range term {
			to, ok := fold.Rune(r)
			if !ok {
				continue
			}
			c, known := classes[to]
			if !known {
				if len(classes) == maxClasses {
					return nil, fmt.Errorf("the terms use more than %d different characters", maxClasses)
				}
				c = uint16(first + len(classes)<<shift)
				classes[to] = c
			}
			folded[i] = append(folded[i], c)
		}
		if len(folded[i]) == 0 {
			return nil, fmt.Errorf("term %d (%q) is empty", i, term)
		}
	}
	m.classify(classes, m.index(folded))
	return m, nil
}

func (m *Matcher) classify(classes map[rune]uint16, single map[uint16]bool) {
	entry := func(folded rune) uint16 {
		switch c := classes[folded]; {
		case c == 0:
			return other
		case single[c]:
			return c | alone | special
		default:
			return c
		}
	}
	for r := range m.class {
		switch m.fold.kind[r] {
		case skip:
			m.class[r] = inserted
		case plain:
			m.class[r] = entry(rune(m.fold.to[r]))
		default:
			m.class[r] = entry(rune(m.fold.to[r])) | inRun | special
		}
	}
	for r := 0xD800; r < 0xE000; r++ {
		m.class[r] = other
	}
	for r := range classes {
		if r >= plane {
			m.astral[r] = entry(r)
		}
	}
}

// index builds the tries and the filter; it answers the classes that are terms
// alone. Shorter terms go first, so that a node where a term ends is made for
// that term and can bear its number.
func (m *Matcher) index(terms [][]uint16) (single map[uint16]bool) {
	single = map[uint16]bool{}
	m.starts, m.edges, m.terms = newTrie(len(terms)), newTrie(len(terms)), int32(len(terms))
	order := make([]int32, len(terms))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return len(terms[a]) - len(terms[b]) })
	passing := m.terms // numbers of nodes where no term ends come after those of terms
	for _, i := range order {
		t := terms[i]
		head := min(len(t), 3)
		switch head {
		case 1:
			single[t[0]] = true
		case 2:
			pair, _ := hashes(t[0], t[1], 0)
			m.filter.pairs.set(pair)
		default:
			_, triple := hashes(t[0], t[1], t[2])
			m.filter.triples.set(triple)
		}
		at, key := &m.starts, startOf(t[:head])
		for n := head; ; n++ {
			fresh := i + 1
			if n < len(t) {
				passing++
				fresh = passing
			}
			node, added := at.add(key, fresh)
			if n == len(t) {
				if !added {
					m.twins[node] = append(m.twins[node], i)
				}
				break
			}
			at.follow(key, t[n])
			at, key = &m.edges, edge(node, t[n])
		}
	}
	return single
}

func startOf(t []uint16) uint64 {
	switch len(t) {
	case 1:
		return start(0, 0, t[0])
	case 2:
		return start(0, t[0], t[1])
	}
	return start(t[0], t[1], t[2])
}

// Scan appends the occurrences in text to found and the runs to runs, each in
// the order of their ends.
func (m *Matcher) Scan(found []Match, runs []Run, text string) ([]Match, []Run) {
	s := scan{Matcher: m, text: text, found: found, runs: runs}
	class, filter := m.class, m.filter
	var last, pair uint32 // hashes of the last rune of a term, and of the last two
	for i := 0; i < len(text); {
		var entry uint16
		size := 1
		if b := text[i]; b > 0xE0 && b < 0xF0 && i+2 < len(text) && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 {
			entry, size = class[three(text, i)], 3
		} else if b < utf8.RuneSelf {
			entry = class[b]
		} else {
			entry, size = m.decode(text[i:])
		}
		if entry&special != 0 {
			if !s.special(entry, i, size) {
				if entry&inRun == 0 && entry != inserted || s.skips > MaxSkip {
					last, pair = 0, 0
				}
				i += size
				continue
			}
			entry &^= flags
		}
		h := uint32(entry) * 0x85EBCA6B
		triple := (pair<<1 ^ h) * 0x27D4EB2F
		pair = last ^ h
		last = uint32(entry) * 0x9E3779B1
		pairs, triples := filter.pairs.has(pair), filter.triples.has(triple)
		if pairs|triples != 0 {
			s.end(entry, i, i+size, pairs != 0, triples != 0)
		}
		i += size
	}
	return s.found, s.run.close(s.runs)
}

// three decodes the well-formed rune of three bytes at i; the halves of
// surrogate pairs, which are not well formed, are in no term.
func three(text string, i int) uint16 {
	return uint16(text[i])<<12 | uint16(text[i+1]&0x3F)<<6 | uint16(text[i+2]&0x3F)
}

// hashes are those of a term's first two and three runes, as Scan makes them.
func hashes(a, b, c uint16) (pair, triple uint32) {
	pair = uint32(a)*0x9E3779B1 ^ uint32(b)*0x85EBCA6B
	return pair, (pair<<1 ^ uint32(c)*0x85EBCA6B) * 0x27D4EB2F
}

// scan is what a scan has found and what it must remember beside its place.
type scan struct {
	*Matcher
	text   string
	found  []Match
	runs   []Run
	run    openRun
	skips  int // inserted runes in a row,
	skipAt int // up to here
}

// special takes in a rune that is not plain; it tells whether terms have it.
func (s *scan) special(entry uint16, i, size int) bool {
	if entry == inserted {
		if s.skipAt != i {
			s.skips = 0
		}
		s.skipAt = i + size
		s.skips++
		return false
	}
	s.skips = 0
	class := entry &^ flags
	if entry&inRun != 0 {
		b := s.text[i]
		isDigit := b >= '0' && b <= '9' || b >= utf8.RuneSelf && s.isDigit(s.text[i:])
		s.run.add(s, i, i+size, isDigit)
	}
	if entry&alone != 0 {
		s.emit(s.starts.get(start(0, 0, class)), i, i+size)
	}
	return class != 0
}

// end looks for terms of two runes that end with this one, and for longer ones
// whose first three it ends, as the filter said.
func (s *scan) end(c uint16, at, end int, two, more bool) {
	b, second := s.before(at)
	if b == 0 {
		return
	}
	if two {
		s.emit(s.starts.get(start(0, b, c)), second, end)
	}
	if more {
		if a, first := s.before(second); a != 0 {
			s.follow(start(a, b, c), first, end)
		}
	}
}

// before is the class of the last rune before a place that is not inserted,
// and where it starts; 0 if no term goes across.
func (s *scan) before(at int) (class uint16, start int) {
	for skips := 0; at > 0 && skips <= MaxSkip; skips++ {
		var entry uint16
		if t := s.text; at >= 3 && t[at-3] > 0xE0 && t[at-3] < 0xF0 && t[at-1]&0xC0 == 0x80 && t[at-2]&0xC0 == 0x80 {
			at -= 3
			entry = s.class[three(t, at)]
		} else {
			r, size := utf8.DecodeLastRuneInString(t[:at])
			at -= size
			entry = s.entry(r, size)
		}
		if entry != inserted {
			return entry &^ flags, at
		}
	}
	return 0, 0
}

// openRun is a run that may go on.
type openRun struct {
	Run
	digits int
}

// add takes in a digit or letter, which goes on with the run if nothing but
// inserted runes stands between them.
func (r *openRun) add(s *scan, start, end int, isDigit bool) {
	if r.End == 0 || int(r.End) != start && s.nextEnd(int(r.End)) != end {
		s.runs = r.close(s.runs)
		r.Start, r.digits = int32(start), 0
	}
	r.End = int32(end)
	if isDigit {
		r.digits++
	}
}

// nextEnd is where the next rune ends that is not inserted.
func (s *scan) nextEnd(at int) int {
	_, end := s.after(at)
	return end
}

func (r *openRun) close(runs []Run) []Run {
	if r.digits >= MinDigits {
		runs = append(runs, r.Run)
	}
	return runs
}

// decode is the entry of the first rune of a text, and its length.
func (m *Matcher) decode(text string) (entry uint16, size int) {
	if len(text) > 2 && text[0] > 0xE0 && text[0] < 0xF0 && text[1]&0xC0 == 0x80 && text[2]&0xC0 == 0x80 {
		return m.class[three(text, 0)], 3
	}
	r, size := utf8.DecodeRuneInString(text)
	return m.entry(r, size), size
}

// entry of a rune that is so many bytes long. Broken bytes are runes that no term has.
func (m *Matcher) entry(r rune, size int) uint16 {
	switch {
	case r == utf8.RuneError && size == 1:
		return other
	case r < plane:
		return m.class[r]
	}
	folded, ok := m.fold.Rune(r)
	switch {
	case !ok:
		return inserted
	case folded < plane:
		return m.class[folded]
	}
	if entry, known := m.astral[folded]; known {
		return entry
	}
	return other
}

func (m *Matcher) isDigit(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	_, ok := m.fold.Digit(r)
	return ok
}

// follow goes down the trie from the first three runes of a term, which end
// at byte end, and emits every term on the way.
func (s *scan) follow(key uint64, start, end int) {
	e := s.starts.get(key)
	for e.node > 0 {
		s.emit(e, start, end)
		if e.next == 0 {
			return
		}
		c, next := s.after(end)
		if e.next&nextBit(c) == 0 {
			return
		}
		e, end = s.edges.get(edge(e.node, c)), next
	}
}

// after is the class of the next rune that is not inserted, and where it ends.
func (s *scan) after(at int) (class uint16, end int) {
	for skips := 0; at < len(s.text) && skips <= MaxSkip; skips++ {
		entry, size := s.decode(s.text[at:])
		at += size
		if entry != inserted {
			return entry &^ flags, at
		}
	}
	return 0, at
}

// emit adds the terms that end at a node, if any.
func (s *scan) emit(e trieEntry, start, end int) {
	if e.node == 0 || e.node > s.terms {
		return
	}
	s.found = append(s.found, Match{Term: e.node - 1, Start: int32(start), End: int32(end)})
	if len(s.twins) > 0 {
		for _, term := range s.twins[e.node] {
			s.found = append(s.found, Match{Term: term, Start: int32(start), End: int32(end)})
		}
	}
}
