package screening

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Evidence is one kind of clue. No clue alone says much; a rule of evidence
// hits where the weights of the different kinds that stand together reach its
// threshold.
type Evidence struct {
	Name     string   `toml:"name"`     // shown to leaders in {evidence}
	Weight   int      `toml:"weight"`   // below zero: it speaks against
	Required bool     `toml:"required"` // without it the other kinds say nothing
	Around   bool     `toml:"around"`   // it stands around what is wrong: no part of the hit
	Words    []string `toml:"words"`    // patterns, one of which must stand in the text; @name for a shared list
}

// clue is a kind of evidence made ready to run.
type clue struct {
	Evidence
	words *condition
}

func (r *Rule) clues(shared *conditions) (list []clue, err error) {
	for _, e := range r.Evidence {
		c, err := shared.of(e.Words)
		if err != nil {
			return nil, r.mistake("线索 %q 写法有误：%v", e.Name, err)
		}
		list = append(list, clue{e, c})
	}
	return list, nil
}

// kinds is a set of kinds of evidence: bit i for the i-th.
type kinds uint32

const maxEvidence = 32

// weigh is the sum of the weights of the kinds in a set, and whether those
// required are among them.
func (p *program) weigh(found kinds) (sum int, whole bool) {
	whole = true
	for i, c := range p.clues {
		if found&(1<<i) != 0 {
			sum += c.Weight
		} else if c.Required {
			whole = false
		}
	}
	return sum, whole
}

// mayHold are the kinds of evidence whose words a glance at a window sees, and
// the most that they can weigh.
func (p *program) mayHold(d *draft, w *window) (possible kinds, most int) {
	for i, c := range p.clues {
		if d.may(c.words.needs, w) {
			possible |= 1 << i
			most += max(c.Weight, 0)
		}
	}
	return possible, most
}

// look answers the kinds of evidence in the text of a window, which are among
// those possible. It gives up where what can still weigh most, in hundredths,
// is less than least. What is not seen in the window is told first.
func (p *program) look(d *draft, w *window, text string, possible kinds, most, least int) (found kinds, ok bool) {
	whole := text == w.text
	for i := range p.clues {
		if c := &p.clues[i]; possible&(1<<i) != 0 && !(whole && c.words.proven(d, w)) && !d.sees(c.words.sight, w) {
			possible &^= 1 << i
			most -= max(c.Weight, 0) * points
		}
		if most < least {
			return found, false
		}
	}
	for _, i := range p.order {
		switch c := &p.clues[i]; {
		case possible&(1<<i) == 0:
		case whole && c.words.proven(d, w), c.words.any.MatchString(text):
			found |= 1 << i
			most += min(c.Weight, 0) * points
		default:
			most -= max(c.Weight, 0) * points
		}
		if most < least {
			break
		}
	}
	return found, most >= least
}

// bestOrder is the order in which clues tell soonest that there is too little:
// first those against, of which a glance tells nearly for sure that they are
// there, then those of which it tells nothing, as mostly they are not; the
// weightiest first.
func bestOrder(clues []clue) []int {
	order := make([]int, len(clues))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		switch seen := len(clues[i].words.needs) > 0; {
		case seen && clues[i].Weight < 0:
			return 0
		case !seen && clues[i].Weight > 0:
			return 1
		}
		return 2
	}
	weight := func(i int) int { return max(clues[i].Weight, -clues[i].Weight) }
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(rank(a)-rank(b), weight(b)-weight(a))
	})
	return order
}

// view is what a rule of evidence sees of a sentence.
type view struct {
	window window
	text   string // without quotations where they do not count
	found  kinds  // in the sentence
	style  int    // of the sentence, in hundredths
}

// view answers ok = false, and only the window, if what the rule sees cannot
// weigh so much as least.
func (p *program) view(d *draft, part, start, end, least int) (v view, ok bool) {
	v.window = d.window(part, start, end, marksOf(p.Window))
	possible, most := p.mayHold(d, &v.window)
	if p.style == nil && most < least {
		return v, false
	}
	v.text = p.unquoted(v.window.text)
	if p.style != nil {
		v.style = p.style.score(d.spelling.of(p.style.alphabet, v.text))
	}
	v.found, ok = p.look(d, &v.window, v.text, possible, most*points+v.style, least*points)
	return v, ok
}

// beside are the kinds of evidence in a sentence and in those beside it.
func (p *program) beside(d *draft, v *view, part, start, end int) kinds {
	all := v.found
	if p.Scope != "sentence" {
		for _, w := range d.neighbours(part, start, end) {
			possible, _ := p.mayHold(d, &w)
			more, _ := p.look(d, &w, p.unquoted(w.text), possible&^all, 0, anything)
			all |= more
		}
	}
	return all
}

