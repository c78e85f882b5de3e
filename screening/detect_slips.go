package screening

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"shenfa/screening/match"
)

// wordsFile lists the words of two characters of everyday official writing, and
// how often each stands in the texts that its head names.
//
//go:embed words.tsv
var wordsFile string

// chanceFile lists, by the first, two characters that met by chance in clean text
// and could be taken for a slip. "go test -run TestChance -update" writes it.
//
//go:embed chance.tsv
var chanceFile string

// slips finds words in which one character is written as another that sounds or
// looks alike, or two characters stand in each other's place, so that no word is
// left: 项目健设, 重路点段. Two characters come into question that no word has side
// by side, of which one goes with neither neighbour and is seldom a word itself.
// A change is likely if the text around reads far easier with it, by how often
// words are used and follow one another.
type slips struct {
	on      bool
	alike   [1 << 16][]uint16 // what a character is mistaken for
	alone   [1 << 16]uint8    // how often a character is a word by itself, from 0 to 3
	phrases []string          // of four characters
	late    []string          // right, though no dictionary has them
	known   map[pair]bool     // words of everyday official writing

	prepare sync.Once
	err     error
	usage   *usage
	joined  pairSet          // stand side by side in a word
	meant   map[pair]float32 // words that are not too rare, and what they cost
	isMeant pairSet          // these words
	costs   [1 << 16]float32 // of characters as words
	wrong   pairSet          // a change of one character makes such a word, far likelier than the two
	chance  pairSet          // met by chance, in clean text
	dear    [1 << 16]bool    // characters that are seldom words

	guarded map[string][]string // wrong forms of fixed expressions, by two characters in them
}

// pair is two characters.
type pair [2]rune

// pairOf is the first two characters of a word.
func pairOf(word string) pair {
	first, size := utf8.DecodeRuneInString(word)
	second, _ := utf8.DecodeRuneInString(word[size:])
	return pair{first, second}
}

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

func (s *pairSet) add(first, second uint16) {
	h := hashOf(first, second)
	s.words[h>>(s.shift&63)] |= 1<<(h>>20&63) | 1<<(h>>26&63)
}

// has is 1 or 0.
func (s *pairSet) has(first, second uint16) uint64 {
	h := hashOf(first, second)
	word := s.words[h>>(s.shift&63)]
	return word >> (h >> 20 & 63) & (word >> (h >> 26 & 63)) & 1
}

// addWord adds all that stand side by side in a word.
func (s *pairSet) addWord(word []rune) {
	for i := range word[1:] {
		s.add(uint16(word[i]), uint16(word[i+1]))
	}
}

func newSlips(rules *Rules, groups []string) *slips {
	s := &slips{known: map[pair]bool{}, meant: map[pair]float32{}, guarded: map[string][]string{}}
	for line := range strings.Lines(wordsFile) {
		if word, _, ok := strings.Cut(line, "\t"); ok && line[0] != '#' {
			s.known[pairOf(word)] = true
		}
	}
	for level, list := range []string{"seldom_alone", "often_alone", "mostly_alone"} {
		for _, r := range strings.Join(rules.context[list], "") {
			s.alone[uint16(r)] = uint8(level + 1)
		}
	}
	rule := rules.byID["typo.slip"]
	if s.on = rule != nil; !s.on {
		return s
	}
	s.phrases = rule.Terms
	for _, group := range groups {
		runes := []rune(group)
		for _, r := range runes {
			for _, other := range runes {
				if to := uint16(other); other != r && !slices.Contains(s.alike[uint16(r)], to) {
					s.alike[uint16(r)] = append(s.alike[uint16(r)], to)
				}
			}
		}
	}
	s.late = rules.context["late_words"]
	if known := rules.byID["wording.fixed_expression.known"]; known != nil {
		for _, term := range known.Terms {
			runes := []rune(term)
			for i := range runes[1:] {
				pair := string(runes[i : i+2])
				s.guarded[pair] = append(s.guarded[pair], term)
			}
		}
	}
	return s
}

// Words of two characters, and longer ones, join theirs if the dictionary has
// them this often: rare ones would leave no two characters unjoined.
const (
	joinedWord = 100
	joinedLong = 300
)

