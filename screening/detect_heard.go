package screening

import (
	"slices"
	"strings"
	"unicode/utf16"

	"shenfa/screening/match"
)

// heardLong finds words of three characters and more that are written with others of
// the same sound throughout: 合掌制 for 河长制, 搬迁暗指点. Whatever the characters
// are, so long a run of the same sounds is seldom chance.
type heardLong struct {
	slips    *slips
	sounds   [1 << 16][2]uint16       // by character: numbers of its sounds; 0: none
	words    map[[3]uint16][][]uint16 // of three characters or more, by the sounds of the first three characters
	may      pairSet                  // these three
	mayBegin bitSet                   // and those of the first two
}

// soundBits is room for the number of a sound.
const soundBits = 9

// A word makes the text around so much cheaper, and what is left is not dearer for each
// character: where the text is strange all the same, a strange word may be right.
const (
	heardLongLeast = 16 // bits
	heardLongRest  = 8  // bits
)

// numerals are the characters that stand for others of their like in any number.
const numerals = "零〇一二三四五六七八九十百千万亿两第几"

// newHeardLong lists the words by each way to read their first three characters.
func newHeardLong(s *slips) *heardLong {
	h := &heardLong{slips: s, words: map[[3]uint16][][]uint16{}, may: newPairSet(20), mayBegin: make(bitSet, 1<<(2*soundBits)/64)}
	for r := range h.sounds {
		for k, group := range s.soundsOf(uint16(r)) {
			if k < len(h.sounds[r]) && int(group) < 1<<soundBits-1 {
				h.sounds[r][k] = group + 1
			}
		}
	}
	s.usage.eachWord(func(runes []uint16, node uint32) {
		if len(runes) < 3 || s.usage.own[node] == 0 || strings.ContainsRune(numerals, rune(runes[0])) {
			return
		}
		word := slices.Clone(runes)
		h.eachSounds(runes, func(key [3]uint16) {
			h.words[key] = append(h.words[key], word)
			h.may.addHash(hashOfThree(key, 0, key[0]))
			h.mayBegin.set(int(key[0])<<soundBits | int(key[1]))
		})
	})
	return h
}

// eachSounds names the ways to read the first three of some characters.
func (h *heardLong) eachSounds(runes []uint16, name func(key [3]uint16)) {
	for _, first := range h.sounds[runes[0]] {
		for _, second := range h.sounds[runes[1]] {
			for _, third := range h.sounds[runes[2]] {
				if first != 0 && second != 0 && third != 0 {
					name([3]uint16{first, second, third})
				}
			}
		}
	}
}

// soundsLike tells whether two characters sound alike.
func (h *heardLong) soundsLike(a, b uint16) bool {
	for _, sound := range h.sounds[a] {
		if sound != 0 && (sound == h.sounds[b][0] || sound == h.sounds[b][1]) {
			return true
		}
	}
	return false
}

// eachSuspect names places where other characters stand for a word.
func (h *heardLong) eachSuspect(runes []uint16, name func(i int, word []uint16)) {
	var first, second [2]uint16
	for last, r := range runes {
		third := h.sounds[r]
		if first[0] != 0 && second[0] != 0 && third[0] != 0 {
			for _, a := range first {
				for _, b := range second {
					if h.mayBegin.has(int(a)<<soundBits | int(b)) {
						h.look(runes, last-2, [3]uint16{a, b, third[0]}, name)
						if third[1] != 0 {
							h.look(runes, last-2, [3]uint16{a, b, third[1]}, name)
						}
					}
				}
			}
		}
		first, second = second, third
	}
}

// look names the words that begin with three sounds, for which others stand at i.
func (h *heardLong) look(runes []uint16, i int, key [3]uint16, name func(i int, word []uint16)) {
	if h.may.hasHash(hashOfThree(key, 0, key[0])) == 0 {
		return
	}
	for _, word := range h.words[key] {
		if end := i + len(word); end <= len(runes) && h.standsFor(runes[i:end], word) {
			name(i, word)
		}
	}
}

// standsFor tells whether runes sound like a word, and are another.
func (h *heardLong) standsFor(runes, word []uint16) bool {
	same := true
	for k, r := range word {
		if runes[k] == r {
			continue
		}
		if same = false; !h.soundsLike(runes[k], r) || strings.ContainsRune(numerals, rune(runes[k])) && strings.ContainsRune(numerals, rune(r)) {
			return false
		}
	}
	return !same
}

// detect looks for such words in a part.
func (h *heardLong) detect(d *draft, part int) {
	r := &d.seen.readings[part]
	h.eachSuspect(r.Runes, func(i int, word []uint16) {
		last := i + len(word) - 1
		start, end := r.Start(i), r.End(last)
		if !unbroken(r, i, last) || d.isSlip(part, start, end) {
			return
		}
		if gain, rest := h.gain(&d.desk.text, r, i, word); gain < heardLongLeast || rest > heardLongRest {
			return
		}
		for k := i; k < last; k++ {
			if h.slips.isExpression(d, part, start, end, string([]rune{rune(r.Runes[k]), rune(r.Runes[k+1])})) {
				return
			}
		}
		d.report(slipRule, part, start, end, note{suggestion: string(utf16.Decode(word))})
	})
}

// gain is what the text around costs less with the word, in bits, and what each of its
// characters costs then.
func (h *heardLong) gain(text *stretch, r *match.Reading, i int, word []uint16) (gain, rest float64) {
	text.take(r, i, i+len(word))
	cost := text.read(h.slips.usage, 0, text.size)
	at := hanBefore(r, i)
	copy(text.runes[at:], word)
	rest = text.read(h.slips.usage, at, at+len(word))
	return cost - rest, rest / float64(text.size)
}
