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
// The runes of all terms get numbers (classes). The scan keeps those of
// the last four; a filter tells, nearly always with no, whether the last two or
// three are a term or all four begin one. Only then it asks the hashed tries.
type Matcher struct {
	fold   *Fold
	class  *[plane]uint16 // by rune: class | flags
	astral map[rune]uint16
	filter *filter
	single []int32           // by class, the flags cut off: the node of a term of one rune
	starts [maxHead + 1]trie // by their number, the first two to four runes of a term lead to a node
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
	m := &Matcher{fold: fold, class: new([plane]uint16), astral: map[rune]uint16{}, twins: map[int32][]int32{}}
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
	m.index(folded)
	m.classify(classes)
	return m, nil
}

func (m *Matcher) classify(classes map[rune]uint16) {
	entry := func(folded rune) uint16 {
		switch c := classes[folded]; {
		case c == 0:
			return other
		case m.single[c>>shift] != 0:
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

// index builds the tries and the filter. Shorter terms go first, so that a node
// where a term ends is made for that term and can bear its number.
func (m *Matcher) index(terms [][]uint16) {
	m.single, m.terms = make([]int32, maxClasses+first>>shift), int32(len(terms))
	var heads [maxHead + 1]int
	tails := 0
	for _, t := range terms {
		heads[min(len(t), maxHead)]++
		tails += max(len(t)-maxHead, 0)
	}
	for n := range m.starts {
		m.starts[n] = newTrie(heads[n])
	}
	m.edges = newTrie(tails)
	m.filter = newFilter(heads[2]+heads[3], heads[maxHead])
	order := make([]int32, len(terms))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return len(terms[a]) - len(terms[b]) })
	passing := m.terms // numbers of nodes where no term ends come after those of terms
	for _, i := range order {
		t := terms[i]
		head := min(len(t), maxHead)
		if head == 1 {
			if node := &m.single[t[0]>>shift]; *node == 0 {
				*node = i + 1
			} else {
				m.twins[*node] = append(m.twins[*node], i)
			}
			continue
		}
		m.filter.add(startOf(t[:head]), head)
		at, key := &m.starts[head], startOf(t[:head])
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
}

// maxHead is how many runes of a term the filter and the first trie go by.
const maxHead = 4

// startOf is the key of the first two to four runes of a term: their classes,
// 16 bits each.
func startOf(t []uint16) (key uint64) {
	for _, c := range t {
		key = key<<16 | uint64(c)
	}
	return key
}

const (
	pairOf   = 1<<32 - 1 // the last two runes of a key of four,
	tripleOf = 1<<48 - 1 // the last three
	noTerm   = 1<<64 - 1 // runes that no term has: no class has all its bits set
)

// Scan appends the occurrences in text to found and the runs to runs, each in
// about the order of their ends.
func (m *Matcher) Scan(found []Match, runs []Run, text string) ([]Match, []Run) {
	s := scan{Matcher: m, text: text, found: found, runs: runs}
	class, filter := m.class, m.filter
	key := uint64(noTerm)       // the classes of the last four runes, 16 bits each
	var starts [maxHead + 1]int // where the last one begins (1), the one before it (2) …
	for i := 0; i < len(text); {
		var entry uint16
		size := 1
		if i+3 < len(text) && threeBytes(four(text, i)) {
			entry, size = class[three(four(text, i))], 3
		} else if b := text[i]; b < utf8.RuneSelf {
			entry = class[b]
		} else {
			entry, size = m.decode(text[i:])
		}
		if entry == other {
			key = noTerm
			i += size
			continue
		}
		if entry&special != 0 {
			if !s.special(entry, i, size) {
				if entry != inserted || s.skips > MaxSkip {
					key = noTerm
				}
				i += size
				continue
			}
			entry &^= flags
		}
		key = key<<16 | uint64(entry)
		starts[4], starts[3], starts[2], starts[1] = starts[3], starts[2], starts[1], i
		if heads := filter.heads(key); heads != 0 {
			s.end(key, &starts, i+size, heads)
		}
		i += size
	}
	return s.found, s.run.close(s.runs)
}

// four are the four bytes at i.
func four(text string, i int) uint32 {
	return uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16 | uint32(text[i+3])<<24
}

// threeBytes tells whether bytes begin with a rune of three, as those of
// Chinese are. The halves of surrogate pairs pass too; they are in no term.
func threeBytes(b uint32) bool { return b&0x00C0C0F0 == 0x008080E0 && b&0xFF != 0xE0 }

// Wide is the rune of three bytes at a byte of a text, if it is surely one: a
// quick first try for Chinese, before utf8.DecodeRuneInString.
func Wide(text string, i int) (r rune, ok bool) {
	if i+3 >= len(text) {
		return 0, false
	}
	b := four(text, i)
	return rune(three(b)), threeBytes(b) && b&0xFF != 0xED // no surrogate
}

// three decodes a rune of three bytes.
func three(b uint32) uint16 { return uint16(b<<12 | b>>2&0xFC0 | b>>16&0x3F) }

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
		s.emit(s.single[class>>shift], i, i+size)
	}
	return class != 0
}

// end looks for what the filter saw to end with a rune: terms of two (bit 0)
// and three (bit 1), and the first four runes of longer ones (bit 2).
func (s *scan) end(key uint64, starts *[maxHead + 1]int, end int, heads uint64) {
	if heads&1 != 0 {
		s.follow(key&pairOf, 2, starts[2], end)
	}
	if heads&2 != 0 {
		s.follow(key&tripleOf, 3, starts[3], end)
	}
	if heads&4 != 0 {
		s.follow(key, 4, starts[4], end)
	}
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
	if len(text) > 3 && threeBytes(four(text, 0)) {
		return m.class[three(four(text, 0))], 3
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

// follow goes down the trie from the first n runes of a term, which stand at
// start:end, and emits every term on the way.
func (s *scan) follow(key uint64, n, start, end int) {
	e := s.starts[n].get(key)
	for e.node != 0 {
		if e.node <= s.terms {
			s.emit(e.node, start, end)
		}
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

// emit adds the terms that end at a node.
func (s *scan) emit(node int32, start, end int) {
	s.found = append(s.found, Match{Term: node - 1, Start: int32(start), End: int32(end)})
	if len(s.twins) > 0 {
		for _, term := range s.twins[node] {
			s.found = append(s.found, Match{Term: term, Start: int32(start), End: int32(end)})
		}
	}
}