// ready makes the sets, which need the dictionary.
func (s *slips) ready(d *dictionary) error {
	s.prepare.Do(func() {
		s.usage, s.err = newUsage(usageFile, d, s.late)
		if s.err != nil {
			return
		}
		s.joined = newPairSet(20)
		d.eachWord(func(word string, cost float32) {
			least := joinedLong
			if utf8.RuneCountInString(word) == 2 {
				least = joinedWord
			}
			if d.total-cost >= float32(math.Log2(float64(least))) {
				s.joined.addWord([]rune(word))
			}
		})
		for _, phrase := range s.phrases {
			s.joined.addWord([]rune(phrase))
		}
		for _, word := range s.late {
			s.joined.addWord([]rune(word))
		}
		s.chance = newPairSet(16)
		for line := range strings.Lines(chanceFile) {
			first, size := utf8.DecodeRuneInString(line)
			for _, r := range strings.TrimSpace(line[size:]) {
				s.chance.add(uint16(first), uint16(r))
			}
		}
		s.wrong, s.isMeant = newPairSet(23), newPairSet(18)
		for r := range s.costs {
			s.costs[r] = float32(s.usage.of(uint16(r)))
			s.dear[r] = isHan(rune(r)) && s.costs[r] >= dearest
		}
		d.eachWord(func(word string, cost float32) {
			if cost > rarestMeant+4 || utf8.RuneCountInString(word) != 2 {
				return
			}
			two := pairOf(word)
			first, second := uint16(two[0]), uint16(two[1])
			if cost = float32(s.usage.of(first, second)); cost > rarestMeant || !isHan(two[0]) || !isHan(two[1]) {
				return
			}
			s.meant[two] = cost
			s.isMeant.add(first, second)
			for _, other := range s.alike[first] {
				if s.costs[other]+s.costs[second]-cost >= leastSpared {
					s.wrong.add(other, second)
				}
			}
			for _, other := range s.alike[second] {
				if s.costs[first]+s.costs[other]-cost >= leastSpared {
					s.wrong.add(first, other)
				}
			}
		})
	})
	return s.err
}

// What comes into question as a slip: one of two characters that no word joins
// stands by itself, which it seldom does; and there is a word, not too rare, that
// a change of one makes of them, and that costs this much less than they do.
const (
	dearest     = 13 // bits
	rarestMeant = 20
	leastSpared = 7
)

// detect looks for slips in a part.
func (s *slips) detect(d *draft, part int) {
	if s.ready(d.segments.dictionary) != nil {
		return // the engine has said so when it was made
	}
	s.eachSuspect(d.seen.readings[part].Runes, func(i int, of suspicion) { s.weigh(d, part, i, of) })
}

// suspicion is what two characters come into question for.
type suspicion uint8

const (
	maybeSlip suspicion = 1 << iota // one of them is another
	maybeSwap                       // each stands in the place of the other
)

// eachSuspect names two characters that come into question by the first.
func (s *slips) eachSuspect(runes []uint16, name func(i int, of suspicion)) {
	left, last := false, -1 // whether the one before is joined, and what was looked at last
	for i := range runes {
		right := i+1 < len(runes) && s.joined.has(runes[i], runes[i+1]) != 0
		if !left && !right && s.dear[runes[i]] {
			for k := max(i-1, last+1, 0); k <= i && k+1 < len(runes); k++ {
				last = k
				var of suspicion
				if s.wrong.has(runes[k], runes[k+1]) != 0 {
					of |= maybeSlip
				}
				if s.mayBeSwapped(runes, k) {
					of |= maybeSwap
				}
				if of != 0 && s.chance.has(runes[k], runes[k+1]) == 0 {
					name(k, of)
				}
			}
		}
		left = right
	}
}

// mayBeSwapped tells whether words join the runes at i and i+1, or join them with
// their neighbours, when each stands in the place of the other.
func (s *slips) mayBeSwapped(runes []uint16, i int) bool {
	first, second := runes[i], runes[i+1]
	if !isHan(rune(first)) || !isHan(rune(second)) || first == second {
		return false
	}
	if i > 0 && runes[i-1] == second || i+2 < len(runes) && first == runes[i+2] {
		return false // 缓税缓费
	}
	return s.joined.has(second, first)&s.isMeant.has(second, first) != 0 ||
		i > 0 && i+2 < len(runes) && s.joined.has(runes[i-1], second) != 0 && s.joined.has(first, runes[i+2]) != 0
}

// correction is what may have been meant.
type correction struct {
	start, end int      // runes of the reading that are replaced
	text       []uint16 // what replaces them, a word
	gain       float64  // bits that the text around costs less with it
	sum        float64  // how much more speaks for it than is needed
}

// What speaks for a slip, fitted by logistic regression to 25,000 of them that
// were made in clean text, most of them in words drawn without regard to how often
// they occur, and the places of clean text that come into question and whose two
// characters met nowhere else.
const (
	slipBase  = -3.63
	slipGain  = 0.352  // by bits that are gained
	slipWord  = 0.149  // by bits that the word costs
	slipRest  = -0.129 // by bits that a character around still costs
	slipKnown = 0.72   // the word is one of everyday official writing
	slipAlone = -0.28  // by how often the rarer of the two characters is a word
	slipNamed = -0.27  // a surname stands before what may be a given name
	slipName  = -0.86  // the two may be surname and given name

	swapBase  = 2.41
	swapGain  = 0.311
	swapRest  = -0.226
	swapAlone = -0.49

	slipLeast = 3.3
	swapLeast = 4.1
)

