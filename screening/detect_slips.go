package screening

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"shenfa/screening/match"
)

// slips finds words in which one character is written as another that sounds or
// looks alike, or two characters stand in each other's place, so that no word is
// left (项目健设, 重路点段); and words that stand for others of the same sound
// (交通世故). Two characters come into question that no word has side by side, of
// which one goes with neither neighbour and is seldom a word itself; or a word that
// official texts seldom have. A change is likely if the text around reads far easier
// with it, by how often words are used and follow one another.
type slips struct {
	on       bool
	groups   [][]uint16          // of characters that are mistaken for one another
	sounds   int                 // groups of the same sound, which come first
	groupsOf [1 << 16][]uint16   // by character: those that have it
	alone    [1 << 16]uint8      // how often a character is a word by itself, from 0 to 3
	mistaken map[[2]uint16]uint8 // pairs of characters: how usual that is, 1 or 2
	phrases  []string            // of four characters
	late     []string            // right, though no dictionary has them
	seldom   []string            // those of them that are no slips for others of the same sound

	prepare    sync.Once
	err        error
	usage      *usage
	embeddings *embeddings
	joined     pairSet // stand side by side in a word
	firsts     kinship // words of two characters that are not too rare, by their first
	seconds    kinship // and by their second
	isMeant    pairSet // these words
	heardLong  *heardLong
	missing    *missing
	kin        pairSet               // these words, with a group of characters in place of one of the two
	heard      map[uint32][]twoRunes // by word, its two characters: others of the same sound that may have been meant
	isHeard    pairSet               // the words of heard
	asks       pairSet               // a character beside one that may have been meant, in a word that makes it much cheaper
	costs      [1 << 16]float32      // of characters as words
	longKin    pairSet               // words of three characters, with a group in place of one
	dear       [1 << 16]bool         // characters that are seldom words

	guarded map[string][]string // wrong forms of fixed expressions, by two characters in them
}

// slipRule is the rule that slips are reported for.
const slipRule = "typo.slip"

// twoRunes is a word of two characters.
type twoRunes struct {
	runes [2]uint16
	node  uint32
	usual bool // among those that may have been meant: so much more than what is written that no neighbour need ask for it
}

func (w twoRunes) key() uint32 { return uint32(w.runes[0])<<16 | uint32(w.runes[1]) }

func newSlips(rules *Rules) *slips {
	s := &slips{guarded: map[string][]string{}}
	for level, list := range []string{"seldom_alone", "often_alone", "mostly_alone"} {
		for _, r := range strings.Join(rules.context[list], "") {
			s.alone[uint16(r)] = uint8(level + 1)
		}
	}
	rule := rules.byID[slipRule]
	if s.on = rule != nil; !s.on {
		return s
	}
	s.phrases = rule.Terms
	s.sounds = len(rules.context["same_sound"])
	for i, group := range soundGroups(rules) {
		var runes []uint16
		for _, r := range group {
			runes = append(runes, uint16(r))
			s.groupsOf[uint16(r)] = append(s.groupsOf[uint16(r)], uint16(i))
		}
		s.groups = append(s.groups, runes)
	}
	s.mistaken = map[[2]uint16]uint8{}
	for level, list := range []string{"mistaken", "often_mistaken"} {
		for _, pair := range rules.context[list] {
			if p := utf16.Encode([]rune(pair)); len(p) == 2 {
				s.mistaken[[2]uint16{min(p[0], p[1]), max(p[0], p[1])}] = uint8(level + 1)
			}
		}
	}
	s.seldom = rules.context["seldom_words"]
	s.late = slices.Concat(rules.context["late_words"], s.seldom)
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
		if s.embeddings, s.err = newEmbeddings(embeddingsFile, d); s.err != nil {
			return
		}
		s.joined = newPairSet(20)
		d.eachWord(func(word []rune, cost float32) {
			least := joinedLong
			if len(word) == 2 {
				least = joinedWord
			}
			if d.total-cost >= float32(math.Log2(float64(least))) {
				s.joined.addWord(word)
			}
		})
		for _, phrase := range s.phrases {
			s.joined.addWord([]rune(phrase))
		}
		for _, word := range s.late {
			s.joined.addWord([]rune(word))
		}
		s.isMeant, s.kin, s.longKin = newPairSet(18), newPairSet(22), newPairSet(22)
		for r := range s.costs {
			s.costs[r] = float32(s.usage.of(s.usage.node(uint16(r))))
			s.dear[r] = isHan(rune(r)) && s.costs[r] >= dearest
		}
		s.usage.eachWord(func(runes []uint16, node uint32) {
			switch cost := s.usage.costs[node]; {
			case len(runes) == 2 && cost <= rarestMeant*quarter:
				first, second, bits := runes[0], runes[1], float32(cost)/quarter
				s.isMeant.add(first, second)
				for _, group := range s.groupsOf[first] {
					s.kin.add(group, second)
					s.seconds.add(second, kin{group, first, node, bits})
				}
				for _, group := range s.groupsOf[second] {
					s.kin.add(first, group)
					s.firsts.add(first, kin{group, second, node, bits})
				}
			case len(runes) == 3 && cost <= rarestLong*quarter:
				for place, r := range runes {
					for _, group := range s.groupsOf[r] {
						s.longKin.addHash(hashOfThree([3]uint16(runes), place, group))
					}
				}
			}
		})
		s.firsts.order()
		s.seconds.order()
		s.readyHeard()
		s.heardLong = newHeardLong(s)
		s.missing = newMissing(s.usage, &s.joined)
	})
	return s.err
}

