package screening

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf16"

	"shenfa/screening/match"
)

// usageFile tells how often words are used, and which follow one another: figures
// of open-gram, a statistical language model of written Chinese (see NOTICE),
// mixed with those of official texts and of testdata/collocates.tsv. "go test -run
// TestUsage -update" writes it.
//
//go:embed usage.bin.gz
var usageFile []byte

// usage reads text as words in the likeliest way, and tells what it costs, in
// bits: the less likely, the dearer. It is asked about the few characters around
// a place, with and without a change there.
type usage struct {
	d       *dictionary
	costs   []uint8                  // by node of the dictionary, in quarters of a bit; 0: no word ends there
	own     []uint8                  // by node: how often the word stands in official texts, as inOwn has it
	ones    []uint32                 // by character: its node, and in the last 8 bits the cost
	pairs   []pairNode               // by hash of two characters: their node
	isPair  bitSet                   // these two, by more of the hash
	follows []uint32                 // by hash of two words: what the second costs less behind the first
	follow  bitSet                   // these two, by more of the hash
	late    map[[2]uint16][]lateWord // words that the dictionary has not, by their first two characters
	isLate  pairSet                  // these two
	known   []succession             // what the figures tell of words that follow one another; until the engine is ready
}

// succession is a word behind another: the last character of the first, the first of
// the second, their nodes, and what the second costs less.
type succession struct {
	last, first   uint16
	before, after uint32
	saved         uint32
}

// lateWord is a word without its first two characters.
type lateWord struct {
	rest []uint16
	node uint32 // beyond those of the dictionary
}

const (
	quarter    = 4    // of a bit: what costs are counted in
	lateCost   = 17   // bits, of a word that the dictionary has not
	apartCost  = 1.25 // bits, of any word whose forerunner tells nothing of it
	followBits = 20   // size of the table of follows
	twoBits    = 19   // and of that of pairs
	followMask = 1<<6 - 1
	sparedBits = 2 // more of a hash, that spare most of the looks into a table
)

// pairNode are two characters that a word begins with, in the highest bits, then
// their node of the dictionary, the cost of the word that ends there, and whether
// longer ones may go on with a character, a bit by the rest of its symbol. All that
// in one place, as looks into large tables are what reading costs.
type pairNode uint64

const (
	nodeBits = 21
	nextBits = 3
)

func (p pairNode) is(key uint64) bool         { return uint64(p)>>32 == key }
func (p pairNode) node() uint32               { return uint32(p) >> (8 + nextBits) }
func (p pairNode) cost() uint8                { return uint8(p >> nextBits) }
func (p pairNode) mayGoOn(symbol uint16) bool { return p>>(symbol%nextBits)&1 != 0 }

// newUsage reads the figures.
func newUsage(packed []byte, d *dictionary, late []string) (*usage, error) {
	data, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	if len(d.nodes) > 1<<nodeBits {
		return nil, errors.New("the dictionary has too many words to tell what they cost")
	}
	u := &usage{d: d, costs: make([]uint8, len(d.nodes)), own: make([]uint8, len(d.nodes)), follows: make([]uint32, 1<<followBits),
		follow: make(bitSet, 1<<(followBits+sparedBits)/64), late: map[[2]uint16][]lateWord{}, isLate: newPairSet(16)}
	for i := range d.nodes {
		if c := d.nodes[i].cost; c != 0 {
			u.costs[i] = inQuarters(float64(d.costs[c]))
		}
	}
	number := func() int {
		n, size := binary.Uvarint(data)
		if size <= 0 {
			err = errors.New("the figures of words are cut off")
			data = nil
			return 0
		}
		data = data[size:]
		return int(n)
	}
	nodes := make([]uint32, number())
	ends := make([][2]uint16, len(nodes)) // the first and the last character
	for i := range nodes {
		size := number()
		if err != nil || size+1 >= len(data) {
			return nil, fmt.Errorf("the figures of words are cut off at word %d", i)
		}
		runes := utf16.Encode([]rune(string(data[:size])))
		nodes[i] = d.find(runes...)
		if nodes[i] != 0 {
			u.costs[nodes[i]], u.own[nodes[i]] = data[size], data[size+1]
			ends[i] = [2]uint16{runes[0], runes[len(runes)-1]}
		}
		data = data[size+2:]
	}
	for i := range nodes {
		second := 0
		for range number() {
			second += number()
			saved := number()
			if err != nil || second >= len(nodes) {
				return nil, fmt.Errorf("the figures of what follows word %d are cut off", i)
			}
			if nodes[i] != 0 && nodes[second] != 0 {
				u.addFollow(nodes[i], nodes[second], uint32(saved))
				u.known = append(u.known, succession{ends[i][1], ends[second][0], nodes[i], nodes[second], uint32(saved)})
			}
		}
	}
	u.addHeads()
	for i, word := range late {
		runes := utf16.Encode([]rune(word))
		if len(runes) >= 2 && len(runes) <= longestWord { // longer ones are never read
			first := [2]uint16{runes[0], runes[1]}
			u.isLate.add(first[0], first[1])
			u.late[first] = append(u.late[first], lateWord{runes[2:], uint32(len(d.nodes) + i)})
		}
	}
	return u, err
}

