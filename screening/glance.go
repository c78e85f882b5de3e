package screening

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"

	"shenfa/screening/match"
)

// wordList gathers the different words that the one scan looks for: those that
// rules and detectors ask for, and those without which patterns cannot match.
// The latter stand in lists: a pattern, or an alternative of one, needs one word
// of each of its lists. So the scan tells of every window and pattern whether it
// is worth trying there.
type wordList struct {
	fold    *match.Fold
	shares  shares
	at      map[string]int // by folded word
	list    []string
	owners  [][]owner      // by word: who asked for it
	lists   [][]uint16     // by word: the lists that have it
	proofs  [][]uint16     // by word: the conditions that hold where it stands as it is written here
	numbers map[string]int // by the words of a list: its number
}

// number is the place of a word in the list.
func (l *wordList) number(word string) int {
	folded := l.fold.String(word)
	i, known := l.at[folded]
	if !known {
		i = len(l.list)
		l.at[folded] = i
		l.list, l.owners, l.lists, l.proofs = append(l.list, word), append(l.owners, nil), append(l.lists, nil), append(l.proofs, nil)
	}
	return i
}

// ask notes that a rule or a detector asks for a word.
func (l *wordList) ask(word string, o owner) {
	i := l.number(word)
	l.owners[i] = append(l.owners[i], o)
}

// needs are what a pattern needs to match: one of several alternatives, each of
// which needs a word of each of its lists. Nothing is needed if that is nil.
type needs [][]uint16

// needs of a pattern. What its alternatives need one word of is one list. Words
// that are not looked for may still be seen.
func (l *wordList) needs(p *pattern) (n needs, s sight) {
	var single []string
	alternatives := p.literals(l)
	s = l.sight(alternatives)
	for _, lists := range alternatives {
		lists = slices.Clone(lists)
		slices.SortStableFunc(lists, func(a, b []string) int { return cmp.Compare(l.effort(a), l.effort(b)) })
		effort, k := 0.0, 0
		for ; k < len(lists); k++ {
			if effort += l.effort(lists[k]); effort > telling {
				break
			}
		}
		switch k {
		case 0:
			return nil, s
		case 1:
			single = append(single, lists[0]...)
		default:
			var all []uint16
			for _, list := range lists[:k] {
				all = append(all, l.listOf(list))
			}
			n = append(n, all)
		}
	}
	if len(single) > 0 {
		n = append(n, []uint16{l.listOf(single)})
	}
	return n, s
}

// listOf is the number of a list.
func (l *wordList) listOf(list []string) uint16 {
	key := strings.Join(list, "\n")
	n, known := l.numbers[key]
	if !known {
		n = len(l.numbers)
		l.numbers[key] = n
		for _, word := range list {
			i := l.number(word)
			l.lists[i] = append(l.lists[i], uint16(n))
		}
	}
	return uint16(n)
}

// telling is the share of sentences, in thousand, up to which it pays to look
// for the words of a list: one that stands in more of them says too little.
// Words that are looked for anyway cost nothing.
const telling = 3

// effort is the share of sentences in which words of a list stand that are looked
// for in no other way; infinite if one may stand in a text unseen, as it is of
// nothing but runes that the scan skips.
func (l *wordList) effort(list []string) (sum float64) {
	for _, word := range list {
		folded := l.fold.String(word)
		if folded == "" || len([]rune(word)) > len([]rune(folded))+match.MaxSkip {
			return math.Inf(1)
		}
		if _, known := l.at[folded]; !known {
			sum += l.shares.of(folded)
		}
	}
	return sum
}

// often is about how many of a thousand sentences have a word of a list.
func (l *wordList) often(list []string) (sum float64) {
	for _, word := range list {
		sum += l.shares.of(l.fold.String(word))
	}
	return sum
}

// prove notes which of the words known make a condition hold.
func (l *wordList) prove(c *condition) {
	for _, text := range c.any.Enough() {
		if i, known := l.at[l.fold.String(text)]; known && l.list[i] == text && len(l.lists[i]) > 0 {
			l.proofs[i] = append(l.proofs[i], uint16(c.id))
		}
	}
}

// tokens are what the words tell, made ready to be set in a glance: for each
// word the lists that have it, then the conditions that it makes hold.
type tokens struct {
	of  []told // by word
	all []uint16
}

// told is what a word tells, as ranges of all.
type told struct{ lists, proofs, end uint32 }

func (l *wordList) tokens() (t tokens) {
	for i := range l.list {
		var w told
		w.lists = uint32(len(t.all))
		t.all = append(t.all, l.lists[i]...)
		w.proofs = uint32(len(t.all))
		t.all = append(t.all, l.proofs[i]...)
		w.end = uint32(len(t.all))
		t.of = append(t.of, w)
	}
	return t
}

// bitSet is a set of small numbers.
type bitSet []uint64

func (s bitSet) add(list []uint16) {
	for _, n := range list {
		s[n/64] |= 1 << (n % 64)
	}
}

func (s bitSet) set(n int) { s[n/64] |= 1 << (n % 64) }

func (s bitSet) has(n int) bool { return s[n/64]>>(n%64)&1 != 0 }

// sightings are the parts of a draft, read for matchers, and the words found in
// them.
type sightings struct {
	readings []match.Reading // by part; there may be more
	found    []match.Match
	ends     []int // by part: where its words end in found
}

