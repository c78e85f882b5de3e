package screening

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"shenfa/screening/match"
)

// style tells by weights of short runs of characters how much a sentence reads
// like those that a rule of evidence is to find. The weights are learned from
// labelled cases (Engine.Fit) and stand in a lexicon: gram, weight in
// hundredths, and anchorMark if the gram is an anchor of the rule; the line of the
// gram "*" is added to every sentence.
//
// To be scored, a sentence is spelled in the numbers that the characters of all
// lexicons have. Those of one character find their weight by it, the longer
// grams by hash.
type style struct {
	*alphabet
	single []int32    // by number: the weight of the character alone
	known  []uint64   // bits by hash: mostly they tell that a gram has no slot
	shift  uint       // of hashes, to a bit of known
	slots  []weighted // open addressing; a power of two
	bias   int32
}

// alphabet numbers the characters that the lexicons of styles have.
type alphabet struct {
	number [1 << 16]uint16 // by rune of the basic plane
	beyond map[rune]uint16 // by the other runes
	size   int
}

// Numbers of characters that no gram has, and of those that count for nothing.
const (
	strange = iota
	nothing
	firstNumber
)

func newAlphabet() *alphabet {
	a := &alphabet{beyond: map[rune]uint16{}, size: firstNumber}
	a.add('^')
	a.add('$')
	for r := range rune(utf8.RuneSelf) {
		if alike := plain(r); alike == 0 {
			a.number[r] = nothing
		} else if alike != r {
			a.number[r] = a.add(alike)
		}
	}
	return a
}

// of is the number of a character.
func (a *alphabet) of(r rune) uint16 {
	if r < 1<<16 {
		return a.number[r]
	}
	return a.beyond[r]
}

// add is the number of a character, which gets one if it has none.
func (a *alphabet) add(r rune) uint16 {
	n := a.of(r)
	if n == strange {
		n = uint16(a.size)
		a.size++
		if r < 1<<16 {
			a.number[r] = n
		} else {
			a.beyond[r] = n
		}
	}
	return n
}