func inQuarters(cost float64) uint8 { return uint8(min(max(math.Round(cost*quarter), 1), 255)) }

// inOwn is the logarithm of how often a word stands in official texts, in quarters
// of a bit above that of none.
func inOwn(count float64) uint8 { return uint8(math.Round((math.Log2(count+0.5) + 1) * quarter)) }

// addHeads adds the nodes of one character and of two.
func (u *usage) addHeads() {
	u.ones = make([]uint32, len(u.d.symbol))
	for r, symbol := range u.d.symbol {
		node := u.d.root[symbol]
		u.ones[r] = node<<8 | uint32(u.costs[node])
	}
	u.pairs, u.isPair = make([]pairNode, 1<<twoBits), make(bitSet, 1<<(twoBits+sparedBits)/64)
	d, runes := u.d, make([]uint16, len(u.d.root))
	for r, symbol := range d.symbol {
		runes[symbol] = uint16(r)
	}
	for i := d.nodes[0].first; i < d.nodes[1].first; i++ {
		for at := d.nodes[i].first; at < d.nodes[i+1].first; at++ {
			first, second := runes[d.nodes[i].symbol], runes[d.nodes[at].symbol]
			if first == 0 || second == 0 {
				continue // beyond the basic plane
			}
			key := uint64(first)<<16 | uint64(second)
			p := pairNode(key<<32 | uint64(at)<<(8+nextBits) | uint64(u.costs[at])<<nextBits)
			for next := d.nodes[at].first; next < d.nodes[at+1].first; next++ {
				p |= 1 << (d.nodes[next].symbol % nextBits)
			}
			slot, bit, _ := tableHash(key, twoBits)
			u.isPair.set(bit)
			for u.pairs[slot] != 0 {
				slot = (slot + 1) % (1 << twoBits)
			}
			u.pairs[slot] = p
		}
	}
}

// pair is the node of two characters; 0 if no word begins with them.
func (u *usage) pair(first, second uint16) pairNode {
	key := uint64(first)<<16 | uint64(second)
	slot, bit, _ := tableHash(key, twoBits)
	if !u.isPair.has(bit) {
		return 0
	}
	for ; u.pairs[slot] != 0; slot = (slot + 1) % (1 << twoBits) {
		if u.pairs[slot].is(key) {
			return u.pairs[slot]
		}
	}
	return 0
}

// tableHash is a slot of a table, a bit that tells whether one need look there,
// and what tells a key from others of that slot.
func tableHash(key uint64, size uint) (slot uint32, bit int, rest uint32) {
	h := key * 0x9E3779B97F4A7C15
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return uint32(h >> (64 - size)), int(h >> (64 - size - sparedBits)), uint32(h)
}

// followHash is tableHash of two words, with room for what is saved.
func followHash(first, second uint32) (slot uint32, bit int, tag uint32) {
	slot, bit, tag = tableHash(uint64(first)<<32|uint64(second), followBits)
	return slot, bit, tag &^ followMask
}

func (u *usage) addFollow(first, second, saved uint32) {
	slot, bit, tag := followHash(first, second)
	u.follow.set(bit)
	for u.follows[slot] != 0 {
		slot = (slot + 1) % (1 << followBits)
	}
	u.follows[slot] = tag | min(max(saved, 1), followMask)
}