// supported tells whether the rule's support speaks for a place.
func (p *program) supported(d *draft, part, start, end int) bool {
	if p.support == nil {
		return false
	}
	w, s := d.sentence(part, start, end), &d.support
	if s.program != p.support || s.part != part+1 || s.lo != w.start || s.hi != w.end {
		v, _ := p.support.view(d, part, start, end, anything)
		sum, _ := p.support.weigh(p.support.beside(d, &v, part, start, end))
		*s = support{p.support, part + 1, w.start, w.end, sum*points + v.style}
	}
	return s.weight >= p.SupportLeast*points
}

// support is what a rule of evidence said of the last sentence that it was
// asked about, in hundredths.
type support struct {
	program      *program
	part, lo, hi int // part: index + 1; 0: none
	weight       int
}

const (
	points   = 100           // the hundredths in which style counts
	anything = math.MinInt32 // less than any evidence weighs
)

// evidenceAt weighs the sentence around an anchor: what stands in it, and in
// the sentences beside it. The hit goes from the first clue that speaks for it
// to the last, or is the sentence where its style decides. It answers how far
// the sentence went.
func (p *program) evidenceAt(d *draft, part, start, end int) (read int) {
	v, ok := p.view(d, part, start, end, p.Least)
	w := &v.window
	read = max(w.end, end)
	if !ok {
		return read
	}
	if own, _ := p.weigh(v.found); own*points+v.style < p.Least*points {
		return read
	}
	found := p.beside(d, &v, part, start, end)
	sum, whole := p.weigh(found)
	if sum*points+v.style < p.Threshold*points || !whole {
		return read
	}
	lo, hi := len(v.text), 0
	var names []string
	for i, c := range p.clues {
		if c.Weight <= 0 || found&(1<<i) == 0 {
			continue
		}
		names = append(names, c.Name)
		if c.Around || v.found&(1<<i) == 0 {
			continue
		}
		if !d.afford(len(v.text)) {
			lo, hi = 0, len(v.text)
			continue
		}
		for _, at := range c.words.any.FindAll(v.text) {
			lo, hi = min(lo, at[0]), max(hi, at[1])
		}
	}
	if sum < p.Threshold { // the clues alone would not do
		names = append(names, p.StyleName)
		if lo >= hi || !p.core { // it is the sentence
			lo, hi = 0, len(v.text)
		}
	}
	if lo >= hi {
		return read
	}
	from, to := w.origin(lo, hi)
	if p.edged(d, part, from, to) && p.inScope(d, part, from, to) {
		d.found = append(d.found, candidate{part: part, start: from, end: to, rule: p.Rule,
			why: strings.ReplaceAll(p.Why, "{evidence}", strings.Join(names, "、"))})
	}
	return read
}

// neighbours are the sentences before and after the one around a place; the title
// stands before the body.
func (d *draft) neighbours(part, start, end int) (list []window) {
	text := d.parts[part].text
	lo, hi := around(text, start, end, sentenceMarks)
	before := strings.TrimRight(text[:lo], "。！？；!?;\n ")
	switch {
	case before != "":
		from, to := around(text, len(before), len(before), sentenceMarks)
		list = append(list, d.read(part, from, to))
	case d.parts[part].place == inBody:
		for i := range d.parts {
			if d.parts[i].place == inTitle {
				title := d.parts[i].text
				list = append(list, d.read(i, 0, min(len(title), cutAt(title, reach))))
			}
		}
	}
	after := strings.TrimLeft(text[hi:], "。！？；!?;\n ”’」』")
	if at := len(text) - len(after); after != "" {
		from, to := around(text, at, at, sentenceMarks)
		list = append(list, d.read(part, from, to))
	}
	return list
}

// cutAt is the end of the last whole rune before a byte of a text.
func cutAt(text string, n int) int {
	if n >= len(text) {
		return len(text)
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}

// unquoted is a text as the rule reads it.
func (p *program) unquoted(text string) string {
	if p.Unquoted {
		return blankQuotes(text)
	}
	return text
}

// blankQuotes puts blanks in place of what is quoted, so that places stay.
func blankQuotes(text string) string {
	var blank []byte
	for i := 0; i+len("“") <= len(text); i++ {
		closing := ""
		switch text[i : i+len("“")] {
		case "“":
			closing = "”"
		case "「":
			closing = "」"
		case "‘":
			closing = "’"
		default:
			continue
		}
		if blank == nil {
			blank = []byte(text)
		}
		end := len(text)
		if at := strings.Index(text[i+len("“"):], closing); at >= 0 {
			end = i + len("“") + at + len(closing)
		}
		for ; i < end; i++ {
			blank[i] = ' '
		}
		i--
	}
	if blank == nil {
		return text
	}
	return string(blank)
}
