package screening

import (
	"cmp"
	"slices"
)

// pairSet is a set of two characters side by side, that now and then has one
// that was not added: two bits of one word stand for each.
type pairSet struct {
	words []uint64
	shift uint
}

// newPairSet makes room for 2^bits.
func newPairSet(bits uint) pairSet {
	return pairSet{words: make([]uint64, 1<<bits/64), shift: 64 + 6 - bits}
}

func hashOf(first, second uint16) uint64 {
	return (uint64(first)<<16 | uint64(second)) * 0x9E3779B97F4A7C15
}

func (s *pairSet) add(first, second uint16) { s.addHash(hashOf(first, second)) }

func (s *pairSet) addHash(h uint64) { s.words[h>>(s.shift&63)] |= 1<<(h>>20&63) | 1<<(h>>26&63) }

// has is 1 or 0.
func (s *pairSet) has(first, second uint16) uint64 { return s.hasHash(hashOf(first, second)) }

func (s *pairSet) hasHash(h uint64) uint64 {
	word := s.words[h>>(s.shift&63)]
	return word >> (h >> 20 & 63) & (word >> (h >> 26 & 63)) & 1
}

// hashOfThree is that of a word of three characters, of which the group stands for
// the one at a place.
func hashOfThree(word [3]uint16, place int, group uint16) uint64 {
	word[place] = group
	h := (uint64(place)<<48 | uint64(word[0])<<32 | uint64(word[1])<<16 | uint64(word[2])) * 0x9E3779B97F4A7C15
	return (h ^ h>>32) * 0x9E3779B97F4A7C15
}

// kinship lists by one character the words of two that have it, in the order of the
// groups in which the other one is.
type kinship [1 << 16][]kin

// kin is a word, by its other character.
type kin struct {
	group, other uint16
	node         uint32
	cost         float32
}

func (k *kinship) add(r uint16, word kin) { k[r] = append(k[r], word) }

func (k *kinship) order() {
	for _, list := range k {
		slices.SortStableFunc(list, func(a, b kin) int { return cmp.Compare(a.group, b.group) })
	}
}

// of are the words with a character of a group beside another.
func (k *kinship) of(r, group uint16) []kin {
	list := k[r]
	from, _ := slices.BinarySearchFunc(list, group, func(w kin, group uint16) int { return cmp.Compare(w.group, group) })
	to := from
	for to < len(list) && list[to].group == group {
		to++
	}
	return list[from:to]
}

// addWord adds all that stand side by side in a word.
func (s *pairSet) addWord(word []rune) {
	for i := range word[1:] {
		s.add(uint16(word[i]), uint16(word[i+1]))
	}
}
