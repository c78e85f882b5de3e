package screening

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"shenfa/screening/match"
)

// sight is what of a pattern can be seen in a window before an automaton is asked,
// whose tables are mostly far from the processor: for one of its alternatives, a
// string of each of some lists must stand there. For each alternative it has the
// number of lists; for each list, its size and what its strings begin with, a place
// in the set of what the window shows; and for each of these, how many and which
// other places they go on with. An empty sight is seen everywhere.
type sight []uint16

// shown is the set of all characters of a window, and of all two in a row; now and
// then it has more.
type shown [1 << (shownBits - 6)]uint64

const (
	shownBits = 13
	tooMuch   = 1800 // bytes of a window, in which nearly all could be seen
)

// newSight picks the lists that are soonest looked for and stand least often.
func newSight(alternatives [][][]string, often func([]string) float64) (s sight) {
	var single []string // of alternatives that have one list
	for _, lists := range alternatives {
		lists = slices.Clone(lists)
		slices.SortStableFunc(lists, func(a, b []string) int {
			return cmp.Compare(often(a)+float64(len(beginnings(a)))*2, often(b)+float64(len(beginnings(b)))*2)
		})
		if len(lists) == 1 {
			single = append(single, lists[0]...)
			continue
		}
		s = append(s, 2)
		s = s.add(lists[0]).add(lists[1])
	}
	if len(single) > 0 {
		s = append(s, 1).add(single)
	}
	if len(s) > math.MaxUint16 {
		return nil
	}
	return s
}

// add adds a list.
func (s sight) add(list []string) sight {
	from := len(s)
	s = append(s, 0)
	all := beginnings(list)
	for _, first := range slices.Sorted(maps.Keys(all)) {
		rest := all[first]
		s = append(s, first, uint16(len(rest)))
		s = append(s, rest...)
	}
	s[from] = uint16(len(s) - from - 1)
	return s
}

// beginnings are the places that strings begin with, and what they go on with.
func beginnings(list []string) map[uint16][]uint16 {
	all := map[uint16][]uint16{}
	for _, text := range list {
		if first, last := ends(text); !slices.Contains(all[first], last) {
			all[first] = append(all[first], last)
		}
	}
	return all
}

// ends are the places of the first two and the last two characters of a text; of
// the one and both where it has no more.
func ends(text string) (first, last uint16) {
	var places []uint16
	before := rune(0)
	for _, r := range text {
		r = small(r)
		if before != 0 {
			places = append(places, shownAt(before, r))
		}
		before = r
	}
	if len(places) < 2 {
		places = append(places, shownAt(0, before))
	}
	return places[0], places[len(places)-1]
}

// small is a letter whatever its case.
func small(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// shownAt is the place of two characters in a row, or behind 0 of one.
func shownAt(before, r rune) uint16 {
	return uint16((uint32(before)*0x9E3779B1 ^ uint32(r)) * 0x85EBCA6B >> (32 - shownBits))
}

func (s *shown) set(at uint16)      { s[at/64] |= 1 << (at % 64) }
func (s *shown) has(at uint16) bool { return s[at/64%uint16(len(s))]>>(at%64)&1 != 0 }

// read notes what a window shows.
func (s *shown) read(text string) {
	clear(s[:])
	before := rune(0)
	for i := 0; i < len(text); {
		r, ok := match.Wide(text, i)
		size := 3
		if !ok {
			r, size = utf8.DecodeRuneInString(text[i:])
			r = small(r)
		}
		i += size
		s.set(shownAt(0, r))
		s.set(shownAt(before, r))
		before = r
	}
}

// in tells whether a pattern may match in a window that shows this.
func (s sight) in(window *shown) bool {
	for i := 0; i < len(s); {
		all, lists := true, s[i]
		i++
		for range lists {
			list := s[i+1 : i+1+int(s[i])]
			i += 1 + len(list)
			all = all && window.hasAny(list)
		}
		if all {
			return true
		}
	}
	return len(s) == 0
}

// hasAny tells whether one of a list's strings may be there.
func (s *shown) hasAny(list []uint16) bool {
	for k := 0; k+1 < len(list); {
		first, next := list[k], k+2+int(list[k+1])
		if s.has(first) {
			for _, last := range list[k+2 : next] {
				if s.has(last) {
					return true
				}
			}
		}
		k = next
	}
	return false
}

// sees tells whether a pattern may match in a window by what it shows.
func (d *draft) sees(s sight, w *window) bool {
	if len(s) == 0 || len(w.text) > tooMuch {
		return true
	}
	g := d.glance(w)
	if !g.isRead {
		g.shown.read(w.text)
		g.isRead = true
	}
	return s.in(&g.shown)
}
