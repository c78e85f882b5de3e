package screening

import (
	"math/bits"
	"slices"

	"shenfa/screening/match"
)

// idioms are phrases of four characters, in which one may be written as another
// that sounds or looks alike. Where it is, one half of the phrase is right, and
// three of its four characters are: that is what a text is searched for.
type idioms struct {
	list   []idiom
	at     map[fourRunes]int         // where each stands in list
	halves [2]map[uint32][]fourRunes // those that have two characters as their first half, and as their second
	alike  map[rune][]int            // the groups of characters that are mistaken for one another

	half  halfSet
	three fourSet // all idioms with 0 for one of the four
}

type idiom struct {
	text  string
	right []string
}

// fourRunes are four runes of the basic plane in a row, the first one highest.
type fourRunes uint64

func fourOf(runes []rune) (four fourRunes) {
	for _, r := range runes {
		four = four<<16 | fourRunes(uint16(r))
	}
	return four
}

// of is a rune, the last one being the first in number.
func (f fourRunes) of(i int) uint16 { return uint16(f >> (16 * i)) }

// halves are the first two and the last two.
func (f fourRunes) halves() [2]uint32 { return [2]uint32{uint32(f >> 32), uint32(f)} }

func (f fourRunes) String() string {
	return string([]rune{rune(f.of(3)), rune(f.of(2)), rune(f.of(1)), rune(f.of(0))})
}

// halfSet is a set of halves, first ones and second ones, that now and then has
// one that was not added: one bit stands for each.
type halfSet [1 << 11][2]uint64

func (s *halfSet) add(half uint32, second int) {
	hash := hashOf(uint16(half>>16), uint16(half))
	s[hash>>53][second] |= 1 << (hash >> 46 & 63)
}

// of tells whether two characters are a first half, and a second one: 1 or 0.
func (s *halfSet) of(a, b uint16) (first, second uint64) {
	hash := hashOf(a, b)
	at, bit := &s[hash>>53], hash>>46&63
	return at[0] >> bit & 1, at[1] >> bit & 1
}

// fourSet is a set of four characters in a row, two bits for each.
type fourSet [1 << 14]uint64

func (s *fourSet) find(four fourRunes) (word *uint64, bits uint64) {
	hash := uint64(four) * 0x9E3779B97F4A7C15
	return &s[hash>>50], 1<<(hash>>44&63) | 1<<(hash>>38&63)
}

func (s *fourSet) add(four fourRunes) {
	word, bits := s.find(four)
	*word |= bits
}

func (s *fourSet) has(four fourRunes) bool {
	word, bits := s.find(four)
	return *word&bits == bits
}

func newIdioms(rules *Rules, fold *match.Fold) *idioms {
	x := &idioms{alike: map[rune][]int{}, at: map[fourRunes]int{}}
	for i := range x.halves {
		x.halves[i] = map[uint32][]fourRunes{}
	}
	rule := rules.byID["typo.idiom"]
	if rule == nil {
		return x
	}
	for i, group := range soundGroups(rules) {
		for _, r := range group {
			x.alike[r] = append(x.alike[r], i)
		}
	}
	for _, text := range rule.Terms {
		runes := []rune(fold.String(text))
		if len(runes) != 4 {
			continue
		}
		x.at[x.add(runes)] = len(x.list)
		x.list = append(x.list, idiom{text, rule.term[text].allow})
	}
	return x
}

// add adds the four runes of an idiom to what a text is searched for.
func (x *idioms) add(runes []rune) fourRunes {
	four := fourOf(runes)
	for i, half := range four.halves() {
		x.halves[i][half] = append(x.halves[i][half], four)
		x.half.add(half, i)
	}
	for i := range runes {
		x.three.add(four &^ (0xFFFF << (16 * i)))
	}
	return four
}

// soundGroups are the groups of characters that are mistaken for one another.
func soundGroups(rules *Rules) []string {
	return slices.Concat(rules.context["same_sound"], rules.context["like_form"])
}

// detect looks for slips in the idioms of a part.
func (x *idioms) detect(d *draft, part int) {
	runes := d.seen.readings[part].Runes
	near, opened, opens := fourRunes(0), uint64(0), uint64(0) // whether the two before the last rune are a first half, and the two up to it
	for i, this := range runes {
		first, second := x.half.of(uint16(near), this)
		open := opened
		near, opened, opens = near<<16|fourRunes(this), opens, first
		if open|second == 0 || i < 3 {
			continue
		}
		if open != 0 && (x.three.has(near&^0xFFFF) || x.three.has(near&^0xFFFF_0000)) ||
			second != 0 && (x.three.has(near&^(0xFFFF<<32)) || x.three.has(near&^(0xFFFF<<48))) {
			if meant := x.meant(near); meant != 0 {
				x.report(d, part, i-3, near, &x.list[x.at[meant]])
			}
		}
	}
}

// meant is the idiom for which four runes are a slip; 0 if there is none, or
// they are one themselves.
func (x *idioms) meant(near fourRunes) (meant fourRunes) {
	for i, half := range near.halves() {
		for _, want := range x.halves[i][half] {
			if want == near {
				return 0
			}
			if meant == 0 && x.slip(near, want) {
				meant = want
			}
		}
	}
	return meant
}

// slip tells whether one character stands for another that sounds or looks alike.
func (x *idioms) slip(near, want fourRunes) bool {
	differ := near ^ want
	at := bits.TrailingZeros64(uint64(differ)) / 16
	if differ>>(16*at) > 0xFFFF {
		return false // more than one
	}
	groups := x.alike[rune(want.of(at))]
	return slices.ContainsFunc(x.alike[rune(near.of(at))], func(group int) bool { return slices.Contains(groups, group) })
}

// report reports the four runes from the i-th on, unless they are right for another reason.
func (x *idioms) report(d *draft, part, i int, near fourRunes, want *idiom) {
	r, wrong := &d.seen.readings[part], near.String()
	start, end := r.Start(i), r.End(i+3)
	if d.segments.knows(wrong) || slices.Contains(want.right, wrong) || d.segments.straddled(d.fold, d.parts[part].text, start, end) {
		return
	}
	d.report("typo.idiom", part, start, end, note{suggestion: want.text})
}
