package screening

import (
	"strings"

	"shenfa/screening/match"
)

// vocabulary is the words without which the patterns of rules cannot match,
// in lists: a pattern needs one word of each of its lists. One scan of a
// sentence tells of all patterns which are worth trying there.
type vocabulary struct {
	matcher *match.Matcher
	lists   [][]int // by word: the lists that have it
	count   int     // of the lists
}

// wordLists gathers the lists of a vocabulary.
type wordLists struct {
	fold  *match.Fold
	at    map[string]int // by folded word
	words []string
	lists [][]int
	count int
}

// of are the numbers of the lists that a pattern needs.
func (l *wordLists) of(pattern string) (numbers []int) {
	for _, list := range match.Literals(pattern) {
		if l.add(list) {
			numbers = append(numbers, l.count-1)
		}
	}
	return numbers
}

// everywhere are characters that stand in every other sentence.
const everywhere = "0123456789一二三四五六七八九十的人条第应者不区元年加家组办按前后网道集求县市万电日月时分号"

// add adds a list, unless it tells nothing: a word of it stands everywhere, or
// may stand in a text unseen, as it is of nothing but runes that the scan skips.
func (l *wordLists) add(list []string) bool {
	folded := make([]string, len(list))
	for i, word := range list {
		folded[i] = l.fold.String(word)
		if strings.Contains(everywhere, folded[i]) || len([]rune(word)) > len([]rune(folded[i]))+match.MaxSkip {
			return false
		}
	}
	for i, word := range folded {
		at, known := l.at[word]
		if !known {
			at = len(l.words)
			l.at[word] = at
			l.words, l.lists = append(l.words, list[i]), append(l.lists, nil)
		}
		l.lists[at] = append(l.lists[at], l.count)
	}
	l.count++
	return true
}

func (l *wordLists) vocabulary() (vocabulary, error) {
	m, err := match.New(l.fold, l.words)
	return vocabulary{m, l.lists, l.count}, err
}

// glances remembers of the last few windows which lists have words in them.
type glances struct {
	last  [8]glance
	found []match.Match
	runs  []match.Run
}

type glance struct {
	part, lo, hi int // part: index + 1; 0: none
	lists        []uint64
}

func (g *glances) reset(v *vocabulary) {
	for i := range g.last {
		l := &g.last[i]
		if l.part = 0; len(l.lists) != (v.count+63)/64 {
			l.lists = make([]uint64, (v.count+63)/64)
		}
	}
}

// may tells whether a window has words of all the lists: whether a pattern that
// needs them is worth trying there.
func (d *draft) may(lists []int, w *window) bool {
	if len(lists) == 0 {
		return true
	}
	g := &d.glances.last[(w.start^w.end>>3)&7]
	if g.part != w.part+1 || g.lo != w.start || g.hi != w.end {
		g.part, g.lo, g.hi = w.part+1, w.start, w.end
		d.glance(g.lists, w.text)
	}
	for _, list := range lists {
		if g.lists[list/64]>>(list%64)&1 == 0 {
			return false
		}
	}
	return true
}

func (d *draft) glance(lists []uint64, text string) {
	clear(lists)
	g := d.glances
	g.found, g.runs = d.words.matcher.Scan(g.found[:0], g.runs[:0], text)
	for _, m := range g.found {
		for _, list := range d.words.lists[m.Term] {
			lists[list/64] |= 1 << (list % 64)
		}
	}
}
