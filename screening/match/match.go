// Package match finds many terms in a text in one pass: all occurrences,
// overlapping ones too, with exact byte offsets, whatever the width, case or
// script of the text and whatever symbols were inserted into a term. It finds
// the runs of digits and letters that identity numbers, telephones and codes
// are made of in the same pass.
package match

import (
	"fmt"
	"math/bits"
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
// three classes; a bitmap of all pairs that are terms and one of all first
// triples decide, nearly always with no, whether the term list is to be asked.
// From a triple on a hashed trie leads to the longer terms.
type Matcher struct {
	fold    *Fold
	class   []uint16 // by rune: class<<1 | run flag; other (no term has it), skipped
	astral  map[rune]uint16
	single  []bool // by class: a term of one rune
	two     bitmap
	three   bitmap
	trie    trie
	out     [][]int32 // by node: the terms that end there
	longest int
}

// Entries of the class table. The lowest bit marks digits and letters, the
// stuff of runs.
const (
	other    = 0
	inserted = 1 << 1
	first    = 2 // the first class of a term's rune
)

// maxClasses bounds the number of different runes in all terms together.
const maxClasses = 1<<15 - 1

// New builds a matcher. Terms that fold to nothing are an error; terms that
// fold alike all match.
func New(fold *Fold, terms []string) (*Matcher, error) {
	m := &Matcher{fold: fold, class: make([]uint16, plane), astral: map[rune]uint16{}}
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
		m.longest = max(m.longest, len(folded[i]))
	}
	m.classify(classes)
	m.index(folded, len(classes)+first)
	return m, nil
}

func (m *Matcher) classify(classes map[rune]uint16) {
	for r := range m.class {
		switch m.fold.kind[r] {
		case skip:
			m.class[r] = inserted
		case plain:
			m.class[r] = classes[rune(m.fold.to[r])] << 1
		default:
			m.class[r] = classes[rune(m.fold.to[r])]<<1 | 1
		}
	}
	for r := range plane {
		if r >= 0xD800 && r <= 0xDFFF {
			m.class[r] = other
		}
	}
	for r, c := range classes {
		if r >= plane {
			m.astral[r] = c << 1
		}
	}
}

func (m *Matcher) index(terms [][]uint16, classes int) {
	size := bits.Len(uint(64*len(terms) + 1<<12))
	m.two, m.three = newBitmap(size), newBitmap(size)
	m.single = make([]bool, classes)
	m.trie = newTrie(len(terms) * 4)
	m.out = [][]int32{nil}
	for i, term := range terms {
		node := int32(0)
		for _, c := range term {
			next, added := m.trie.add(node, c, int32(len(m.out)))
			if added {
				m.out = append(m.out, nil)
			}
			node = next
		}
		m.out[node] = append(m.out[node], int32(i))
		switch len(term) {
		case 1:
			m.single[term[0]] = true
		case 2:
			m.two.set(pair(term[0], term[1]))
		default:
			m.three.set(triple(term[0], term[1], term[2]))
		}
	}
}

// Scan appends the occurrences in text to found and the runs to runs, each in
// the order of their ends.
func (m *Matcher) Scan(found []Match, runs []Run, text string) ([]Match, []Run) {
	var (
		c1, c2  uint16 // classes of the last rune and the one before
		s1, s2  int32  // where they start
		skips   int
		run     Run
		digits  int
		class   = m.class
		entry   uint16
		i, size int
	)
	for i = 0; i < len(text); i += size {
		b := text[i]
		switch {
		case b < utf8.RuneSelf:
			entry, size = class[b], 1
		case b > 0xE0 && b < 0xF0 && b != 0xED && i+2 < len(text) && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80:
			entry, size = class[uint16(b)<<12|uint16(text[i+1]&0x3F)<<6|uint16(text[i+2]&0x3F)], 3
		default:
			entry, size = m.decode(text[i:])
		}
		if entry == inserted {
			if skips++; skips > MaxSkip {
				c1, c2 = 0, 0
			}
			continue
		}
		if entry&1 != 0 {
			if skips > MaxSkip || run.End == 0 {
				if digits >= MinDigits {
					runs = append(runs, run)
				}
				run.Start, digits = int32(i), 0
			}
			run.End = int32(i + size)
			if b >= '0' && b <= '9' || b >= utf8.RuneSelf && m.isDigit(text[i:]) {
				digits++
			}
		} else if run.End != 0 {
			if digits >= MinDigits {
				runs = append(runs, run)
			}
			run.End, digits = 0, 0
		}
		skips = 0
		c := entry >> 1
		if c == other {
			c1, c2 = 0, 0
			continue
		}
		if m.single[c] {
			found = m.emit(found, m.trie.get(0, c), int32(i), int32(i+size))
		}
		if c1 != 0 {
			if m.two.has(pair(c1, c)) {
				found = m.emitPair(found, c1, c, s1, int32(i+size))
			}
			if c2 != 0 && m.three.has(triple(c2, c1, c)) {
				found = m.follow(found, text, c2, c1, c, s2, i+size)
			}
		}
		c2, s2 = c1, s1
		c1, s1 = c, int32(i)
	}
	if digits >= MinDigits {
		runs = append(runs, run)
	}
	return found, runs
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

// emitPair emits the terms of the two runes a and b, if the bitmap did not lie.
func (m *Matcher) emitPair(found []Match, a, b uint16, start, end int32) []Match {
	if node := m.trie.get(0, a); node > 0 {
		return m.emit(found, m.trie.get(node, b), start, end)
	}
	return found
}

// follow goes down the trie from the first three runes of a term, which end
// at byte end, and emits every term on the way.
func (m *Matcher) follow(found []Match, text string, a, b, c uint16, start int32, end int) []Match {
	node := m.trie.get(0, a)
	if node > 0 {
		node = m.trie.get(node, b)
	}
	if node > 0 {
		node = m.trie.get(node, c)
	}
	skips := 0
	for node > 0 {
		found = m.emit(found, node, start, int32(end))
		i := end
		for {
			if i >= len(text) {
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
			c := entry >> 1
			if c == other {
				return found
			}
			node, end = m.trie.get(node, c), i
			break
		}
	}
	return found
}

func (m *Matcher) emit(found []Match, node, start, end int32) []Match {
	if node > 0 {
		for _, term := range m.out[node] {
			found = append(found, Match{Term: term, Start: start, End: end})
		}
	}
	return found
}