// saved is what a word costs less behind another, in quarters of a bit; 0 if
// nothing is known of the two.
func (u *usage) saved(first, second uint32) uint32 {
	slot, bit, tag := followHash(first, second)
	if !u.follow.has(bit) {
		return 0
	}
	for ; u.follows[slot] != 0; slot = (slot + 1) % (1 << followBits) {
		if u.follows[slot]&^followMask == tag {
			return u.follows[slot] & followMask
		}
	}
	return 0
}

// eachWord goes through the words of Chinese characters, not too long; the runes are
// of this call only.
func (u *usage) eachWord(do func(word []uint16, node uint32)) {
	var room [longestWord]uint16
	u.d.eachNode(func(word []rune, node uint32) {
		if u.costs[node] == 0 || len(word) < 2 || len(word) > longestWord {
			return
		}
		for i, r := range word {
			if !isHan(r) || r > math.MaxUint16 {
				return
			}
			room[i] = uint16(r)
		}
		do(room[:len(word)], node)
	})
}

// node is that of a word in the dictionary; 0 if it is none.
func (u *usage) node(word ...uint16) (at uint32) {
	if len(word) == 1 {
		at = u.ones[word[0]] >> 8
	} else {
		pair := u.pair(word[0], word[1])
		at = pair.node()
		for i, r := range word[2:] {
			symbol := u.d.symbol[r]
			if at == 0 || symbol == 0 || i == 0 && !pair.mayGoOn(symbol) {
				return 0
			}
			at = u.d.step(at, symbol)
		}
	}
	if u.costs[at] == 0 {
		return 0
	}
	return at
}

// of is the cost of a word in bits; unknownCost if it is none.
func (u *usage) of(node uint32) float64 {
	if node == 0 {
		return unknownCost
	}
	return float64(u.costs[node]) / quarter
}

// ownOf is the logarithm of how often a word stands in official texts; -1: never.
func (u *usage) ownOf(node uint32) float64 { return float64(u.own[node])/quarter - 1 }

// neighbours are the words of one character and of two that end before a place, and
// those that begin behind it.
type neighbours struct{ before, behind [2]uint32 }

// find finds those of the runes from start to before end.
func (u *usage) find(n *neighbours, runes []uint16, start, end int) {
	for k := range n.before {
		size := k + 1
		if start >= size {
			n.before[k] = u.node(runes[start-size : start]...)
		}
		if end+size <= len(runes) {
			n.behind[k] = u.node(runes[end : end+size]...)
		}
	}
}

// asked is how much cheaper the neighbours make a word, and it them, in bits.
func (u *usage) asked(n *neighbours, word uint32) float64 {
	before, behind := uint32(0), uint32(0)
	for k := range n.before {
		if n.before[k] != 0 {
			before = max(before, u.saved(n.before[k], word))
		}
		if n.behind[k] != 0 {
			behind = max(behind, u.saved(word, n.behind[k]))
		}
	}
	return float64(before+behind) / quarter
}

// way is the cheapest way to a place whose last word is a certain one.
type way struct {
	cost  uint32 // in quarters of a bit
	node  uint32 // the last word
	begin uint8  // of that word
	last  uint8  // the way up to there
}

// A stretch is as long as a place and what stands on both sides of it.
const (
	besideSlip  = 6
	stretchSize = besideSlip + 2 + besideSlip
	longestWord = 6
)

// step is a word that begins at a place.
type step struct {
	node uint32
	cost uint16 // in quarters of a bit
	end  uint8
}

// stretch is text that is read: the words in it by where they begin, and the ways
// through it by where they end.
type stretch struct {
	runes [stretchSize]uint16
	size  int
	steps [stretchSize][maxSteps]step
	words [stretchSize]uint8            // how many steps
	reach [stretchSize]uint8            // by where they begin: how far words go on that begin as the text does
	rests [stretchSize][maxSteps]uint32 // by step: what all behind it costs, where that was asked for
	ways  [stretchSize + 1][maxSteps]way
	count [stretchSize + 1]uint8 // how many ways
}

// maxSteps is how many words may begin at a place, or end there.
const maxSteps = longestWord + 2

// hanBefore is how many Chinese characters a stretch around the i-th rune has before it.
func hanBefore(r *match.Reading, i int) (n int) {
	for n < min(i, besideSlip) && isHan(rune(r.Runes[i-n-1])) {
		n++
	}
	return n
}

// take reads the Chinese characters around the runes from i to before end.
func (s *stretch) take(r *match.Reading, i, end int) {
	hi := end
	for hi < len(r.Runes) && hi-end < besideSlip && isHan(rune(r.Runes[hi])) {
		hi++
	}
	s.size = copy(s.runes[:], r.Runes[i-hanBefore(r, i):hi])
}