// correct finds the likeliest correction of the two runes at i.
func (s *slips) correct(r *match.Reading, i int, of suspicion) (best correction, ok bool) {
	var plain, changed stretch
	at := plain.take(r, i, i+2)
	first, second := r.Runes[i], r.Runes[i+1]
	cost := 0.0
	try := func(place int, runes ...uint16) {
		if cost == 0 {
			cost = plain.read(s.usage, 0, plain.size)
		}
		changed = plain
		copy(changed.runes[place:], runes)
		gain := cost - changed.read(s.usage, place, place+len(runes))
		swapped := len(runes) > 1
		if swapped && s.dear[runes[1]] {
			place++
		}
		begin, end := changed.wordAt(place)
		if gain <= best.gain || end-begin < 2 {
			return
		}
		if end-begin == 4 { // 产品质量: the half of it, if that is a word
			if half := begin + (place-begin)/2*2; s.usage.of(changed.runes[half], changed.runes[half+1]) < unknownCost {
				begin, end = half, half+2
			}
		}
		word := changed.runes[begin:end]
		best = correction{i - at + begin, i - at + end, append(best.text[:0], word...), gain, 0}
		rest, alone := (cost-gain)/float64(changed.size), float64(min(s.alone[first], s.alone[second]))
		if swapped {
			best.sum = swapBase + swapGain*gain + swapRest*rest + swapAlone*alone - swapLeast
		} else {
			best.sum = slipBase + slipGain*gain + slipRest*rest + slipAlone*alone + slipWord*s.usage.of(word...) + s.clues(r, i, word) - slipLeast
		}
	}
	if of&maybeSwap != 0 {
		try(at, second, first)
	}
	if of&maybeSlip != 0 {
		for _, other := range s.alike[first] {
			if s.spares(first, second, other, second) {
				try(at, other)
			}
		}
		for _, other := range s.alike[second] {
			if s.spares(first, second, first, other) {
				try(at+1, other)
			}
		}
	}
	return best, best.gain > 0 && best.sum >= 0
}

// spares tells whether two characters are a word that costs far less than the two
// that are written.
func (s *slips) spares(first, second, meantFirst, meantSecond uint16) bool {
	if s.isMeant.has(meantFirst, meantSecond) == 0 {
		return false
	}
	cost, ok := s.meant[pair{rune(meantFirst), rune(meantSecond)}]
	return ok && s.costs[first]+s.costs[second]-cost >= leastSpared
}

// clues is what else speaks for or against a slip.
func (s *slips) clues(r *match.Reading, i int, word []uint16) (sum float64) {
	first, second, before := rune(r.Runes[i]), rune(r.Runes[i+1]), rune(0)
	if i > 0 {
		before = rune(r.Runes[i-1])
	}
	for _, clue := range []struct {
		holds  bool
		weight float64
	}{
		{len(word) == 2 && s.known[pair{rune(word[0]), rune(word[1])}], slipKnown},
		{nameKind(before)&anySurname != 0 && nameKind(first) != 0, slipNamed},
		{nameKind(first)&anySurname != 0 && nameKind(second)&anyGiven != 0, slipName},
	} {
		if clue.holds {
			sum += clue.weight
		}
	}
	return sum
}

// weigh reports the two runes at i if they are likely a slip.
func (s *slips) weigh(d *draft, part, i int, of suspicion) {
	r := &d.seen.readings[part]
	c, ok := s.correct(r, i, of)
	if !ok {
		return
	}
	for k := c.start; k+1 < c.end; k++ {
		if r.End(k) != r.Start(k+1) {
			return
		}
	}
	start, end := r.Start(c.start), r.End(c.end-1)
	if s.isExpression(d, part, start, end, string([]rune{rune(r.Runes[i]), rune(r.Runes[i+1])})) {
		return
	}
	d.report("typo.slip", part, start, end, note{suggestion: string(utf16.Decode(c.text))})
}

// isExpression tells whether a fixed expression is what is written wrongly there.
func (s *slips) isExpression(d *draft, part, start, end int, wrong string) bool {
	for _, c := range d.found {
		if c.part == part && c.start < end && c.end > start && c.rule.ID == "wording.fixed_expression" {
			return true
		}
	}
	for _, term := range s.guarded[wrong] {
		text := d.parts[part].text
		before := len(term) - len(wrong)
		near := text[runeStart(text, start-before):runeStart(text, end+before)]
		if strings.Contains(d.fold.String(near), term) {
			return true
		}
	}
	return false
}