// spell appends the numbers of the characters of a text, with its beginning and end.
func (a *alphabet) spell(numbers []uint16, text string) []uint16 {
	numbers = append(numbers, a.number['^'])
	for i := 0; i < len(text); {
		r, ok := match.Wide(text, i)
		size := 3
		if !ok {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		if n := a.of(r); n != nothing {
			numbers = append(numbers, n)
		}
	}
	return append(numbers, a.number['$'])
}

// spelling is the text that was last spelled.
type spelling struct {
	text    string
	numbers []uint16
}

func (s *spelling) of(a *alphabet, text string) []uint16 {
	if len(s.numbers) == 0 || s.text != text {
		s.text, s.numbers = text, a.spell(s.numbers[:0], text)
	}
	return s.numbers
}

// weighted is a gram of two or three numbered characters, 16 bits for each,
// with its weight in the last 16. The lowest bit tells whether a gram of three
// begins with it. 0 is none.
type weighted uint64

const (
	weightBits = 16
	leadsOn    = 1
	maxWeight  = 1<<(weightBits-2) - 1
)

func (e weighted) gram() uint64  { return uint64(e >> weightBits) }
func (e weighted) weight() int32 { return int32(int16(e)) >> 1 }

// gram packs up to three characters, of which weights are learned.
type gram uint64

const gramSize = 3

// plain is what a character counts as in a gram: all digits are alike, and all
// letters; blanks and the marks of the lexicon count for nothing.
func plain(r rune) rune {
	switch {
	case r >= '0' && r <= '9':
		return '0'
	case r < utf8.RuneSelf && unicode.IsLetter(r):
		return 'a'
	case r <= ' ', r == '#', r == '*':
		return 0
	}
	return r
}

// grams calls f with every gram of a text, whose beginning is ^ and whose end
// is $, and answers how many characters it has.
func grams(text string, f func(gram)) (n int) {
	var last gram
	next := func(r rune) {
		n++
		last = (last<<21 | gram(r)) & (1<<(21*gramSize) - 1)
		f(last & (1<<21 - 1))
		if n > 1 {
			f(last & (1<<42 - 1))
		}
		if n > 2 {
			f(last)
		}
	}
	next('^')
	for _, r := range text {
		if r = plain(r); r != 0 {
			next(r)
		}
	}
	next('$')
	return n
}

// anchorMark stands behind the weight of a gram that is an anchor.
const anchorMark = "!"

// styleAnchors are the anchors in a lexicon of weights.
func styleAnchors(data []byte) (list []string) {
	for line := range bytes.Lines(data) {
		if fields := strings.Fields(string(line)); len(fields) == 3 && fields[2] == anchorMark {
			list = append(list, fields[0])
		}
	}
	return list
}

// newStyle reads a lexicon of weights.
func newStyle(name string, data []byte, letters *alphabet) (*style, error) {
	var list []weighted // of two or three characters
	s := &style{alphabet: letters}
	line := 0
	for text := range bytes.Lines(data) {
		line++
		word, number, ok := strings.Cut(strings.TrimRight(string(text), "\n"), "\t")
		if word == "" || word[0] == '#' {
			continue
		}
		number = strings.TrimSuffix(number, "\t"+anchorMark)
		weight, err := strconv.ParseInt(number, 10, 32)
		switch {
		case !ok || err != nil:
			return nil, fmt.Errorf("%s:%d：应为：字串、制表符、以百分之一计的权重", name, line)
		case word == "*":
			s.bias = int32(weight)
		case max(weight, -weight) > maxWeight:
			return nil, fmt.Errorf("%s:%d：权重超过 %d", name, line, maxWeight)
		case utf8.RuneCountInString(word) > gramSize:
			return nil, fmt.Errorf("%s:%d：%q 超过 %d 个字", name, line, word, gramSize)
		default:
			packed := s.pack(word)
			if packed < 1<<16 {
				s.single = append(s.single, make([]int32, max(0, int(packed)+1-len(s.single)))...)
				s.single[packed] = int32(weight)
			} else {
				list = append(list, weighted(packed<<weightBits|uint64(uint16(weight)<<1)))
			}
		}
	}
	if s.size > math.MaxUint16 {
		return nil, fmt.Errorf("%s：不同的字太多", name)
	}
	s.index(list)
	return s, nil
}

// pack numbers the characters of a gram.
func (s *style) pack(word string) (packed uint64) {
	for _, r := range word {
		packed = packed<<16 | uint64(s.add(r))
	}
	return packed
}

// index builds the table of the longer grams.
func (s *style) index(list []weighted) {
	s.slots = make([]weighted, 1<<bits.Len(uint(2*len(list)+1)))
	width := max(bits.Len(uint(len(list)))+5, 6)
	s.known, s.shift = make([]uint64, 1<<(width-6)), uint(64-width)
	put := func(e weighted) {
		at := s.slot(e.gram())
		*at = *at&leadsOn | e
		bit := hashGram(e.gram()) >> s.shift
		s.known[bit/64] |= 1 << (bit % 64)
	}
	for _, e := range list {
		put(e)
	}
	for _, e := range list {
		if first := e.gram() >> 16; first >= 1<<16 {
			at := s.slot(first)
			put(weighted(first<<weightBits) | *at | leadsOn)
		}
	}
}

func hashGram(g uint64) uint64 { return g * 0x9E3779B97F4A7C15 }

// may tells, mostly with no, whether a gram has a slot.
func (s *style) may(g uint64) bool {
	bit := hashGram(g) >> s.shift
	return s.known[bit/64]>>(bit%64)&1 != 0
}

// slot is the place of a gram, or the empty one where it would stand.
func (s *style) slot(g uint64) *weighted {
	mask := uint64(len(s.slots) - 1)
	i := hashGram(g) >> 20 & mask
	for s.slots[i] != 0 && s.slots[i].gram() != g {
		i = (i + 1) & mask
	}
	return &s.slots[i]
}

// score is the weight of a text that is spelled, in hundredths: that of its
// grams by the root of its length.
func (s *style) score(numbers []uint16) int {
	sum := int32(0)
	three := uint64(0) // the numbers of the last three characters
	leads := false     // a gram begins with the last two
	for _, number := range numbers {
		if number == strange {
			three, leads = 0, false
			continue
		}
		if int(number) < len(s.single) {
			sum += s.single[number]
		}
		three = (three<<16 | uint64(number)) & (1<<48 - 1)
		if leads && s.may(three) {
			sum += s.slot(three).weight()
		}
		if leads = false; s.may(three & (1<<32 - 1)) {
			e := *s.slot(three & (1<<32 - 1))
			sum += e.weight()
			leads = e&leadsOn != 0
		}
	}
	return int(float64(sum)/math.Sqrt(float64(len(numbers)))) + int(s.bias)
}