// What comes into question as a slip: one of two characters that no word joins
// stands by itself, which it seldom does; and there is a word, not too rare, that
// a change of one makes of them, and that costs this much less than they do. Of two
// words that sound alike: the one that is written may stand in official texts so
// often at most, the one that is meant must so often at least.
const (
	dearest     = 11
	rarestMeant = 21
	rarestLong  = 22
	leastSpared = 7
	gainedLeast = 4
	leastRest   = 4
	writtenOwn  = 12
	meantOwn    = 3
	writtenDear = 12 // bits
	mostAsked   = 16 // bits that neighbours make a word cheaper
	askedLeast  = 4
	heardLeast  = 6 // bits that the word meant and its neighbours cost less
	usualOwn    = 5 // a word that is meant though no neighbour asks for it stands so often in official texts, as a logarithm
	usualMore   = 5 // and so much more often than the one that is written
)

// soundsOf are the groups of the same sound that have a character.
func (s *slips) soundsOf(r uint16) []uint16 {
	list := s.groupsOf[r]
	n := 0
	for n < len(list) && int(list[n]) < s.sounds {
		n++
	}
	return list[:n]
}

// readyHeard finds the words that may stand for others of the same sound.
func (s *slips) readyHeard() {
	bySound := map[[2]uint16][]twoRunes{}
	eachSound := func(runes [2]uint16, call func(key [2]uint16)) {
		for _, first := range s.soundsOf(runes[0]) {
			for _, second := range s.soundsOf(runes[1]) {
				call([2]uint16{first, second})
			}
		}
	}
	var written []twoRunes
	s.usage.eachWord(func(word []uint16, node uint32) {
		if len(word) != 2 {
			return
		}
		w := twoRunes{runes: [2]uint16(word), node: node}
		if s.usage.own[w.node] >= inOwn(meantOwn) {
			eachSound(w.runes, func(key [2]uint16) { bySound[key] = append(bySound[key], w) })
		}
		if !slices.Contains(s.seldom, string([]rune{rune(word[0]), rune(word[1])})) {
			written = append(written, w)
		}
	})
	s.heard, s.isHeard, s.asks = map[uint32][]twoRunes{}, newPairSet(20), newPairSet(22)
	isMeant := make(bitSet, len(s.usage.costs)/64+1)
	for _, w := range written {
		var list []twoRunes
		eachSound(w.runes, func(key [2]uint16) {
			for _, meant := range bySound[key] {
				meant.usual = s.usage.ownOf(meant.node) >= max(usualOwn, s.usage.ownOf(w.node)+usualMore)
				if meant.node != w.node && !slices.Contains(list, meant) && s.mayStandFor(w.node, meant.node) {
					list = append(list, meant)
					isMeant.set(int(meant.node))
				}
			}
		})
		if list != nil {
			s.heard[w.key()] = list
			s.isHeard.add(w.runes[0], w.runes[1])
		}
	}
	for _, f := range s.usage.known {
		if f.saved < askedLeast*quarter/2 { // one of both sides must ask for half of it
			continue
		}
		if isMeant.has(int(f.after)) {
			s.asks.addHash(hashOfAsking(f.last, true, f.after))
		}
		if isMeant.has(int(f.before)) {
			s.asks.addHash(hashOfAsking(f.first, false, f.before))
		}
	}
	s.usage.known = nil
}

// hashOfAsking is that of a character before or behind a word.
func hashOfAsking(r uint16, before bool, word uint32) uint64 {
	key := uint64(word)<<16 | uint64(r)
	if before {
		key |= 1 << 63
	}
	h := key * 0x9E3779B97F4A7C15
	return (h ^ h>>32) * 0x9E3779B97F4A7C15
}

// mayAsk tells, mostly with no, whether a word beside the two runes at i can make a
// word in their place much cheaper.
func (s *slips) mayAsk(runes []uint16, i int, word uint32) bool {
	return i > 0 && s.asks.hasHash(hashOfAsking(runes[i-1], true, word)) != 0 ||
		i+2 < len(runes) && s.asks.hasHash(hashOfAsking(runes[i+2], false, word)) != 0
}

