// Package screening reads the drafts of government accounts before people do.
// It reports what must not be published, what is worded wrongly, and which
// topics ask for a higher signature. It has no database, no HTTP and no clock.
//
// # The way of a text
//
//	text.go html.go markdown.go   visible text of title, body, attributes, with the way back to the source
//	match/                        a text is read once for all matchers; one of them finds all words (terms and anchors);
//	                              runs of digits; patterns by automaton
//	glance.go shares.go           which words of patterns stand in a window; how common words are in official text
//	sight.go                      which characters a window shows, so that most patterns need not be tried
//	boundary.go                   does a word of the language straddle an edge of a short term?
//	apply.go                      rules of terms and patterns, at the places found
//	evidence.go style.go fit.go   rules that weigh clues, and the manner of a sentence; how weights are learned
//	patterns.go                   compiled patterns, which editions share
//	detect.go detect_*.go         detectors in Go, at the places found; slips of the pen, missing characters and words of the
//	                              same sound, which are looked for everywhere, are weighed with usage.go and embeddings.go
//	usage.go                      what text costs to read, by how often words are used and follow one another
//	embeddings.go                 which words keep company with those around, by vectors of words
//	                              Both are made anew by OPEN_GRAM=folder go test ./screening -update with -run TestDictionary
//	                              (after testdata/words.txt changed), TestUsage, TestEmbeddings and TestParticles, in this order;
//	                              then -run TestSlips -update -v fits what speaks for a slip
//	resolve.go                    one span, one hit; tier; report with code points of the source
//
// # Adding a rule
//
// A rule is a [[rule]] table in rules/*.toml; all keys are the fields of Rule.
// Needed are id, category (category.go lists them), basis (law and article),
// why (Chinese, as a leader reads it; {text} and {suggestion} are filled in)
// and at least one positive example; negative ones that look alike should
// stand beside. Examples are screened when a rule set is installed: [[…]]
// marks the exact hit in a positive one. In front of an example, lines
// "title: …", "source: …" (makes it a reprint) and "original: …" (its original
// title) may stand, the rest is the body; a rule with in = ["title"] has
// titles as examples.
//
// What is looked for is one of:
//
//   - terms = [...] or lexicon = "name.tsv" (lexicon/name.tsv, tab separated:
//     term, suggestion, allow-words parted by 、). Terms are found in any width,
//     case and script and with inserted symbols. A term of 2–3 characters is
//     dropped where a dictionary word straddles its edge (boundary = "none"
//     turns this off, "token" asks for it at any length). allow = [...] lists
//     longer words that contain the term and are harmless.
//   - anchors = [...] and pattern: the scan finds an anchor, and the pattern
//     (RE2) is tried on its window: clause, sentence (default) or paragraph.
//     The window is folded for reading: full-width digits and letters are
//     half-width, traditional is simplified, circled digits are plain,
//     invisible runes are gone; Chinese punctuation and letter case stay, so
//     write (?i) where case does not matter. The hit is the group
//     (?P<hit>…), or the whole match where the group took no part. Every match must contain one of its
//     anchors in its window. Never write a pattern whose anchors are
//     as common as 的: windows are what costs time.
//     The anchor "<begin>" alone asks for every title, alt and link, whatever
//     stands there.
//     mask = "plate" makes the suggestion of a personal datum (detect_mask.go).
//     What each rule costs on official text, the dearest first, tells
//     go test ./screening -run '^$' -bench Rules -benchtime 3x -v
//     A pattern is tried where the words stand that one of its alternatives
//     cannot do without (match.Literals); write words rather than classes of
//     characters, and no alternative without any.
//   - anchors and [[rule.evidence]] tables: for manners of writing that no list
//     holds. Each table is a kind of clue: name (shown to leaders in
//     {evidence}), weight (below zero: it speaks against), words (patterns).
//     The rule hits where the kinds in the sentence and in the two beside it
//     weigh threshold together, and those of the sentence itself least. The
//     hit goes from the first clue to the last; clues with around = true are
//     no part of it, one with required = true must be there. style =
//     "name.tsv" adds what the characters of the sentence say: weights of
//     grams, and anchors among them beside the rule's own, learned from
//     labelled cases by
//     shenfa lexicon fit --rule ID --out screening/rules/lexicon/name.tsv testdata/cases/tune …
//     Learn again when clues or cases have changed. support = "ID" of such a
//     rule in another rule demands that the place weighs support_least there:
//     a superlative counts only where something is sold. The anchor <digits>
//     stands for runs of five or more digits.
//   - detector = "name": the rule gives id, category and words; the detector
//     in Go finds the place.
//
// Context is data too: need and unless are patterns (plain words are fastest,
// "@name" stands for a list that rules share, from a [context] table of any
// file; in terms, anchors and allow too, and as {{name}} within a pattern)
// looked up in the scope (clause, sentence, sentences: the next one too,
// paragraph, draft); not_before and not_after look right before and after the
// hit, up to the paragraph; never is looked up in the whole draft; unquoted drops hits in quotation marks; cues = 2
// asks for two different hits of the category in the draft; in and kinds say
// where the rule reads. severity, tier and consult override the category's.
//
// # Adding a detector
//
// Write a type with anchors and detect (interface detector) in detect_NAME.go
// and name it in detectors() in detect.go. anchors() lists words; anyRun asks
// for the runs of five or more digits (with letters, blanks and hyphens
// between them), everyDraft for one call per draft. detect gets its anchors in
// the order of the text, each with part, start and end in bytes of
// d.parts[part].text, and word, the index in anchors().
//
// From an anchor on, d.clause, d.sentence, d.sentences and d.paragraph give
// the window around a place, folded for reading as above; window.origin leads
// from a range of the window back to the part, window.at the other way.
// d.groups takes a run apart. d.parts[i].place tells title, body, alt, link
// and source apart; d.text is the whole text with kind and source.
//
// d.report(rule id, part, start, end, note) adds a candidate. The rule must
// exist in rules/*.toml (detector = "NAME"): category, severity, basis and why
// stand there; note replaces why or suggestion for this hit. The suggestion of
// a pii rule is the masked form (mask in detect_numbers.go) and nothing else:
// it is what screen --fix writes in place of the hit. An empty suggestion
// means that there is no masked form.
//
// # Editions
//
// The files of a rule set are its edition: Rules.Edition is a hash of them,
// Rules.Files exports them, ParseRules reads them back, LoadRules reads a
// folder. Engine.Install tries every example and then puts an edition in force
// at once; screenings that run end with the one they began with.
// Engine.Inspect tells before that which rules hit clean text, which terms
// stand twice, and which dictionary words contain a short term.
//
// A unit's own files go on top (Rules.With): more rules, more terms, and
// [[exception]] tables with rule, reason, and allow (harmless words) or
// off = true; a rule that locks cannot be switched off.
//
// # Resolution
//
// Overlapping candidates of one family (the part before the dot) are resolved
// by the order of category.go, then by length; families do not disturb each other.
package screening
