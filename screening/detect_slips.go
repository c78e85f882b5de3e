package screening

import (
	"slices"
	"strings"
	"unicode/utf8"

	"shenfa/screening/match"
)

// slips finds words of official writing in which one character is written as
// another of the same sound, so that no word is left: 项目健设. The wrong forms
// are what the scan looks for. As any two characters may meet by chance, one
// counts only where no word goes across its edges, and where the words beside
// it go with the right one, or its characters seldom are words by themselves.
type slips struct {
	words   map[string]bool
	halves  map[pair]bool // of phrases and idioms
	phrases map[string]bool
	wrong   []slip
	right   map[string]bool // wrong forms that are words of late
	alone   map[rune]int    // how often a character is a word by itself, from 0 to 3

	guarded map[string][]string // wrong forms of fixed expressions, by the wrong forms of words in them
}

// pair is two characters.
type pair [2]rune

// pairOf is the first two characters of a word.
func pairOf(word string) pair {
	first, size := utf8.DecodeRuneInString(word)
	second, _ := utf8.DecodeRuneInString(word[size:])
	return pair{first, second}
}

// slip is a wrong form and the words that it may stand for.
type slip struct {
	wrong         string
	first, second rune
	meant         []string
	level         int  // how likely it is that the two meet by chance
	paired        bool // whether any phrase has one of the meant words
}

const (
	likely   = iota // a word of official writing must stand beside
	hopeless        // and the two must be a phrase
)

func newSlips(rules *Rules, alike map[rune][]int, groups []string) slips {
	s := slips{words: map[string]bool{}, halves: map[pair]bool{}, phrases: map[string]bool{}, right: map[string]bool{}}
	rule := rules.byID["typo.slip"]
	if rule == nil {
		return s
	}
	letters := map[rune]bool{}
	var words []string
	for _, term := range rule.Terms {
		runes := []rune(term)
		if len(runes) == 4 {
			s.phrases[term] = true
		}
		for i := 0; i+2 <= len(runes); i += 2 {
			word := string(runes[i : i+2])
			if !s.words[word] {
				s.words[word] = true
				words = append(words, word)
				letters[runes[i]], letters[runes[i+1]] = true, true
			}
		}
	}
	if idioms := rules.byID["typo.idiom"]; idioms != nil {
		for _, term := range idioms.Terms {
			s.phrases[term] = true
			for _, r := range term {
				letters[r] = true
			}
		}
	}
	for _, word := range rules.context["late_words"] {
		s.right[word] = true
	}
	s.guarded = map[string][]string{}
	if known := rules.byID["wording.fixed_expression.known"]; known != nil {
		for _, term := range known.Terms {
			runes := []rune(term)
			for i := range runes[1:] {
				pair := string(runes[i : i+2])
				s.guarded[pair] = append(s.guarded[pair], term)
			}
		}
	}
	s.alone = map[rune]int{}
	for level, list := range []string{"seldom_alone", "often_alone", "mostly_alone"} {
		for _, r := range strings.Join(rules.context[list], "") {
			s.alone[r] = level + 1
		}
	}
	for word := range s.words {
		s.halves[pairOf(word)] = true
	}
	paired := map[string]bool{}
	for phrase := range s.phrases {
		for _, half := range []string{phrase[:len(phrase)/2], phrase[len(phrase)/2:]} {
			paired[half], s.halves[pairOf(half)] = true, true
		}
	}
	place := map[string]int{}
	for _, word := range words {
		runes := []rune(word)
		for at := range runes {
			for _, g := range alike[runes[at]] {
				for _, r := range groups[g] {
					if r == runes[at] || !letters[r] {
						continue
					}
					changed := [2]rune(runes)
					changed[at] = r
					wrong := string(changed[:])
					if s.words[wrong] || s.right[wrong] {
						continue
					}
					level := s.level(changed)
					if level == hopeless && !paired[word] {
						continue
					}
					n, known := place[wrong]
					if !known {
						n = len(s.wrong)
						place[wrong] = n
						s.wrong = append(s.wrong, slip{wrong: wrong, first: changed[0], second: changed[1], level: level})
					}
					if !slices.Contains(s.wrong[n].meant, word) {
						s.wrong[n].meant = append(s.wrong[n].meant, word)
						s.wrong[n].paired = s.wrong[n].paired || paired[word]
					}
				}
			}
		}
	}
	return s
}

// level tells how likely two characters meet by chance.
func (s *slips) level(pair [2]rune) int {
	low, high := s.alone[pair[0]], s.alone[pair[1]]
	if low > high {
		low, high = high, low
	}
	switch {
	case strings.ContainsRune("上下里内外中前后间方", pair[1]): // 箱上，馆方
		return hopeless
	case low > 1 || low == 1 && high > 2:
		return hopeless
	}
	return likely
}

// detect reads the words around a wrong form. The cheap questions come first:
// nearly all of these characters have met by chance.
func (s *slips) detect(d *draft, part, start, end int, x *slip) {
	text := d.parts[part].text
	a1, a2, _, ok := d.twoBefore(text, start)
	b1, b2, _, okToo := d.two(text, end)
	if !(ok && s.halves[pair{a1, a2}]) && !(okToo && s.halves[pair{b1, b2}]) || d.segments.adjoin(x.first, x.second) {
		return
	}
	before, after := string([]rune{a1, a2}), string([]rune{b1, b2})
	meant, together := x.meant[0], false
	if x.paired {
		for _, word := range x.meant {
			if s.phrases[before+word] || s.phrases[word+after] {
				meant, together = word, true
				break
			}
		}
	}
	if !together && (x.level == hopeless || !s.words[before] && !s.words[after]) ||
		d.segments.straddled(d.fold, text, start, end) {
		return
	}
	left, right, ok := d.segments.loose(d.fold, text, start, end)
	if !ok || !together && !s.words[left] && !s.words[right] || s.isExpression(d, part, start, end, x) {
		return
	}
	d.report("typo.slip", part, start, end, note{suggestion: meant})
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
func (s *slips) isExpression(d *draft, part, start, end int, x *slip) bool {
	for _, c := range d.found {
		if c.part == part && c.start < end && c.end > start && c.rule.ID == "wording.fixed_expression" {
			return true
		}
	}
	for _, term := range s.guarded[x.wrong] {
		text := d.parts[part].text
		before := len(term) - len(x.wrong)
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
