package screening

import (
	"unicode/utf8"

	"shenfa/screening/match"
)

// A detector finds what a list of terms or a pattern cannot tell. It is called
// at most once for a draft, with all its anchors in the order of the text. A
// detector keeps no state of its own: it is used by many screenings at once.
type detector interface {
	// anchors lists the words at which it wants to be called; anyRun asks for
	// the runs of digits, everyDraft for a call in any case.
	anchors() []string
	// detect reads the draft around the anchors and reports with d.report.
	detect(d *draft, found []anchor)
}

// Anchors that are no words.
const (
	anyRun     = "\x00run"
	everyDraft = "\x00draft"
)

// anchor is a place where the scan found a word that a detector asked for.
type anchor struct {
	part       int // index in draft.parts
	start, end int // bytes of the part's text
	word       int // index in anchors(); the index of anyRun for a run of digits
}

// candidate is a hit that may still give way to a better one.
type candidate struct {
	part       int
	start, end int // bytes of the part's text
	rule       *Rule
	why        string // replaces the rule's, unless empty
	suggestion string // replaces the rule's, unless empty
}

// draft is a text during its screening, as detectors see it.
type draft struct {
	parts []part
	text  Text
	found []candidate

	rules    *Rules
	fold     *match.Fold
	segments *segmenter
	kept     [paragraphMarks + 1]keptWindow
}

// detectors are those written in Go, by the name that rules call them. What
// they know about words stands in the lexicons of their rules.
func detectors(rules *Rules) map[string]detector {
	return map[string]detector{
		"expressions": newExpressions(rules),
		"links":       links{},
		"mail":        mail{},
		"names":       newNames(),
		"numbers":     numbers{},
		"plates":      plates{},
		"reprint":     newReprint(rules),
	}
}

// report adds a hit of text[start:end] of a part under a rule. A rule that the
// edition does not have is not reported.
func (d *draft) report(rule string, part, start, end int, note note) {
	r := d.rules.byID[rule]
	if r == nil || !r.reads(d, part) || start >= end {
		return
	}
	d.found = append(d.found, candidate{part: part, start: start, end: end, rule: r, why: note.why, suggestion: note.suggestion})
}

// note is what a detector knows better than its rule.
type note struct{ why, suggestion string }

// clause, sentence and paragraph are the windows around a place of a part.
func (d *draft) clause(part, start, end int) window {
	return d.window(part, start, end, clauseMarks)
}

func (d *draft) sentence(part, start, end int) window {
	return d.window(part, start, end, sentenceMarks)
}

func (d *draft) paragraph(part, start, end int) window {
	return d.window(part, start, end, paragraphMarks)
}

// window is the stretch around a place. The last one of each strength is kept:
// many rules look at the same sentence.
func (d *draft) window(part, start, end int, strength mark) window {
	kept := &d.kept[strength]
	if kept.part == part+1 && start >= kept.lo && end <= kept.hi {
		return kept.window
	}
	text := d.parts[part].text
	lo, hi := around(text, start, end, strength)
	kept.window = read(d.fold, text, lo, hi)
	kept.part, kept.lo, kept.hi = part+1, lo, hi
	if start-lo >= reach || hi-end >= reach || holdsMark(text[start:end], strength) { // not bounded by marks alone
		kept.part = 0
	}
	return kept.window
}

// keptWindow is a window that may serve again.
type keptWindow struct {
	part   int // index + 1; 0: none
	lo, hi int
	window window
}

// sentences is the sentence around a place and the one after it.
func (d *draft) sentences(part, start, end int) window {
	text := d.parts[part].text
	lo, hi := around(text, start, end, sentenceMarks)
	if hi < len(text) {
		_, size := utf8.DecodeRuneInString(text[hi:])
		_, hi = around(text, hi+size, hi+size, sentenceMarks)
	}
	return read(d.fold, text, lo, hi)
}
