package screening

import (
	"cmp"
	"maps"
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
	type list struct {
		places map[uint16][]uint16
		cost   float64
	}
	single := map[uint16][]uint16{} // of alternatives that have one list
	for _, lists := range alternatives {
		var usable []list
		for _, words := range lists {
			if places := l.places(words); len(places) > 0 {
				usable = append(usable, list{places, l.often(words) + lookCosts*float64(len(places))})
			}
		}
		slices.SortStableFunc(usable, func(a, b list) int { return cmp.Compare(a.cost, b.cost) })
		switch len(usable) {
		case 0:
			return nil
		case 1:
			for place, others := range usable[0].places {
				single[place] = append(single[place], others...)
			}
		default:
			s = append(s, 2).add(usable[0].places).add(usable[1].places)
		}
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
func (s sight) add(places map[uint16][]uint16) sight {
	from := len(s)
	s = append(s, 0, uint16(len(places)))
	order := slices.Sorted(maps.Keys(places))
	s = append(s, order...)
	for _, place := range order {
		s = append(s, uint16(len(places[place])))
		s = append(s, places[place]...)
	}
	s[from] = uint16(len(s) - from - 1)
	return s
}

// places are those at which one looks for strings, and their others; none if one of
// the strings may stand in a text unseen.
func (l *wordList) places(list []string) map[uint16][]uint16 {
	places := map[uint16][]uint16{}
	for _, text := range list {
		runes := []rune(l.fold.String(text))
		if len(runes) == 0 || len([]rune(text)) > len(runes)+match.MaxSkip || slices.Max(runes) > math.MaxUint16 {
			return nil
		}
		place, other := l.placesOf(runes)
		if !slices.Contains(places[place], other) {
			places[place] = append(places[place], other)
		}
	}
	return places
}

// placesOf are the place of a character that is rare, or else of the first two, and
// the place of two others if there are any.
func (l *wordList) placesOf(runes []rune) (place, other uint16) {
	n := len(runes)
	if n == 1 {
		place = shownAt(0, uint16(runes[0]))
		return place, place
	}
	pair := func(i int) uint16 { return shownAt(uint16(runes[i]), uint16(runes[i+1])) }
	rarest := slices.MinFunc(runes, func(a, b rune) int { return cmp.Compare(l.shares.of(string(a)), l.shares.of(string(b))) })
	if l.shares.of(string(rarest)) > telltale {
		return pair(0), pair(n - 2)
	}
	place = shownAt(0, uint16(rarest))
	if rarest == runes[0] || rarest == runes[1] {
		return place, pair(n - 2)
	}
	return place, pair(0)
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