// mayStandFor tells whether a word can be a slip for another if the text around speaks
// for it.
func (s *slips) mayStandFor(written, meant uint32) bool {
	c := change{kind: wordHeard}
	costs, own := s.usage.costs, s.usage.own
	c.signs[always], c.signs[byRest] = 1, 4
	c.signs[byWord], c.signs[byOwn] = float64(costs[meant])/quarter, float64(own[meant])/quarter-1
	c.signs[byWritten], c.signs[byMet] = float64(costs[written])/quarter, float64(own[written])/quarter-1
	c.signs[byGain] = c.signs[byWritten] - c.signs[byWord] + mostAsked
	return c.sum() >= -mostAtHome(wordHeard)
}

// detect looks for slips in a part.
func (s *slips) detect(d *draft, part int) {
	if s.ready(d.segments.dictionary) != nil {
		return // the engine has said so when it was made
	}
	s.eachSuspect(d.seen.readings[part].Runes, func(i int, of suspicion) { s.report(d, part, i, of) })
	s.heardLong.detect(d, part)
	s.missing.detect(d, part)
}

// suspicion is what two characters come into question for.
type suspicion uint8

const (
	maybeSlip   suspicion = 1 << iota // one of them is another
	maybeSwap                         // each stands in the place of the other
	maybeLonger                       // the first is another, in a word of three
	maybeHeard                        // they are a word that sounds like the right one
)

// eachSuspect names two characters that come into question by the first.
func (s *slips) eachSuspect(runes []uint16, name func(i int, of suspicion)) {
	last := -1 // what was looked at last
	for i, r := range runes {
		if i+1 < len(runes) && s.isHeard.has(r, runes[i+1]) != 0 {
			name(i, maybeHeard)
		}
		if !s.dear[r] || !s.isLoose(runes, i) {
			continue
		}
		for k := max(i-1, last+1, 0); k <= i && k+1 < len(runes); k++ {
			last = k
			var of suspicion
			if s.mayBeMeant(runes[k], runes[k+1]) {
				of |= maybeSlip
			}
			if s.mayBeSwapped(runes, k) {
				of |= maybeSwap
			}
			if k == i && s.mayBeLonger(runes, i) {
				of |= maybeLonger
			}
			if of != 0 {
				name(k, of)
			}
		}
	}
}

// loose tells whether a character of a text goes with neither neighbour.
func (s *slips) loose(d *draft, part, start, end int) bool {
	if s.ready(d.segments.dictionary) != nil {
		return false
	}
	r := &d.seen.readings[part]
	for i := r.Index(start); i < r.Index(end); i++ {
		if s.isLoose(r.Runes, i) {
			return true
		}
	}
	return false
}

// isLoose tells whether no word joins a rune with its neighbours.
func (s *slips) isLoose(runes []uint16, i int) bool {
	return (i == 0 || s.joined.has(runes[i-1], runes[i]) == 0) && (i+1 == len(runes) || s.joined.has(runes[i], runes[i+1]) == 0)
}

// isOfficial tells whether a word stands in official texts.
func (s *slips) isOfficial(d *dictionary, word string) bool {
	return s.ready(d) == nil && s.usage.ownOf(s.usage.node(utf16.Encode([]rune(word))...)) >= 0
}

// mayBeMeant tells, mostly with no, whether a change of one of two characters makes
// a word.
func (s *slips) mayBeMeant(first, second uint16) bool {
	for _, group := range s.groupsOf[first] {
		if s.kin.has(group, second) != 0 {
			return true
		}
	}
	for _, group := range s.groupsOf[second] {
		if s.kin.has(first, group) != 0 {
			return true
		}
	}
	return false
}

// mayBeLonger tells, mostly with no, whether a change of the i-th rune makes a word of
// three.
func (s *slips) mayBeLonger(runes []uint16, i int) bool {
	for place := range 3 {
		if begin := i - place; begin >= 0 && begin+3 <= len(runes) {
			for _, group := range s.groupsOf[runes[i]] {
				if s.longKin.hasHash(hashOfThree([3]uint16(runes[begin:begin+3]), place, group)) != 0 {
					return true
				}
			}
		}
	}
	return false
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

// report reports the two runes at i if they are likely a slip.
func (s *slips) report(d *draft, part, i int, of suspicion) {
	r := &d.seen.readings[part]
	c, ok := s.correct(d.desk, r, i, of)
	if !ok {
		return
	}
	if !unbroken(r, c.start, c.end-1) {
		return
	}
	start, end := r.Start(c.start), r.End(c.end-1)
	if s.isExpression(d, part, start, end, string([]rune{rune(r.Runes[i]), rune(r.Runes[i+1])})) {
		return
	}
	d.report(slipRule, part, start, end, note{suggestion: string(utf16.Decode(c.text))})
}

// unbroken tells whether nothing is inserted between the runes from one to another.
func unbroken(r *match.Reading, from, last int) bool {
	for i := from; i < last; i++ {
		if r.End(i) != r.Start(i+1) {
			return false
		}
	}
	return true
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
