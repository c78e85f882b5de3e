package screening

import (
	"slices"

	"shenfa/screening/match"
)

// correction is what may have been meant.
type correction struct {
	start, end int      // runes of the reading that are replaced
	text       []uint16 // what replaces them, a word
}

// sign is something that speaks for or against a change.
type sign uint8

const (
	always        sign = iota
	byGain             // bits that the text around costs less with it
	byRest             // bits that a character around still costs
	byWord             // bits that the word costs which the change makes
	byOwn              // how often that word stands in official texts
	byWritten          // bits that the word costs which is written
	byMet              // how often that stands in official texts, or the rarer of its two characters as a word
	bySound            // the changed character sounds alike
	byNamed            // a surname stands before what may be a given name
	byName             // the two may be surname and given name
	byBest             // how well the word that the change makes goes with the most alike of the words around
	byNext             // with the next
	byMean             // with all, in the mean
	byWrittenBest      // how well the word does that is written
	byWrittenMean
	byUsual // how usual it is to write the one character for the other, from 0 to 2
	signCount
)

// signs are how much each holds.
type signs [signCount]float64

// slipWeights are the weights of the signs for a change of one character, for two that stand in each
// other's place, and for a word that sounds alike, fitted by logistic regression to
// such mistakes made in clean text, and the places of clean text that come into
// question. "go test -run TestSlips -update -v" fits them; what is taken off the first
// weight is the threshold.
var slipWeights = [...]signs{
	oneSlipped: {always: -2.259 - 0.5, byGain: 0.244, byRest: -0.289, byWord: 0.026, byOwn: 0.119, byMet: -0.246, bySound: -0.360, byNamed: -0.237, byName: -0.342, byBest: 0.717, byNext: -2.331, byMean: 19.269, byWrittenBest: -1.916, byWrittenMean: -24.231, byUsual: 1.030},
	twoSwapped: {always: -2.320 - 1.5, byGain: 0.291, byRest: -0.158, byBest: 0.676, byNext: -1.234, byMean: 11.119},
	wordHeard:  {always: 2.224 - 1, byGain: 0.340, byWord: 0.126, byOwn: 0.110, byWritten: -0.497, byMet: -0.381, byBest: -0.413, byNext: -1.377, byMean: 25.879, byWrittenBest: -1.289, byWrittenMean: -21.096},
}

// change puts one rune or two in the place of others.
type change struct {
	kind  changeKind
	place int // in the stretch
	runes [2]uint16
	size  int
	signs signs
	long  [3]uint16 // the word of three that it makes, if that was looked for

	begin int      // in the stretch, of the word that the change makes
	word  []uint16 // that
}

type changeKind uint8

const (
	oneSlipped changeKind = iota
	twoSwapped
	wordHeard
)

// sum is how much speaks for a change beyond what is needed.
func (c *change) sum() (sum float64) {
	for k, weight := range slipWeights[c.kind] {
		sum += weight * c.signs[k]
	}
	return sum
}

// mostAtHome is how much may speak for a change at most because the word goes well with
// those around.
func mostAtHome(kind changeKind) float64 {
	w := &slipWeights[kind]
	return max(0, 0.8*w[byBest]+0.7*w[byNext]+0.25*w[byMean])
}

// slipDesk is room to weigh changes in.
type slipDesk struct {
	text    stretch
	changes []change
}

// usual tells how usual it is to write one character for another.
func (s *slips) usual(a, b uint16) float64 {
	return float64(s.mistaken[[2]uint16{min(a, b), max(a, b)}])
}

// met is how often the rarer of two characters stands as a word in official texts.
func (s *slips) met(first, second uint16) float64 {
	return min(s.usage.ownOf(s.usage.node(first)), s.usage.ownOf(s.usage.node(second)))
}

