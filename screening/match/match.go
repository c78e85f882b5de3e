// Package match finds many terms in a text: all occurrences, overlapping ones
// too, with exact byte offsets, whatever the width, case or script of the text
// and whatever symbols were inserted into a term. A text is read once for all
// matchers; that finds the runs of digits and letters, too, that identity
// numbers, telephones and codes are made of.
package match

import (
	"fmt"
	"math/bits"
	"slices"
)

// A Match is one occurrence: the index of the term as given to New, the
// half-open byte range from the first rune of the term to the end of its last,
// and the number of that rune in the reading.
type Match struct{ Term, Start, End, Last int32 }

// A Matcher is immutable and safe for concurrent use.
//
// A filter goes over the runes of a text and tells, nearly always with no,
// whether the last two or three are a term or the last four begin one. Only
// then the hashed tries are asked.
type Matcher struct {
	fold   *Fold
	filter *filter
	single []int32           // by rune, up to the last that is a term: its node
	starts [maxHead + 1]trie // by their number, the first two to four runes of a term lead to a node
	edges  trie              // a node and the next rune lead to a node
	terms  int32             // a node up to here is where the term before it in number ends
	twins  map[int32][]int32 // by node: further terms that fold alike
	astral map[int32]string  // by term, folded: those with runes that share their codes
}

// New builds a matcher. Terms that fold to nothing are an error; terms that
// fold alike all match.
func New(fold *Fold, terms []string) (*Matcher, error) {
	m := &Matcher{fold: fold, twins: map[int32][]int32{}, astral: map[int32]string{}}
	folded := make([][]uint16, len(terms))
	for i, term := range terms {
		for _, r := range term {
			to, ok := fold.Rune(r)
			if !ok {
				continue
			}
			if to >= plane {
				m.astral[int32(i)] = fold.String(term)
			}
			folded[i] = append(folded[i], codeOf(to))
		}
		if len(folded[i]) == 0 {
			return nil, fmt.Errorf("term %d (%q) is empty", i, term)
		}
	}
	m.index(folded)
	return m, nil
}

// index builds the tries and the filter. Shorter terms go first, so that a node
// where a term ends is made for that term and can bear its number.
func (m *Matcher) index(terms [][]uint16) {
	m.terms = int32(len(terms))
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
	m.filter = newFilter(heads[2], heads[3], heads[maxHead])
	order := make([]int32, len(terms))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return len(terms[a]) - len(terms[b]) })
	passing := m.terms // numbers of nodes where no term ends come after those of terms
	for _, i := range order {
		t := terms[i]
		head := min(len(t), maxHead)
		m.filter.add(t)
		if head == 1 {
			if more := int(t[0]) + 1 - len(m.single); more > 0 {
				m.single = append(m.single, make([]int32, more)...)
			}
			if node := m.single[t[0]]; node != 0 {
				m.twins[node] = append(m.twins[node], i)
			} else {
				m.single[t[0]] = i + 1
			}
			continue
		}
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

// startOf is the key of the first runes of a term, up to four of 16 bits each.
func startOf(t []uint16) (key uint64) {
	for _, c := range t {
		key = key<<16 | uint64(c)
	}
	return key
}

const (
	pairOf   = 1<<32 - 1 // the last two runes of a key of four,
	tripleOf = 1<<48 - 1 // the last three
)

// Find appends the occurrences in a text to found, in the order of their ends;
// of terms of more than four runes, in the order of their fourth.
func (m *Matcher) Find(found []Match, r *Reading) []Match {
	runes := r.Runes
	var s filtering
	for from := 0; from < len(runes); from += block {
		passed := m.filter.pass(runes[from:min(from+block, len(runes))], &s)
		for ; passed != 0; passed &= passed - 1 {
			found = m.end(found, r, from+bits.TrailingZeros64(passed))
		}
	}
	return found
}

// end looks for terms of one to three runes that end with a rune, and for
// longer ones that have it as their fourth.
func (m *Matcher) end(found []Match, r *Reading, last int) []Match {
	c, f := r.Runes[last], m.filter
	if f.single[c/64]>>(c%64)&1 != 0 {
		found = m.emit(found, r, m.single[c], last, last)
	}
	var key uint64
	if last >= 3 {
		key = startOf(r.Runes[last-3 : last+1])
	} else {
		key = startOf(r.Runes[:last+1])
	}
	two, three, four := *f.pair(key)&isTwo, f.has(key&tripleOf*fibonacci), f.has(key*fibonacci)
	if next := last + 1; next < len(r.Runes) {
		four |= f.has(longer(key, r.Runes[next]))
	}
	if uint64(two)|three|four == 0 {
		return found // nearly always
	}
	if two != 0 && last >= 1 {
		found = m.follow(found, r, 2, last)
	}
	if three != 0 && last >= 2 {
		found = m.follow(found, r, 3, last)
	}
	if four != 0 && last >= 3 {
		found = m.follow(found, r, 4, last)
	}
	return found
}

// follow goes down the trie from the first n runes of a term, and appends every
// term on the way.
func (m *Matcher) follow(found []Match, r *Reading, n, last int) []Match {
	first := last + 1 - n
	e := m.starts[n].get(startOf(r.Runes[first : last+1]))
	for e.node != 0 {
		if e.node <= m.terms {
			found = m.emit(found, r, e.node, first, last)
		}
		if last++; e.next == 0 || last == len(r.Runes) || e.next&nextBit(r.Runes[last]) == 0 {
			break
		}
		e = m.edges.get(edge(e.node, r.Runes[last]))
	}
	return found
}

// emit appends the terms that end at a node.
func (m *Matcher) emit(found []Match, r *Reading, node int32, first, last int) []Match {
	one := Match{Term: node - 1, Start: r.At[first], End: int32(r.End(last)), Last: int32(last)}
	if len(m.astral) == 0 && len(m.twins) == 0 {
		return append(found, one)
	}
	if m.is(one, r.Text) {
		found = append(found, one)
	}
	if len(m.twins) > 0 {
		for _, one.Term = range m.twins[node] {
			if m.is(one, r.Text) {
				found = append(found, one)
			}
		}
	}
	return found
}

// is tells whether a term stands where its codes do.
func (m *Matcher) is(one Match, text string) bool {
	if len(m.astral) == 0 {
		return true
	}
	want, astral := m.astral[one.Term]
	return !astral || m.fold.String(text[one.Start:one.End]) == want
}