// read finds the words and ways anew where the runes from one to before another
// have changed. It is the cost of the cheapest way through all, in bits.
func (s *stretch) read(u *usage, from, to int) float64 {
	s.open(from)
	for begin := max(0, from+1-longestWord); begin < s.size; begin++ {
		if begin < to {
			s.findWords(u, begin)
		}
		for _, e := range s.steps[begin][:s.words[begin]] {
			if int(e.end) > from {
				s.add(u, begin, e)
			}
		}
	}
	return float64(s.cheapest().cost) / quarter
}

// open forgets the ways that lead farther than a place.
func (s *stretch) open(place int) {
	s.count[0], s.ways[0][0] = 1, way{}
	clear(s.count[place+1 : s.size+1])
}

// halve finds the ways up to a place, and for the words from there on what all
// behind them costs: so a change there is weighed soon (with).
func (s *stretch) halve(u *usage, place int) {
	s.open(0)
	for begin := range place {
		s.findWords(u, begin)
		for _, e := range s.steps[begin][:s.words[begin]] {
			if int(e.end) <= place {
				s.add(u, begin, e)
			}
		}
	}
	for begin := s.size - 1; begin >= place; begin-- {
		s.findWords(u, begin)
		for k, e := range s.steps[begin][:s.words[begin]] {
			s.rests[begin][k] = s.rest(u, e)
		}
	}
}

// rest is what all behind a word costs.
func (s *stretch) rest(u *usage, before step) uint32 {
	begin := int(before.end)
	if begin == s.size {
		return 0
	}
	least := uint32(math.MaxUint32)
	for k := int(s.words[begin]) - 1; k >= 0; k-- { // long words leave least
		if rest := s.rests[begin][k]; rest+apart < least {
			least = min(least, rest+u.behind(before.node, s.steps[begin][k]))
		}
	}
	return least
}

// cost is what the cheapest way through all costs, in bits, where the stretch was halved.
func (s *stretch) cost(u *usage, place int) float64 {
	least := uint32(math.MaxUint32)
	for begin := range place {
		for _, e := range s.steps[begin][:s.words[begin]] {
			if int(e.end) >= place {
				least = min(least, s.to(u, begin, e).cost+s.rest(u, e))
			}
		}
	}
	return float64(least) / quarter
}

// with is that cost with other runes from a place on, the last of which stands where
// the stretch was halved, or right before.
func (s *stretch) with(u *usage, from int, runes ...uint16) float64 {
	old, middle, count := s.runes, s.ways[from+1], s.count[from+1]
	copy(s.runes[from:], runes)
	to, least := from+len(runes), uint32(math.MaxUint32)
	if len(runes) > 1 {
		s.count[from+1] = 0
	}
	var room [maxSteps]step
	for begin := max(0, from+1-longestWord); begin < to; begin++ {
		if begin+1 < from && int(s.reach[begin]) < from {
			continue
		}
		steps, _ := s.wordsFrom(u, begin, room[:0])
		for _, e := range steps {
			switch end := int(e.end); {
			case end >= to:
				least = min(least, s.to(u, begin, e).cost+s.rest(u, e))
			case end > from:
				s.add(u, begin, e)
			}
		}
	}
	s.runes, s.ways[from+1], s.count[from+1] = old, middle, count
	return float64(least) / quarter
}

// findWords finds the words that begin at a place.
func (s *stretch) findWords(u *usage, begin int) {
	steps, reach := s.wordsFrom(u, begin, s.steps[begin][:0])
	s.words[begin], s.reach[begin] = uint8(len(steps)), uint8(reach)
}

// wordsFrom appends the words that begin at a place to those that there is room for,
// and tells how far they may go on.
func (s *stretch) wordsFrom(u *usage, begin int, steps []step) (found []step, reach int) {
	first := s.runes[begin]
	if one := u.ones[first]; one&0xFF != 0 {
		steps = append(steps, step{one >> 8, uint16(one & 0xFF), uint8(begin + 1)})
	}
	if begin+1 < s.size {
		steps, reach = u.longer(steps, s.runes[begin:min(s.size, begin+longestWord)], begin)
	}
	if len(steps) == 0 || int(steps[0].end) != begin+1 {
		steps = append(steps, step{0, unknownCost * quarter, uint8(begin + 1)})
	}
	if begin+1 < s.size && u.isLate.has(first, s.runes[begin+1]) != 0 {
		reach = s.size
		for _, word := range u.late[[2]uint16{first, s.runes[begin+1]}] {
			end := begin + 2 + len(word.rest)
			if end <= s.size && slices.Equal(s.runes[begin+2:end], word.rest) && len(steps) < cap(steps) {
				steps = append(steps, step{word.node, lateCost * quarter, uint8(end)})
			}
		}
	}
	return steps, reach
}