// changes appends those that make a word of two characters or three and that may be
// likely enough.
func (s *slips) changes(list []change, runes []uint16, i, at int, of suspicion) []change {
	first, second := runes[i], runes[i+1]
	if of&maybeSwap != 0 {
		list = append(list, change{kind: twoSwapped, place: at, runes: [2]uint16{second, first}, size: 2})
	}
	if of&maybeLonger != 0 {
		list = s.longer(list, runes, i, at)
	}
	if of&maybeSlip == 0 || first == '某' || second == '某' { // 季某
		return list
	}
	var beside neighbours
	s.usage.find(&beside, runes, i, i+2)
	met := s.met(first, second)
	add := func(place int, word kin) {
		spared := float64(s.costs[first] + s.costs[second] - word.cost)
		if spared < leastSpared {
			return
		}
		c := change{place: at + place, runes: [2]uint16{word.other}, size: 1}
		c.signs = signs{always: 1, byRest: leastRest, byMet: met, byWord: float64(word.cost), byOwn: s.usage.ownOf(word.node)}
		if int(word.group) < s.sounds {
			c.signs[bySound] = 1
		}
		c.signs[byUsual] = s.usual(runes[i+place], word.other)
		c.signs[byGain] = spared + apartCost + s.usage.asked(&beside, word.node)
		if c.sum() >= -mostAtHome(oneSlipped) {
			list = append(list, c)
		}
	}
	for _, group := range s.groupsOf[first] {
		if s.kin.has(group, second) == 0 {
			continue
		}
		for _, word := range s.seconds.of(second, group) {
			if word.other != first {
				add(0, word)
			}
		}
	}
	for _, group := range s.groupsOf[second] {
		if s.kin.has(first, group) == 0 {
			continue
		}
		for _, word := range s.firsts.of(first, group) {
			if word.other != second {
				add(1, word)
			}
		}
	}
	return list
}

// longer appends the changes of the i-th rune that make a word of three.
func (s *slips) longer(list []change, runes []uint16, i, at int) []change {
	for place := range 3 {
		begin := i - place
		if begin < 0 || begin+3 > len(runes) {
			continue
		}
		word := [3]uint16(runes[begin : begin+3])
		for _, group := range s.groupsOf[runes[i]] {
			if s.longKin.hasHash(hashOfThree(word, place, group)) == 0 {
				continue
			}
			for _, other := range s.groups[group] {
				meant := word
				meant[place] = other
				if other == runes[i] || s.usage.of(s.usage.node(meant[0], meant[1], meant[2])) > rarestLong {
					continue
				}
				c := change{place: at, runes: [2]uint16{other}, size: 1, begin: at - place, long: meant}
				if int(group) < s.sounds {
					c.signs[bySound] = 1
				}
				c.signs[byUsual] = s.usual(runes[i], other)
				list = append(list, c)
			}
		}
	}
	return list
}

// otherWords appends the words that sound like the one at i and that a neighbour asks
// for, or that are far more usual.
func (s *slips) otherWords(list []change, runes []uint16, i, at int) []change {
	written := twoRunes{runes: [2]uint16(runes[i : i+2])}
	var beside neighbours
	cost, looked := 0.0, false
	for _, word := range s.heard[written.key()] {
		if word.usual {
			list = append(list, change{kind: wordHeard, place: at, runes: word.runes, size: 2})
			continue
		}
		if !s.mayAsk(runes, i, word.node) {
			continue
		}
		if !looked {
			looked = true
			s.usage.find(&beside, runes, i, i+2)
			written.node = s.usage.node(runes[i], runes[i+1])
			cost = s.usage.of(written.node) - s.usage.asked(&beside, written.node)
		}
		if asked := s.usage.asked(&beside, word.node); asked >= askedLeast && cost-s.usage.of(word.node)+asked >= heardLeast {
			list = append(list, change{kind: wordHeard, place: at, runes: word.runes, size: 2})
		}
	}
	return list
}

