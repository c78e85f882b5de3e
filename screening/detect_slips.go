package screening

import (
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
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
// looks alike, so that no word is left: 项目健设, 恰谈会. Two characters come into
// question that no word has side by side, where neither of them goes with what
// stands beside it, and where a change of one makes a word. As any two
// characters may meet by chance, a sum weighs how common the word is, how often
// the two are words by themselves, whether they may be a name, and what stands
// beside them.
type slips struct {
	on      bool
	words   wordTable
	alike   [1 << 16][]uint16 // what a character is mistaken for
	phrases map[string]bool   // of four characters
	alone   [1 << 16]uint8    // how often a character is a word by itself, from 0 to 3
	late    []string          // right, though no dictionary has them

	prepare sync.Once
	cost    [1 << 16]float32 // of a character as a word, in bits
	joined  pairSet          // stand side by side in a word
	wrong   pairSet          // a change of one character makes a word that they may be meant to be

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

// wordTable tells of words of two characters how often they occur: ln(1+count).
type wordTable struct {
	may    pairSet // small, and asked first
	counts map[pair]float64
}

func (t *wordTable) add(word pair, count float64) {
	t.counts[word] = math.Log1p(count)
	t.may.add(uint16(word[0]), uint16(word[1]))
}

// of tells how often a word occurs, and whether it is one.
func (t *wordTable) of(word pair) (count float64, known bool) {
	if t.may.has(uint16(word[0]), uint16(word[1])) == 0 {
		return 0, false
	}
	count, known = t.counts[word]
	return count, known
}

// addWord adds all that stand side by side in a word.
func (s *pairSet) addWord(word []rune) {
	for i := range word[1:] {
		s.add(uint16(word[i]), uint16(word[i+1]))
	}
}

func newSlips(rules *Rules, groups []string) *slips {
	s := &slips{words: wordTable{newPairSet(18), map[pair]float64{}}, phrases: map[string]bool{}, guarded: map[string][]string{}}
	for line := range strings.Lines(wordsFile) {
		if word, number, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok && line[0] != '#' {
			count, _ := strconv.ParseFloat(number, 64)
			s.words.add(pairOf(word), count)
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
	for _, term := range rule.Terms {
		s.phrases[term] = true
	}
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
func (s *slips) ready(d *dictionary) {
	s.prepare.Do(func() {
		s.joined, s.wrong = newPairSet(20), newPairSet(24)
		for r := range s.cost {
			s.cost[r] = float32(d.costOf(rune(r)))
		}
		d.eachWord(func(word string, cost float32) {
			least := joinedLong
			if utf8.RuneCountInString(word) == 2 {
				least = joinedWord
			}
			if d.total-cost >= float32(math.Log2(float64(least))) {
				s.joined.addWord([]rune(word))
			}
		})
		for phrase := range s.phrases {
			s.joined.addWord([]rune(phrase))
		}
		for _, word := range s.late {
			s.joined.addWord([]rune(word))
		}
		met := newPairSet(18)
		for line := range strings.Lines(chanceFile) {
			first, size := utf8.DecodeRuneInString(line)
			for _, r := range strings.TrimSpace(line[size:]) {
				met.add(uint16(first), uint16(r))
			}
		}
		for word, count := range s.words.counts {
			first, second, cost := uint16(word[0]), uint16(word[1]), d.costOf(word[:]...)
			add := func(a, b uint16) {
				if met.has(a, b) == 0 && s.sum(a, b, cost, count)+slipBefore+slipAfter+slipPhrase >= slipLeast {
					s.wrong.add(a, b)
				}
			}
			for _, r := range s.alike[first] {
				add(r, second)
			}
			for _, r := range s.alike[second] {
				add(first, r)
			}
		}
	})
}

// detect looks for slips in a part.
func (s *slips) detect(d *draft, part int) {
	s.ready(d.segments.dictionary)
	s.eachUnbound(d.seen.readings[part].Runes, func(i int) { s.weigh(d, part, i) })
}

// eachUnbound names two runes that come into question by the first.
func (s *slips) eachUnbound(runes []uint16, name func(i int)) {
	joins, last := uint64(0), uint16(0) // whether the last pairs are joined: a bit each
	for i, this := range runes {
		joins = joins<<1 | s.joined.has(last, this)
		last = this
		if i >= 3 && unbound>>(joins&31)&1 != 0 && s.wrong.has(runes[i-3], runes[i-2]) != 0 {
			name(i - 3)
		}
	}
	for i := len(runes); i < len(runes)+2; i++ { // nothing stands behind the last
		if joins <<= 1; i >= 3 && unbound>>(joins&31)&1 != 0 && s.wrong.has(runes[i-3], runes[i-2]) != 0 {
			name(i - 3)
		}
	}
}

// unbound are the patterns of joins around two characters that come into
// question: the two are not joined, and if one of them is with what stands
// beside it, so is that with what stands farther off: 产品|质良. A pattern is
// five bits, from before the first character's neighbour to behind the second's.
var unbound = func() (set uint32) {
	for joins := range uint32(32) {
		before, left, two, right, after := joins&16 != 0, joins&8 != 0, joins&4 != 0, joins&2 != 0, joins&1 != 0
		if !two && (!left || before) && (!right || after) {
			set |= 1 << joins
		}
	}
	return set
}()

// What speaks for a slip, fitted by logistic regression to 30,000 of them that
// were made in clean text, more than half of them in words drawn without regard
// to how often they occur, and the places of clean text that come into question
// and whose two characters met nowhere else.
const (
	slipBase   = 0.58
	slipGap    = 0.054 // by what the two cost as words, less what the word costs, in bits
	slipCost   = 0.118 // by what the word costs
	slipCount  = 0.5   // by ln(1+count) of the word
	slipBefore = 0.51  // a word of two characters stands before,
	slipAfter  = 0.63  // or after
	slipBegins = -1.62 // nothing does
	slipEnds   = -1.39
	slipAlone  = -0.65 // by the more frequent word of the two
	slipBoth   = -1.27 // and by the other one
	slipNamed  = -0.92 // a surname stands before what may be a given name
	slipName   = -1.26 // the two may be surname and given name
	slipPhrase = 2.0   // the word and the one beside it are a phrase

	slipLeast = 4.5
)

// sum is what two characters by themselves say about being a slip of a word of
// this cost and count.
func (s *slips) sum(first, second uint16, cost, count float64) float64 {
	low, high := s.alone[first], s.alone[second]
	if low > high {
		low, high = high, low
	}
	if low > 1 {
		return math.Inf(-1) // they are words by themselves
	}
	gap := float64(s.cost[first]) + float64(s.cost[second]) - cost
	return slipBase + slipGap*gap + slipCost*cost + slipCount*count + slipAlone*float64(high) + slipBoth*float64(low)
}

// weigh weighs the two runes at i.
func (s *slips) weigh(d *draft, part, i int) {
	r := &d.seen.readings[part]
	first, second := rune(r.Runes[i]), rune(r.Runes[i+1])
	var meant pair
	best, bestCost, bestCount := math.Inf(-1), 0.0, 0.0
	consider := func(word pair) {
		count, known := s.words.of(word)
		if !known {
			return
		}
		cost := d.segments.costOf(word[:]...)
		if value := 3*count - cost; value > best {
			best, bestCost, bestCount, meant = value, cost, count, word
		}
	}
	for _, other := range s.alike[first] {
		consider(pair{rune(other), second})
	}
	for _, other := range s.alike[second] {
		consider(pair{first, rune(other)})
	}
	if meant == (pair{}) {
		return
	}
	before, after := s.beside(r, i-2), s.beside(r, i+2)
	sum := s.sum(uint16(first), uint16(second), bestCost, bestCount)
	for _, clue := range []struct {
		holds  bool
		weight float64
	}{
		{s.knows(before), slipBefore},
		{s.knows(after), slipAfter},
		{before[1] == 0, slipBegins},
		{after[0] == 0, slipEnds},
		{nameKind(before[1])&anySurname != 0 && nameKind(first) != 0, slipNamed},
		{nameKind(first)&anySurname != 0 && nameKind(second)&anyGiven != 0, slipName},
	} {
		if clue.holds {
			sum += clue.weight
		}
	}
	if sum < slipLeast-slipPhrase || sum < slipLeast && !s.isPhrase(d, before, meant) && !s.isPhrase(d, meant, after) {
		return
	}
	if r.End(i) != r.Start(i+1) || !d.segments.parted(r.Runes, i) {
		return
	}
	start, end, wrong := r.Start(i), r.End(i+1), string([]rune{first, second})
	if s.isExpression(d, part, start, end, wrong) {
		return
	}
	d.report("typo.slip", part, start, end, note{suggestion: string(meant[:])})
}

// beside is the runes at i and i+1, 0 for what is no Chinese character.
func (s *slips) beside(r *match.Reading, i int) (two pair) {
	for k := range two {
		if at := i + k; at >= 0 && at < len(r.Runes) && isHan(rune(r.Runes[at])) {
			two[k] = rune(r.Runes[at])
		}
	}
	return two
}

func (s *slips) knows(word pair) bool {
	_, known := s.words.of(word)
	return known
}

// isPhrase tells whether two words are a phrase.
func (s *slips) isPhrase(d *draft, first, second pair) bool {
	if !s.knows(first) || !s.knows(second) {
		return false
	}
	four := string([]rune{first[0], first[1], second[0], second[1]})
	return s.phrases[four] || d.segments.knows(four)
}

// twoWordAfter is the two characters behind a place.
func (d *draft) twoWordAfter(text string, at int) string {
	a, b, _, ok := d.two(text, at)
	if !ok {
		return ""
	}
	return string([]rune{a, b})
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

// wordBefore is the word of two characters that ends at a place, if there is one.
func (d *draft) wordBefore(text string, at int) string {
	a, b, start, ok := d.twoBefore(text, at)
	if !ok {
		return ""
	}
	word := string([]rune{a, b})
	if !d.segments.knows(word) || d.segments.straddled(d.fold, text, start, at) {
		return ""
	}
	return word
}

// parted tells whether the runes i and i+1 stand each for itself on the cheapest
// way through the few runes around them.
func (d *dictionary) parted(runes []uint16, i int) bool {
	const before, after = 6, 6
	var cost [before + 2 + after + 1]float32 // of the way up to a rune
	var from [len(cost)]int
	lo, hi := max(0, i-before), min(len(runes), i+2+after)
	near, i := runes[lo:hi], i-lo
	for k := range near {
		at, single := uint32(0), false
		reach := func(end int, more float32) {
			if sum := cost[k] + more; cost[end] == 0 || sum < cost[end] {
				cost[end], from[end] = sum, k
			}
		}
		for end := k; end < len(near); end++ {
			symbol := d.of(rune(near[end]))
			if symbol == 0 {
				break
			}
			if at = d.step(at, symbol); at == 0 {
				break
			}
			if c := d.nodes[at].cost; c != 0 {
				reach(end+1, d.costs[c])
				single = single || end == k
			}
		}
		if !single {
			reach(k+1, unknownCost)
		}
	}
	for end := len(near); end > i; end = from[end] {
		if from[end] < i || from[end] == i && end != i+1 || from[end] == i+1 && end != i+2 {
			return false
		}
	}
	return true
}

// costOf is the cost of a word, in bits.
func (d *dictionary) costOf(word ...rune) float64 {
	at := uint32(0)
	for _, r := range word {
		symbol := d.of(r)
		if symbol == 0 {
			return unknownCost
		}
		if at = d.step(at, symbol); at == 0 {
			return unknownCost
		}
	}
	if c := d.nodes[at].cost; c != 0 {
		return float64(d.costs[c])
	}
	return unknownCost
}

// loose tells whether the characters of a range stand each for itself when the
// clause is cut into words, and which words stand before and after it.
func (s *segmenter) loose(fold *match.Fold, text string, start, end int) (before, after string, ok bool) {
	lo, hi := around(text, start, end, clauseMarks)
	lo = max(lo, wholeRune(text, max(0, start-cutReach), start))
	hi = min(hi, wholeRune(text, min(len(text), end+cutReach), len(text)))
	clause, from, to := squeeze(fold, text, lo, hi, start, end)
	p := s.lattices.Get().(*lattice)
	p.read(clause)
	s.cut(p)
	ok = true
	for i := len(p.units) - 1; i >= 0; {
		first := int(p.from[i])
		lo, hi := int(p.units[first].start), int(p.units[i].end)
		switch {
		case hi > from && lo < to && first != i:
			ok = false
		case lo == to:
			after = clause[lo:hi]
		case hi == from:
			before = clause[lo:hi]
		}
		i = first - 1
	}
	p.clause = "" // it belongs to the draft
	s.lattices.Put(p)
	return before, after, ok
}
