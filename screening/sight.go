package screening

import (
	"cmp"
	"math"
	"slices"

	"shenfa/screening/match"
)

// sight is what of a pattern can be seen in a stretch of text before an automaton
// is asked, whose tables are mostly far from the processor: for one of its
// alternatives, a string of each of some lists must stand there. For each
// alternative it has the number of lists, and then the lists. An empty sight is
// seen everywhere.
//
// A list has its size and the number of places, in the set of what the text shows,
// at which one looks for its strings; then these; then for each of them how many and
// which other places its strings have.
type sight []uint16

// shown is the set of all characters of a text as the scan reads it, and of all two
// in a row; now and then it has more.
type shown [1 << (shownBits - 6)]uint64

const (
	shownBits = 13
	tooMuch   = 1800 // bytes of text, in which nearly all could be seen
	telltale  = 10   // of a thousand sentences have a character that tells of a string
	lookCosts = 2    // as much as a thousandth of sentences more in which something is seen
)

// sight of a pattern with these alternatives. Of the lists of each it takes those
// that stand least often and are soonest looked for.
func (l *wordList) sight(alternatives [][][]string) (s sight) {
	cost := func(list []string) float64 { return l.often(list) + lookCosts*float64(len(list)) }
	var single []looks // of alternatives that have one list
	for _, lists := range alternatives {
		lists = slices.Clone(lists)
		slices.SortStableFunc(lists, func(a, b []string) int { return cmp.Compare(cost(a), cost(b)) })
		var best [2][]looks
		n := 0
		for _, list := range lists {
			if best[n] = l.places(list); len(best[n]) > 0 {
				if n++; n == len(best) {
					break
				}
			}
		}
		switch n {
		case 0:
			return nil
		case 1:
			single = append(single, best[0]...)
		default:
			s = append(s, 2).add(best[0]).add(best[1])
		}
	}
	if len(single) > 0 {
		s = append(s, 1).add(single)
	}
	if len(s) > math.MaxUint16 {
		return nil
	}
	return slices.Clip(s)
}

// looks are the places at which one looks for a string, and then for more of it.
type looks struct{ first, other uint16 }

// add adds a list.
func (s sight) add(list []looks) sight {
	slices.SortFunc(list, func(a, b looks) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.other, b.other)) })
	list = slices.Compact(list)
	from := len(s)
	s = append(s, 0, 0)
	for i, p := range list {
		if i == 0 || p.first != list[i-1].first {
			s = append(s, p.first)
		}
	}
	s[from+1] = uint16(len(s) - from - 2)
	count := 0 // where that of the others stands
	for i, p := range list {
		if i == 0 || p.first != list[i-1].first {
			count = len(s)
			s = append(s, 0)
		}
		s = append(s, p.other)
		s[count]++
	}
	s[from] = uint16(len(s) - from - 1)
	return s
}

// places are those of the strings of a list; none if one of them may stand in a text
// unseen.
func (l *wordList) places(list []string) (all []looks) {
	for _, text := range list {
		runes := []rune(l.fold.String(text))
		if len(runes) == 0 || len([]rune(text)) > len(runes)+match.MaxSkip || slices.Max(runes) > math.MaxUint16 {
			return nil
		}
		all = append(all, l.placesOf(runes))
	}
	return all
}

// placesOf are the place of a character that is rare, or else of the first two, and
// that of two others if there are any.
func (l *wordList) placesOf(runes []rune) looks {
	n := len(runes)
	if n == 1 {
		place := shownAt(0, uint16(runes[0]))
		return looks{place, place}
	}
	pair := func(i int) uint16 { return shownAt(uint16(runes[i]), uint16(runes[i+1])) }
	rarest := slices.MinFunc(runes, func(a, b rune) int { return cmp.Compare(l.shares.of(string(a)), l.shares.of(string(b))) })
	switch {
	case l.shares.of(string(rarest)) > telltale:
		return looks{pair(0), pair(n - 2)}
	case rarest == runes[0] || rarest == runes[1]:
		return looks{shownAt(0, uint16(rarest)), pair(n - 2)}
	}
	return looks{shownAt(0, uint16(rarest)), pair(0)}
}

// shownAt is the place of two characters in a row, or behind 0 of one.
func shownAt(before, r uint16) uint16 {
	return uint16((uint32(before)<<16 | uint32(r)) * 0x9E3779B1 >> (32 - shownBits))
}

func (s *shown) set(at uint16) { s[at/64%uint16(len(s))] |= 1 << (at % 64) }

func (s *shown) has(at uint16) bool { return s[at/64%uint16(len(s))]>>(at%64)&1 != 0 }

// read notes what runes show.
func (s *shown) read(runes []uint16) {
	clear(s[:])
	before := uint16(0)
	for _, r := range runes {
		s.set(shownAt(0, r))
		s.set(shownAt(before, r))
		before = r
	}
}

// in tells whether a pattern may match in a text that shows this.
func (s sight) in(text *shown) bool {
	for i := 0; i < len(s); {
		all, lists := true, s[i]
		i++
		for range lists {
			list := s[i+1 : i+1+int(s[i])]
			i += 1 + len(list)
			all = all && text.hasAny(list)
		}
		if all {
			return true
		}
	}
	return len(s) == 0
}

// hasAny tells whether one of a list's strings may be there.
func (s *shown) hasAny(list []uint16) bool {
	others, count := 1+int(list[0]), 0 // of the places looked at
	for k, place := range list[1:others] {
		if !s.has(place) {
			continue
		}
		for ; count < k; count++ {
			others += 1 + int(list[others])
		}
		for _, other := range list[others+1 : others+1+int(list[others])] {
			if s.has(other) {
				return true
			}
		}
	}
	return false
}

// sees tells whether a pattern may match in a window by what it shows, or the
// paragraph, if that is hardly longer.
func (d *draft) sees(s sight, w *window) bool {
	if len(s) == 0 || w.back != nil || len(w.text) > tooMuch {
		return true
	}
	if g := &d.glances.paragraph; g.isRead && g.part == w.part+1 && g.lo <= w.start && w.end <= g.hi && 2*len(w.text) > g.hi-g.lo {
		return s.in(&g.shown)
	}
	return d.glance(w).shows(d, s)
}

// shows tells whether a pattern may match there by what the text shows.
func (g *glance) shows(d *draft, s sight) bool {
	if !g.isRead {
		r := &d.seen.readings[g.part-1]
		g.shown.read(r.Runes[r.Index(g.lo):r.Index(g.hi)])
		g.isRead = true
	}
	return s.in(&g.shown)
}
