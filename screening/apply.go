package screening

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// quotes open and close a quotation.
const (
	openQuotes  = "“‘「『\""
	closeQuotes = "”’」』\""
)

// term tries one occurrence of a rule's term.
func (p *program) termAt(d *draft, part, start, end int, t *compiledTerm) {
	text := d.parts[part].text
	switch {
	case t.latin && inWord(text, start, end),
		p.Unquoted && quoted(text, start, end),
		t.token && d.segments.straddled(d.fold, text, start, end),
		allowed(text, start, end, t.allowed),
		!p.inScope(d, part, start, end),
		!p.edged(d, part, start, end):
		return
	}
	d.found = append(d.found, candidate{part: part, start: start, end: end, rule: p.Rule, suggestion: t.lexeme.suggestion})
}

// patternAt tries the pattern in the window around an anchor. It answers how
// far the window went, so that it is read once for all anchors in it. What is
// quickest to say no is asked first.
func (p *program) patternAt(d *draft, part, start, end int) (read int) {
	w := d.window(part, start, end, marksOf(p.Window))
	read = max(w.end, end)
	if !d.may(p.needs, &w) || !d.sees(p.sight, &w) || !p.pattern.May(w.text) {
		return read
	}
	common := p.oneScope(d, &w, start)
	if common && !p.inScope(d, part, start, end) {
		return read
	}
	text := d.parts[part].text
	for _, m := range p.matches(d, w.text) {
		lo, hi := m[2*p.group], m[2*p.group+1]
		if lo < 0 { // another branch of the pattern, without the group
			lo, hi = m[0], m[1]
		}
		if lo == hi {
			continue
		}
		from, to := w.origin(lo, hi)
		if p.Unquoted && quoted(text, from, to) || allowed(text, from, to, p.Allow) ||
			!p.edged(d, part, from, to) || !common && !p.inScope(d, part, from, to) {
			continue
		}
		d.found = append(d.found, candidate{part: part, start: from, end: to, rule: p.Rule})
	}
	return read
}

// matches are those of the pattern in a text that may have some, with their groups.
func (p *program) matches(d *draft, text string) [][]int {
	if p.Mask != "" || d.afford(len(text)) { // what is masked must be exact
		return p.pattern.FindAll(text)
	}
	return [][]int{slices.Repeat([]int{0, len(text)}, p.pattern.Groups()+1)}
}

// searchable is how much of a draft of so many bytes may be searched for the
// exact places of hits. Only texts made to be slow take more; their hits are
// then as long as the window.
func searchable(size int) int { return 200_000 + size/2 }

// afford tells whether so many bytes may still be searched.
func (d *draft) afford(size int) bool {
	d.left -= size
	return d.left >= 0
}

// oneScope tells whether the scope is the same for all matches in the window
// around a place: it is cheaper to look at than they are.
func (p *program) oneScope(d *draft, w *window, place int) bool {
	scope, window := marksOf(p.Scope), marksOf(p.Window)
	if p.Scope == "draft" || p.Scope != "sentences" && scope == window {
		return true
	}
	if scope < window {
		return false
	}
	k := d.stretch(w.part, place, scope)
	return k.whole() && k.lo <= w.start && w.end <= k.hi
}

func marksOf(window string) mark {
	switch window {
	case "clause":
		return clauseMarks
	case "paragraph":
		return paragraphMarks
	}
	return sentenceMarks
}

// edged tells whether what stands right before and after a hit lets it stand.
func (p *program) edged(d *draft, part, start, end int) bool {
	if p.notBefore == nil && p.notAfter == nil {
		return true
	}
	w := d.paragraph(part, start, end)
	return (p.notAfter == nil || !p.notAfter.MatchString(w.text[w.at(end):])) &&
		(p.notBefore == nil || !p.notBefore.MatchString(lastOf(w.text[:w.at(start)])))
}

// inScope tells whether the words around a place let a hit stand there.
func (p *program) inScope(d *draft, part, start, end int) bool {
	if p.need == nil && p.unless == nil && p.support == nil {
		return p.never == nil || !d.holds(p.never)
	}
	if p.Scope == "draft" {
		return (p.need == nil || d.holds(p.need)) && (p.unless == nil || !d.holds(p.unless)) && (p.never == nil || !d.holds(p.never))
	}
	var w window
	if p.Scope == "sentences" {
		w = d.sentences(part, start, end)
	} else {
		w = d.window(part, start, end, marksOf(p.Scope))
	}
	return (p.need == nil && p.support == nil || p.need != nil && d.holdsIn(p.need, &w) || p.supported(d, part, start, end)) &&
		(p.unless == nil || !d.holdsIn(p.unless, &w)) && (p.never == nil || !d.holds(p.never))
}

// answer is what a condition was last asked about, and whether it held there.
type answer struct {
	part   int // index + 1; 0: nothing yet; -1: the draft
	lo, hi int
	holds  bool
}

// holdsIn tells whether a condition holds in a window.
func (d *draft) holdsIn(c *condition, w *window) bool {
	a := &d.answers[c.id]
	if a.part != w.part+1 || a.lo != w.start || a.hi != w.end {
		*a = answer{w.part + 1, w.start, w.end, c.holds(d, w)}
	}
	return a.holds
}

// holds tells whether a condition holds anywhere in the draft.
func (d *draft) holds(c *condition) bool {
	a := &d.answers[c.id]
	if a.part != -1 {
		*a = answer{part: -1}
		for i, p := range d.parts {
			w := window{text: p.text, part: i, source: p.text, end: len(p.text)}
			a.holds = a.holds || c.holds(d, &w)
		}
	}
	return a.holds
}

// edge is how much of what stands before a hit is looked at, in bytes.
const edge = 300

func lastOf(text string) string {
	if len(text) <= edge {
		return text
	}
	at := len(text) - edge
	for !utf8.RuneStart(text[at]) {
		at++
	}
	return text[at:]
}

// inWord tells whether a range starts or ends inside a word of letters and digits.
func inWord(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	first, _ := utf8.DecodeRuneInString(text[start:])
	last, _ := utf8.DecodeLastRuneInString(text[:end])
	return isLatin(before) && isLatin(first) || isLatin(after) && isLatin(last)
}

// quoted tells whether a range stands directly in quotation marks.
func quoted(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return strings.ContainsRune(openQuotes, before) && strings.ContainsRune(closeQuotes, after)
}

// allowed tells whether a range lies in an occurrence of a longer, harmless word.
func allowed(text string, start, end int, words []string) bool {
	for _, word := range words {
		lo, hi := max(0, end-len(word)), min(len(text), start+len(word))
		if lo < hi {
			if i := strings.Index(text[lo:hi], word); i >= 0 && lo+i <= start && lo+i+len(word) >= end {
				return true
			}
		}
	}
	return false
}