// weigh finds the change of the two runes at i by which most is gained, and where in the
// reading the stretch around it begins. Where no change can be, which is mostly so,
// words are not read.
func (s *slips) weigh(desk *slipDesk, r *match.Reading, i int, of suspicion) (best change, begin int, ok bool) {
	text, first, second := &desk.text, r.Runes[i], r.Runes[i+1]
	at := hanBefore(r, i)
	if of == maybeHeard {
		desk.changes = s.otherWords(desk.changes[:0], r.Runes, i, at)
	} else {
		desk.changes = s.changes(desk.changes[:0], r.Runes, i, at, of)
	}
	changes := desk.changes
	if len(changes) == 0 {
		return best, 0, false
	}
	text.take(r, i, i+2)
	text.halve(s.usage, at+1)
	cost := text.cost(s.usage, at+1)
	for k := range changes {
		c := &changes[k]
		c.signs[byGain] = cost - text.with(s.usage, c.place, c.runes[:c.size]...)
		if c.signs[byGain] > best.signs[byGain] {
			best = *c
		}
	}
	if best.signs[byGain] < gainedLeast {
		return best, 0, false
	}
	c := &best.signs
	c[always] = 1
	c[byRest] = (cost - c[byGain]) / float64(text.size)
	if best.long[0] != 0 {
		best.word = slices.Clone(best.long[:])
	} else {
		best.begin, best.word = s.wordOf(text, &best)
	}
	if len(best.word) < 2 {
		return best, 0, false
	}
	node := s.usage.node(best.word...)
	c[byWord], c[byOwn] = s.usage.of(node), s.usage.ownOf(node)
	if best.kind == wordHeard {
		written := s.usage.node(first, second)
		c[byWritten], c[byMet] = s.usage.of(written), s.usage.ownOf(written)
	} else {
		c[byMet] = s.met(first, second)
	}
	before := rune(0)
	if i > 0 {
		before = rune(r.Runes[i-1])
	}
	if nameKind(before)&anySurname != 0 && nameKind(rune(first)) != 0 {
		c[byNamed] = 1
	}
	if nameKind(rune(first))&anySurname != 0 && nameKind(rune(second))&anyGiven != 0 {
		c[byName] = 1
	}
	return best, i - at, true
}

// correct finds what is meant by the two runes at i, if it is likely that another
// word is.
func (s *slips) correct(desk *slipDesk, r *match.Reading, i int, of suspicion) (c correction, ok bool) {
	best, begin, ok := s.weigh(desk, r, i, of)
	if !ok || best.sum() < -mostAtHome(best.kind) {
		return c, false
	}
	begin += best.begin
	s.placeAmongWords(&best, r, begin)
	if best.sum() < 0 {
		return c, false
	}
	return correction{begin, begin + len(best.word), best.word}, true
}

// placeAmongWords adds how well a word that begins at a rune goes with those around.
func (s *slips) placeAmongWords(c *change, r *match.Reading, begin int) {
	end := begin + len(c.word)
	around := s.embeddings.around(s.usage, r, begin, end)
	meant := s.embeddings.affinity(s.usage.node(c.word...), around)
	c.signs[byBest], c.signs[byNext], c.signs[byMean] = meant.best, meant.next, meant.mean
	written := s.embeddings.affinity(s.usage.node(r.Runes[begin:end]...), around)
	c.signs[byWrittenBest], c.signs[byWrittenMean] = written.best, written.mean
}

// wordOf is the word that stands in a text where it is changed, and where it begins.
func (s *slips) wordOf(text *stretch, to *change) (begin int, word []uint16) {
	text.read(s.usage, 0, text.size)
	if to.kind == wordHeard {
		if begin, end := text.wordAt(to.place); begin != to.place || end != begin+2 {
			return 0, nil // it is no word there
		}
		copy(text.runes[to.place:], to.runes[:])
		return to.place, text.runes[to.place : to.place+2]
	}
	place := to.place
	copy(text.runes[place:], to.runes[:to.size])
	text.read(s.usage, place, place+to.size)
	if to.kind == twoSwapped && s.dear[to.runes[1]] {
		place++
	}
	begin, end := text.wordAt(place)
	if end-begin == 4 { // 产品质量: the half of it, if that is a word
		if half := begin + (place-begin)/2*2; s.usage.node(text.runes[half], text.runes[half+1]) != 0 {
			begin, end = half, half+2
		}
	}
	return begin, text.runes[begin:end]
}
