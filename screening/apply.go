package screening

import (
	"regexp"
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
		!p.fits(d, part, start, end):
		return
	}
	d.found = append(d.found, candidate{part: part, start: start, end: end, rule: p.Rule, suggestion: t.lexeme.suggestion})
}

// patternAt tries the pattern in the window around an anchor. It answers how
// far the window went, so that it is read once for all anchors in it.
func (p *program) patternAt(d *draft, part, start, end int) (read int) {
	w := d.window(part, start, end, marksOf(p.Window))
	for _, m := range p.pattern.FindAllStringSubmatchIndex(w.text, -1) {
		lo, hi := m[2*p.group], m[2*p.group+1]
		if lo < 0 { // another branch of the pattern, without the group
			lo, hi = m[0], m[1]
		}
		if lo == hi {
			continue
		}
		from, to := w.origin(lo, hi)
		if p.Unquoted && quoted(d.parts[part].text, from, to) ||
			allowed(d.parts[part].text, from, to, p.Allow) || !p.fits(d, part, from, to) {
			continue
		}
		d.found = append(d.found, candidate{part: part, start: from, end: to, rule: p.Rule})
	}
	_, read = w.origin(0, len(w.text))
	return max(read, end)
}

func marksOf(window string) string {
	switch window {
	case "clause":
		return clauseMarks
	case "paragraph":
		return paragraphMarks
	}
	return sentenceMarks
}

// fits tells whether what stands around a hit lets it stand.
func (p *program) fits(d *draft, part, start, end int) bool {
	text := d.parts[part].text
	if p.notBefore != nil || p.notAfter != nil {
		w := d.paragraph(part, start, end)
		if matches(p.notBefore, w.text[:w.at(start)]) || matches(p.notAfter, w.text[w.at(end):]) {
			return false
		}
	}
	if p.need.empty() && p.unless.empty() {
		return true
	}
	if p.Scope == "draft" {
		return (p.need.empty() || d.holds(&p.need)) && !d.holds(&p.unless)
	}
	var scope string
	switch p.Scope {
	case "sentences":
		scope = d.sentences(part, start, end).text
	default:
		lo, hi := around(text, start, end, marksOf(p.Scope))
		w := read(d.fold, text, lo, hi)
		scope = w.text
	}
	return (p.need.empty() || p.need.holds(scope)) && !p.unless.holds(scope)
}

// holds tells whether a condition holds anywhere in the draft.
func (d *draft) holds(c *condition) bool {
	for i := range d.parts {
		if c.holds(d.parts[i].text) {
			return true
		}
	}
	return false
}

func matches(re *regexp.Regexp, text string) bool { return re != nil && re.MatchString(text) }

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
