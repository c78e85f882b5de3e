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
// The runes of all terms get small numbers (classes). The scan keeps the last
// two classes; a filter tells, nearly always with no, whether they and the next
// class are a term or begin one. Only then the hashed trie is asked.
type Matcher struct {
	fold   *Fold
	class  *[plane]uint16 // by rune: class<<2 | flags
	astral map[rune]uint16
	filter *filter
	starts trie              // the first one to three runes of a term lead to a node
	edges  trie              // a node and the next rune lead to a node
	terms  int32             // a node up to here is where the term before it in number ends
	twins  map[int32][]int32 // by node: further terms that fold alike
}

// Entries of the class table. Nearly all runes are plain: those of terms that
// need no further thought. The others carry the flag special and more.
const (
	other    = special            // no term has the rune
	inserted = special | 1<<shift // it is skipped
	first    = 2                  // the first class of a term's rune

	special = 1 // not plain
	inRun   = 2 // a digit or letter, the stuff of runs
	alone   = 4 // a term of one rune

	shift = 3
)

// maxClasses bounds the number of different runes in all terms together.
const maxClasses = 1<<(16-shift) - 1

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
				c = uint16(len(classes) + first)
				if c > maxClasses {
					return nil, fmt.Errorf("the terms use more than %d different characters", maxClasses-first)
				}
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
			return c<<shift | alone | special
		default:
			return c << shift
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
			m.filter.addPair(pairHash(t[0], t[1]))
		default:
			m.filter.addTriple(tripleHash(t[0], pairHash(t[1], t[2])))
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
	var (
		c1, c2 uint16 // classes of the last rune and the one before
		s1, s2 int32  // where they start
		run    = openRun{broken: -1}
		skips  int // in a row,
		skipAt int // up to here
		class  = m.class
		filter = m.filter
		size   int
	)
	for i := 0; i < len(text); i += size {
		var entry uint16
		b := text[i]
		if b > 0xE0 && b < 0xF0 && i+2 < len(text) && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 {
			entry, size = class[uint16(b)<<12|uint16(text[i+1]&0x3F)<<6|uint16(text[i+2]&0x3F)], 3
		} else if b < utf8.RuneSelf {
			entry, size = class[b], 1
		} else {
			entry, size = m.decode(text[i:])
		}
		if entry&special != 0 {
			if entry == inserted {
				if skipAt != i {
					skips = 0
				}
				skipAt = i + size
				if skips++; skips > MaxSkip {
					c1, c2, run.broken = 0, 0, int32(i)
				}
				continue
			}
			if entry&inRun != 0 {
				isDigit := b >= '0' && b <= '9' || b >= utf8.RuneSelf && m.isDigit(text[i:])
				runs = run.add(runs, int32(i), int32(i+size), s1, isDigit)
			}
			if entry>>shift == 0 {
				c1, c2 = 0, 0
				if entry&inRun == 0 {
					run.broken = int32(i)
				}
				continue
			}
			if entry&alone != 0 {
				found = m.emit(found, m.starts.get(start(0, 0, entry>>shift)), int32(i), int32(i+size))
			}
		}
		c := entry >> shift
		pair := pairHash(c1, c)
		if filter.hasPair(pair) && c1 != 0 {
			found = m.emit(found, m.starts.get(start(0, c1, c)), s1, int32(i+size))
		}
		if filter.hasTriple(tripleHash(c2, pair)) && c2 != 0 {
			found = m.follow(found, text, start(c2, c1, c), s2, i+size)
		}
		c2, s2 = c1, s1
		c1, s1 = c, int32(i)
	}
	return found, run.close(runs)
}

// openRun is a run that may go on.
type openRun struct {
	Run
	digits int
	broken int32 // the last place that no run goes across, beside plain runes
}

// add takes in a digit or letter; plain is where the last rune of a term began.
func (r *openRun) add(runs []Run, start, end, plain int32, isDigit bool) []Run {
	if r.End == 0 || plain >= r.End || r.broken >= r.End {
		runs = r.close(runs)
		r.Start, r.digits = start, 0
	}
	r.End = end
	if isDigit {
		r.digits++
	}
	return runs
}

func (r *openRun) close(runs []Run) []Run {
	if r.digits >= MinDigits {
		runs = append(runs, r.Run)
	}
	return runs
}

// decode is the slow way for all but ASCII and well-formed runes of three
// bytes. Broken bytes are one rune each that no term has.
func (m *Matcher) decode(text string) (entry uint16, size int) {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case r == utf8.RuneError && size == 1:
		return other, 1
	case r < plane:
		return m.class[r], size
	}
	folded, ok := m.fold.Rune(r)
	switch {
	case !ok:
		return inserted, size
	case folded < plane:
		return m.class[folded], size
	}
	return m.astral[folded], size
}

func (m *Matcher) isDigit(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	_, ok := m.fold.Digit(r)
	return ok
}

// follow goes down the trie from the first three runes of a term, which end
// at byte end, and emits every term on the way.
func (m *Matcher) follow(found []Match, text string, first uint64, start int32, end int) []Match {
	e := m.starts.get(first)
	skips := 0
	for e.node > 0 {
		found = m.emit(found, e, start, int32(end))
		i := end
		for {
			if e.next == 0 || i >= len(text) {
				return found
			}
			entry, size := m.decode(text[i:])
			i += size
			if entry == inserted {
				if skips++; skips > MaxSkip {
					return found
				}
				continue
			}
			skips = 0
			c := entry >> shift
			if e.next&nextBit(c) == 0 {
				return found
			}
			e, end = m.edges.get(edge(e.node, c)), i
			break
		}
	}
	return found
}

// emit adds the terms that end at a node, if any.
func (m *Matcher) emit(found []Match, e trieEntry, start, end int32) []Match {
	if e.node == 0 || e.node > m.terms {
		return found
	}
	found = append(found, Match{Term: e.node - 1, Start: start, End: end})
	if len(m.twins) > 0 {
		for _, term := range m.twins[e.node] {
			found = append(found, Match{Term: term, Start: start, End: end})
		}
	}
	return found
}