// longer appends the words of two runes and more with which others begin.
func (u *usage) longer(steps []step, runes []uint16, begin int) (found []step, reach int) {
	pair := u.pair(runes[0], runes[1])
	if pair == 0 {
		return steps, begin + 1
	}
	at := pair.node()
	if c := pair.cost(); c != 0 {
		steps = append(steps, step{at, uint16(c), uint8(begin + 2)})
	}
	end := 2
	for ; end < len(runes); end++ {
		symbol := u.d.symbol[runes[end]]
		if symbol == 0 || end == 2 && !pair.mayGoOn(symbol) {
			break
		}
		if at = u.d.step(at, symbol); at == 0 {
			break
		}
		if c := u.costs[at]; c != 0 {
			steps = append(steps, step{at, uint16(c), uint8(begin + end + 1)})
		}
	}
	return steps, begin + end
}

// add adds the cheapest way that ends with a word.
func (s *stretch) add(u *usage, begin int, e step) {
	if n := s.count[e.end]; int(n) < len(s.ways[e.end]) && s.count[begin] > 0 {
		s.ways[e.end][n] = s.to(u, begin, e)
		s.count[e.end]++
	}
}

// to is the cheapest way that ends with a word.
func (s *stretch) to(u *usage, begin int, e step) way {
	best := way{cost: math.MaxUint32, node: e.node, begin: uint8(begin)}
	if begin == 0 {
		best.cost = uint32(e.cost) + apart
		return best
	}
	for k := range s.count[begin] {
		before := &s.ways[begin][k]
		if before.cost+apart >= best.cost {
			continue
		}
		if sum := before.cost + u.behind(before.node, e); sum < best.cost {
			best.cost, best.last = sum, k
		}
	}
	return best
}

// behind is what a word costs behind another, in quarters of a bit: apart at least.
func (u *usage) behind(before uint32, e step) uint32 {
	cost := uint32(e.cost)
	if saved := u.saved(before, e.node); saved != 0 {
		return cost + apart - min(cost, saved+apart)
	}
	return cost + apart
}

const apart = uint32(apartCost * quarter)

// cheapest is the way through the whole stretch.
func (s *stretch) cheapest() *way {
	best := &s.ways[s.size][0]
	for k := range s.count[s.size] {
		if w := &s.ways[s.size][k]; w.cost < best.cost {
			best = w
		}
	}
	return best
}

// wordAt is the word over a rune on the cheapest way.
func (s *stretch) wordAt(i int) (begin, end int) {
	end = s.size
	for at := s.cheapest(); end > 0; at = &s.ways[at.begin][at.last] {
		if int(at.begin) <= i {
			return int(at.begin), end
		}
		end = int(at.begin)
	}
	return 0, 0
}

// cut calls word with each word of the likeliest way to read text.
func (u *usage) cut(runes []uint16, word func([]uint16)) {
	var s stretch
	for i := 0; i < len(runes); {
		if !isHan(rune(runes[i])) {
			word(runes[i : i+1])
			i++
			continue
		}
		end := i
		for end < len(runes) && end-i < stretchSize && isHan(rune(runes[end])) {
			end++
		}
		s.size = copy(s.runes[:], runes[i:end])
		s.read(u, 0, s.size)
		whole := end-i < stretchSize || end == len(runes) || !isHan(rune(runes[end]))
		var cuts []int // from the last
		for at, way := s.size, s.cheapest(); at > 0; at, way = int(way.begin), &s.ways[way.begin][way.last] {
			cuts = append(cuts, at)
		}
		begin := 0
		for _, at := range slices.Backward(cuts) {
			if !whole && begin > 0 && at > stretchSize-longestWord {
				break
			}
			word(runes[i+begin : i+at])
			begin = at
		}
		i += begin
	}
}
