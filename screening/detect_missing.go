package screening

import (
	"slices"
	"unicode/utf16"

	"shenfa/screening/match"
)

// missing finds words of official texts that lack one of their characters: 高准农田,
// 退役军可于. What is left of a word is looked for, and is one if the text around
// reads far easier with the whole word.
type missing struct {
	usage  *usage
	joined *pairSet              // stand side by side in a word
	left   map[[3]uint16][]whole // by what is left of a word, its first three characters
	opens  pairSet               // its first two
	may    pairSet               // these three
}

// whole is a word, and the place of the character that it lacks.
type whole struct {
	word  []uint16
	node  uint32
	place int
}

// missingRule is the rule that they are reported for.
const missingRule = "typo.missing.character"

// A word that lacks a character is so long at least, stands so often in official texts,
// and makes the text around so much cheaper.
const (
	lackedLong    = 3  // characters
	lackedOwn     = 6  // times, of a word of so many
	lackedLongOwn = 1  // times, of a longer one
	lackedLeast   = 13 // bits
	variedOwn     = 3  // a character that may stand by intent is a word in official texts so often, as a logarithm
)

func newMissing(u *usage, joined *pairSet) *missing {
	m := &missing{usage: u, joined: joined, left: map[[3]uint16][]whole{}, opens: newPairSet(19), may: newPairSet(20)}
	u.eachWord(func(runes []uint16, node uint32) {
		least := inOwn(lackedOwn)
		if len(runes) > lackedLong {
			least = inOwn(lackedLongOwn)
		}
		if len(runes) < lackedLong || u.own[node] < least || runes[0] == '不' { // 不断扩大 is not what 不扩大 lacks
			return
		}
		word := slices.Clone(runes)
		for place := range word {
			left := slices.Delete(slices.Clone(word), place, place+1)
			if u.node(left...) != 0 {
				continue // 卫生, of 卫生院
			}
			var key [3]uint16
			copy(key[:], left)
			m.left[key] = append(m.left[key], whole{word, node, place})
			m.opens.add(key[0], key[1])
			m.may.addHash(hashOfThree(key, 0, key[0]))
		}
	})
	return m
}

// eachSuspect names places where a word may lack a character: what is left of it has
// a rune that goes with neither neighbour.
func (m *missing) eachSuspect(runes []uint16, name func(i int, w *whole)) {
	next, before := 0, false // place to look at, and whether the rune goes with the one before
	for loose := range runes {
		behind := loose+1 < len(runes) && m.joined.has(runes[loose], runes[loose+1]) != 0
		if !before && !behind && isHan(rune(runes[loose])) {
			for i := max(next, loose-longestWord+2); i <= loose && i+1 < len(runes); i++ {
				if m.opens.has(runes[i], runes[i+1]) != 0 {
					m.look(runes, i, loose, name)
				}
			}
			next = loose + 1
		}
		before = behind
	}
}

// look names the words of which two runes or three at i, and a loose one, are left.
func (m *missing) look(runes []uint16, i, loose int, name func(i int, w *whole)) {
	key := [3]uint16{runes[i], runes[i+1]}
	m.among(runes, i, loose, key, name)
	if i+2 < len(runes) {
		key[2] = runes[i+2]
		m.among(runes, i, loose, key, name)
	}
}

func (m *missing) among(runes []uint16, i, loose int, key [3]uint16, name func(i int, w *whole)) {
	if m.may.hasHash(hashOfThree(key, 0, key[0])) == 0 {
		return
	}
	for k := range m.left[key] {
		if w := &m.left[key][k]; loose < i+len(w.word)-1 && w.lacks(runes, i) && !m.varied(runes, i, w) {
			name(i, w)
		}
	}
}

// lacks tells whether the runes from the i-th on are the word without a character,
// which does not stand beside them either. A text that breaks off within a word lacks
// more than a character.
func (w *whole) lacks(runes []uint16, i int) bool {
	n := len(w.word) - 1
	if i+n > len(runes) || !slices.Equal(runes[i:i+w.place], w.word[:w.place]) || !slices.Equal(runes[i+w.place:i+n], w.word[w.place+1:]) {
		return false
	}
	switch w.place {
	case 0:
		return i == 0 || runes[i-1] != w.word[0]
	case n:
		return i+n < len(runes) && runes[i+n] != w.word[n]
	}
	return true
}

// varied tells whether another character stands for the one that a long word seems
// to lack, by intent: 物归原处, 双岗双责. It stands alone, as a word may.
func (m *missing) varied(runes []uint16, i int, w *whole) bool {
	alone := func(k, beyond int) bool {
		return k >= 0 && k < len(runes) && isHan(rune(runes[k])) && m.usage.ownOf(m.usage.node(runes[k])) >= variedOwn &&
			(beyond < 0 || beyond >= len(runes) || m.joined.has(runes[min(k, beyond)], runes[max(k, beyond)]) == 0)
	}
	n := len(w.word) - 1
	return n >= 3 && (w.place == 0 && alone(i-1, i-2) || w.place == n && alone(i+n, i+n+1))
}

// likely tells whether the text around the i-th rune reads so much easier with the
// whole word that it must be meant.
func (m *missing) likely(text *stretch, r *match.Reading, i int, w *whole) bool {
	text.take(r, i, i+len(w.word)-1)
	if text.size == stretchSize {
		text.size-- // there must be room for one more
	}
	cost := text.read(m.usage, 0, text.size)
	at := hanBefore(r, i) + w.place
	copy(text.runes[at+1:text.size+1], text.runes[at:text.size])
	text.runes[at] = w.word[w.place]
	text.size++
	if cost-text.read(m.usage, 0, text.size) < lackedLeast {
		return false
	}
	begin, end := text.wordAt(at)
	return end-begin >= len(w.word)
}

// spareLeast is how many bits the text around a character costs less without it at
// least, where it is one too many.
const spareLeast = 12

// isSpare tells whether the text around reads so much easier without the i-th rune that
// it must be one too many.
func (s *slips) isSpare(text *stretch, r *match.Reading, i int) bool {
	text.take(r, i, i+1)
	cost := text.read(s.usage, 0, text.size)
	at := hanBefore(r, i)
	copy(text.runes[at:text.size-1], text.runes[at+1:text.size])
	text.size--
	return cost-text.read(s.usage, 0, text.size) >= spareLeast
}

// detect looks for words that lack a character in a part.
func (m *missing) detect(d *draft, part int) {
	r := &d.seen.readings[part]
	m.eachSuspect(r.Runes, func(i int, w *whole) {
		last := i + len(w.word) - 2
		start, end := r.Start(i), r.End(last)
		if unbroken(r, i, last) && !d.isSlip(part, start, end) && m.likely(&d.desk.text, r, i, w) {
			d.report(missingRule, part, start, end, note{suggestion: string(utf16.Decode(w.word))})
		}
	})
}

// isSlip tells whether a slip has been found there.
func (d *draft) isSlip(part, start, end int) bool {
	return slices.ContainsFunc(d.found, func(c candidate) bool {
		return c.part == part && c.start < end && c.end > start && c.rule.ID == slipRule
	})
}