func (s *sightings) scan(m *match.Matcher, fold *match.Fold, parts []part) {
	s.found, s.ends = s.found[:0], s.ends[:0]
	for i := range parts {
		if i == len(s.readings) {
			s.readings = append(s.readings, match.Reading{})
		}
		fold.Read(&s.readings[i], parts[i].text)
		s.found = m.Find(s.found, &s.readings[i])
		s.ends = append(s.ends, len(s.found))
	}
}

// of answers the words found in a part.
func (s *sightings) of(part int) []match.Match {
	from := 0
	if part > 0 {
		from = s.ends[part-1]
	}
	return s.found[from:s.ends[part]]
}

// disorder is how much later in the text, in bytes, a word can begin than one
// that the scan reports after it: the four runes that it goes by, with all that
// may be inserted.
const disorder = 4 * (1 + match.MaxSkip) * 4

// near answers the words that may stand in a range of a part, and few others.
func (s *sightings) near(part, lo, hi int) []match.Match {
	found := s.of(part)
	first := sort.Search(len(found), func(i int) bool { return int(found[i].Start) >= lo-disorder })
	last := first
	for last < len(found) && int(found[last].Start) < hi+disorder {
		last++
	}
	return found[first:last]
}

// glances remembers of the last few windows which lists have words in them, and of
// the last paragraph.
type glances struct {
	last      [8]glance
	paragraph glance
	reading   match.Reading
	found     []match.Match
}

type glance struct {
	part, lo, hi int  // part: index + 1; 0: none
	plain        bool // folding leaves all of it alone
	lists        bitSet
	proven       bitSet // conditions that hold for sure
	shown        shown  // if that was asked for
	isRead       bool
}

func (g *glances) reset(p *plan) {
	for i := range g.last {
		g.last[i].reset(p)
	}
	g.paragraph.reset(p)
}

func (g *glance) reset(p *plan) {
	if g.part = 0; len(g.lists) != (len(p.words.numbers)+63)/64 || len(g.proven) != (p.asked+63)/64 {
		g.lists, g.proven = make(bitSet, (len(p.words.numbers)+63)/64), make(bitSet, (p.asked+63)/64)
	}
}

// may tells whether a window has what a pattern needs: whether it is worth trying
// there.
func (d *draft) may(n needs, w *window) bool {
	return len(n) == 0 || d.glance(w).has(n)
}

// has tells whether words of all lists of an alternative were seen.
func (g *glance) has(n needs) bool {
next:
	for _, lists := range n {
		for _, list := range lists {
			if !g.lists.has(int(list)) {
				continue next
			}
		}
		return true
	}
	return false
}

// mayNear tells whether a rule's pattern may match in the paragraph around a place,
// if that is soon known. If not, it matches in no window there; the paragraph ends
// at end.
func (d *draft) mayNear(p *program, part, place int) (may bool, end int) {
	g := &d.glances.paragraph
	if g.part != part+1 || place < g.lo || place > g.hi {
		k := d.stretch(part, place, paragraphMarks)
		g.part, g.lo, g.hi, g.isRead = part+1, k.lo, k.hi, false
		if g.plain = d.seen.readings[part].PlainTo(k.lo, k.hi) == k.hi; g.plain {
			g.see(d, &window{part: part, source: d.parts[part].text, start: k.lo, end: k.hi}, false)
		}
	}
	may = !g.plain || (len(p.needs) == 0 || g.has(p.needs)) && (len(p.sight) == 0 || g.hi-g.lo > tooMuch || g.shows(d, p.sight))
	return may, g.hi
}

// glance is what the scan saw in a window.
func (d *draft) glance(w *window) *glance {
	g := &d.glances.last[(w.start^w.end>>3)&7]
	if g.part == w.part+1 && g.lo == w.start && g.hi == w.end {
		return g
	}
	g.part, g.lo, g.hi = w.part+1, w.start, w.end
	g.see(d, w, true)
	return g
}

// see notes what the scan saw in a window, and perhaps what it proves.
func (g *glance) see(d *draft, w *window, prove bool) {
	clear(g.lists)
	clear(g.proven)
	g.isRead = false
	tokens := &d.plan.tokens
	if w.back == nil {
		near := d.seen.near(w.part, w.start, w.end)
		for i := range near {
			m := &near[i]
			if int(m.Start) < w.start || int(m.End) > w.end {
				continue
			}
			told := &tokens.of[m.Term]
			if told.lists == told.end {
				continue
			}
			g.lists.add(tokens.all[told.lists:told.proofs])
			if proofs := tokens.all[told.proofs:told.end]; prove && len(proofs) > 0 && w.source[m.Start:m.End] == d.plan.words.list[m.Term] {
				g.proven.add(proofs)
			}
		}
		return
	}
	all := d.glances // in a folded window less is inserted into words
	d.fold.Read(&all.reading, w.text)
	all.found = d.plan.matcher.Find(all.found[:0], &all.reading)
	for _, m := range all.found {
		told := &tokens.of[m.Term]
		g.lists.add(tokens.all[told.lists:told.proofs])
	}
}

// proven tells whether the scan saw a word in a window that makes a condition
// hold there.
func (c *condition) proven(d *draft, w *window) bool {
	return len(c.needs) > 0 && d.glance(w).proven.has(c.id)
}

// holds tells whether a condition holds in a window.
func (c *condition) holds(d *draft, w *window) bool {
	return d.may(c.needs, w) && (c.proven(d, w) || d.sees(c.sight, w) && c.any.MatchString(w.text))
}
