package screening

import "shenfa/screening/match"

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
	last       int // of a word, the number of its last rune in the reading
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
	kept     [paragraphMarks + 1]kept // by strength; the first is for two sentences
	answers  []answer                 // by condition
	support  support
	plan     *plan
	seen     *sightings
	glances  *glances
	spelling *spelling
	desk     *slipDesk
	left     int // bytes that may still be searched for the exact places of hits
}

// detectors are those written in Go, by the name that rules call them. What
// they know about words stands in the lexicons of their rules.
func detectors(rules *Rules, e *expressions) map[string]detector {
	return map[string]detector{
		"addresses":    addresses{},
		"enumerations": newEnumerations(rules),
		"expressions":  e,
		"links":        links{},
		"mail":         mail{},
		"names":        newNames(e.slips),
		"numbers":      numbers{},
		"plates":       plates{},
		"reprint":      newReprint(rules),
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
