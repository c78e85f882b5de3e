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
)

// style tells by weights of short runs of characters how much a sentence reads
// like those that a rule of evidence is to find. The weights are learned from
// labelled cases (Engine.Fit) and stand in a lexicon: gram, weight in
// hundredths; the line of the gram "*" is added to every sentence.
//
// To be scored, the characters of the lexicon get numbers. Those of one
// character find their weight by it, the longer grams by hash.
type style struct {
	number [1 << 16]uint16 // by rune of the basic plane
	beyond map[rune]uint16 // by the other runes
	single []int32         // by number: the weight of the character alone
	known  []uint64        // bits by hash: mostly they tell that a gram has no slot
	shift  uint            // of hashes, to a bit of known
	slots  []weighted      // open addressing; a power of two
	bias   int32
}

// Numbers of characters that no gram has, and of those that count for nothing.
const (
	strange = iota
	nothing
	firstNumber
)

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

// newStyle reads a lexicon of weights.
func newStyle(name string, data []byte) (*style, error) {
	var list []weighted // of two or three characters
	s := &style{beyond: map[rune]uint16{}, single: make([]int32, firstNumber)}
	line := 0
	for text := range bytes.Lines(data) {
		line++
		word, number, ok := strings.Cut(strings.TrimRight(string(text), "\n"), "\t")
		if word == "" || word[0] == '#' {
			continue
		}
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
				s.single[packed] = int32(weight)
			} else {
				list = append(list, weighted(packed<<weightBits|uint64(uint16(weight)<<1)))
			}
		}
	}
	if len(s.single) > math.MaxUint16 {
		return nil, fmt.Errorf("%s：不同的字太多", name)
	}
	s.pack("^$")
	for r := range rune(utf8.RuneSelf) {
		if alike := plain(r); alike == 0 {
			s.number[r] = nothing
		} else if alike != r {
			s.number[r] = s.number[alike]
		}
	}
	s.index(list)
	return s, nil
}

// pack numbers the characters of a gram.
func (s *style) pack(word string) (packed uint64) {
	for _, r := range word {
		n := s.of(r)
		if n == strange {
			n = uint16(len(s.single))
			s.single = append(s.single, 0)
			if r < 1<<16 {
				s.number[r] = n
			} else {
				s.beyond[r] = n
			}
		}
		packed = packed<<16 | uint64(n)
	}
	return packed
}

// of is the number of a character.
func (s *style) of(r rune) uint16 {
	if r < 1<<16 {
		return s.number[r]
	}
	return s.beyond[r]
}

// index builds the table of the longer grams.
func (s *style) index(list []weighted) {
	s.slots = make([]weighted, 1<<bits.Len(uint(2*len(list)+1)))
	width := bits.Len(uint(len(list))) + 5
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

// score is the weight of a text, in hundredths: that of its grams by the root
// of its length.
func (s *style) score(text string) int {
	start := s.number['^']
	sum, n := s.single[start], 1
	three := uint64(start) // the numbers of the last three characters
	leads := false         // a gram begins with the last two
	for i, more := 0, true; more; {
		number := s.number['$']
		if more = i < len(text); more {
			r, size := rune(text[i]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(text[i:])
			}
			i += size
			if number = s.of(r); number == nothing {
				continue
			}
		}
		n++
		if number == strange {
			three, leads = 0, false
			continue
		}
		sum += s.single[number]
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
	return int(float64(sum)/math.Sqrt(float64(n))) + int(s.bias)
}
