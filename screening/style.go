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
type style struct {
	known [1 << 12]uint64 // bits by hash: mostly they tell that a gram has no weight
	slots []weighted      // open addressing; a power of two
	bias  int32
}

// weighted is a gram with its weight; gram 0 is none.
type weighted struct {
	gram   gram
	weight int32
}

// gram packs up to three characters.
type gram uint64

const gramSize = 3

func packGram(word string) gram {
	var g gram
	for _, r := range word {
		g = g<<21 | gram(r)
	}
	return g
}

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
	var list []weighted
	s := new(style)
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
		case utf8.RuneCountInString(word) > gramSize:
			return nil, fmt.Errorf("%s:%d：%q 超过 %d 个字", name, line, word, gramSize)
		default:
			list = append(list, weighted{packGram(word), int32(weight)})
		}
	}
	s.slots = make([]weighted, 1<<bits.Len(uint(2*len(list)+1)))
	for _, e := range list {
		h := hashGram(e.gram)
		s.known[h>>52] |= 1 << (h >> 46 & 63)
		*s.slot(e.gram) = e
	}
	return s, nil
}

// weight of a gram; 0 if it has none.
func (s *style) weight(g gram) int32 {
	if h := hashGram(g); s.known[h>>52]>>(h>>46&63)&1 == 0 {
		return 0
	}
	return s.slot(g).weight
}

func hashGram(g gram) uint64 { return uint64(g) * 0x9E3779B97F4A7C15 }

// slot is the place of a gram, or the empty one where it would stand.
func (s *style) slot(g gram) *weighted {
	mask := uint64(len(s.slots) - 1)
	i := hashGram(g) >> 20 & mask
	for s.slots[i].gram != 0 && s.slots[i].gram != g {
		i = (i + 1) & mask
	}
	return &s.slots[i]
}

// score is the weight of a text, in hundredths.
func (s *style) score(text string) int {
	sum := int32(0)
	n := grams(text, func(g gram) { sum += s.weight(g) })
	return int(float64(sum)/math.Sqrt(float64(n))) + int(s.bias)
}
