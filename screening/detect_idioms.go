package screening

import (
	"slices"

	"shenfa/screening/match"
)

// idioms are phrases of four characters, in which one may be written as another
// that sounds or looks alike. Where it is, one half of the phrase is right, and
// three of its four characters are: that is what a text is searched for.
type idioms struct {
	list   []idiom
	halves [2]map[uint32][]int32 // the idioms that have two characters as their first half, and as their second
	right  map[uint64]bool       // all of them
	alike  map[rune][]int        // the groups of characters that are mistaken for one another

	half  halfSet
	three fourSet // all idioms with 0 for one of the four
}

type idiom struct {
	text  string
	runes [4]rune // folded
	right []string
}

// halfSet is a set of halves, first ones and second ones, that now and then has
// one that was not added: two bits of one word stand for each.
type halfSet [1 << 12]uint64

// find is the word in which the bits stand: in the last two sixes of the hash
// that of a first half, in the two before that of a second one.
func (s *halfSet) find(a, b uint16) (word *uint64, hash uint64) {
	hash = hashOf(a, b)
	return &s[hash>>52], hash >> 28
}

func (s *halfSet) add(half uint32, second int) {
	word, hash := s.find(uint16(half>>16), uint16(half))
	hash >>= 12 * second
	*word |= 1<<(hash&63) | 1<<(hash>>6&63)
}

// of tells whether two characters are a first half, and a second one: 1 or 0.
func (s *halfSet) of(a, b uint16) (first, second uint64) {
	at, hash := s.find(a, b)
	word := *at
	return word >> (hash & 63) & (word >> (hash >> 6 & 63)) & 1, word >> (hash >> 12 & 63) & (word >> (hash >> 18 & 63)) & 1
}

// fourSet is such a set of four characters in a row.
type fourSet [1 << 14]uint64

func (s *fourSet) find(a, b, c, d uint16) (word *uint64, bits uint64) {
	hash := (uint64(a)<<48 | uint64(b)<<32 | uint64(c)<<16 | uint64(d)) * 0x9E3779B97F4A7C15
	hash = (hash ^ hash>>32) * 0x9E3779B97F4A7C15
	return &s[hash>>50], 1<<(hash>>44&63) | 1<<(hash>>38&63)
}

func (s *fourSet) add(a, b, c, d uint16) {
	word, bits := s.find(a, b, c, d)
	*word |= bits
}

func (s *fourSet) has(a, b, c, d uint16) bool {
	word, bits := s.find(a, b, c, d)
	return *word&bits == bits
}

func newIdioms(rules *Rules, fold *match.Fold) *idioms {
	x := &idioms{alike: map[rune][]int{}, right: map[uint64]bool{}}
	for i := range x.halves {
		x.halves[i] = map[uint32][]int32{}
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
		x.add(idiom{text, [4]rune(runes), rule.term[text].allow})
	}
	return x
}

func (x *idioms) add(new idiom) {
	four := keyOf(new.runes)
	for i, half := range halvesOf(four) {
		x.halves[i][half] = append(x.halves[i][half], int32(len(x.list)))
		x.half.add(half, i)
	}
	for i := range new.runes {
		three := new.runes
		three[i] = 0
		x.three.add(uint16(three[0]), uint16(three[1]), uint16(three[2]), uint16(three[3]))
	}
	x.right[four] = true
	x.list = append(x.list, new)
}

// keyOf packs four characters of the basic plane.
func keyOf(four [4]rune) (key uint64) {
	for _, r := range four {
		key = key<<16 | uint64(uint16(r))
	}
	return key
}

func halvesOf(key uint64) [2]uint32 { return [2]uint32{uint32(key >> 32), uint32(key)} }

// soundGroups are the groups of characters that are mistaken for one another.
func soundGroups(rules *Rules) []string {
	return slices.Concat(rules.context["same_sound"], rules.context["like_form"])
}

// detect looks for slips in the idioms of a part.
func (x *idioms) detect(d *draft, part int) {
	runes := d.seen.readings[part].Runes
	last, opened, opens := uint16(0), uint64(0), uint64(0) // whether the two before the last rune are a first half, and the two up to it
	for i, this := range runes {
		first, second := x.half.of(last, this)
		open := opened
		last, opened, opens = this, opens, first
		if open|second == 0 || i < 3 {
			continue
		}
		a, b, c := runes[i-3], runes[i-2], runes[i-1]
		if open != 0 && (x.three.has(a, b, c, 0) || x.three.has(a, b, 0, this)) ||
			second != 0 && (x.three.has(a, 0, c, this) || x.three.has(0, b, c, this)) {
			x.detectAt(d, part, i-3)
		}
	}
}

// detectAt looks at the four runes from i on.
func (x *idioms) detectAt(d *draft, part, i int) {
	r := &d.seen.readings[part]
	var near [4]rune
	for k := range near {
		near[k] = rune(r.Runes[i+k])
	}
	key := keyOf(near)
	if x.right[key] {
		return
	}
	want := x.meant(near, key)
	if want == nil {
		return
	}
	start, end, wrong := r.Start(i), r.End(i+3), string(near[:])
	if d.segments.knows(wrong) || slices.Contains(want.right, wrong) || d.segments.straddled(d.fold, d.parts[part].text, start, end) {
		return
	}
	d.report("typo.idiom", part, start, end, note{suggestion: want.text})
}

// meant is the idiom for which four runes are a slip; nil if there is none.
func (x *idioms) meant(near [4]rune, key uint64) *idiom {
	for i, half := range halvesOf(key) {
		for _, n := range x.halves[i][half] {
			if x.slip(near, x.list[n].runes) {
				return &x.list[n]
			}
		}
	}
	return nil
}

// slip tells whether one character stands for another that sounds or looks alike.
func (x *idioms) slip(near, want [4]rune) bool {
	at := -1
	for i, r := range near {
		if r != want[i] {
			if at >= 0 {
				return false
			}
			at = i
		}
	}
	if at < 0 {
		return false
	}
	for _, g := range x.alike[near[at]] {
		if slices.Contains(x.alike[want[at]], g) {
			return true
		}
	}
	return false
}
