package screening

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"shenfa/models"
	"shenfa/screening/match"
)

// resolve turns candidates into the report: one span, one hit in each family.
func (d *draft) resolve() models.Report {
	d.dropLonelyCues()
	slices.SortFunc(d.found, inPlace)
	kept := make([]candidate, 0, len(d.found))
	for rest := d.found; len(rest) > 0; {
		n := chain(rest)
		kept = append(kept, d.best(withoutOffers(withoutSpelling(rest[:n])))...)
		rest = rest[n:]
	}
	slices.SortFunc(kept, inPlace)
	d.found = kept
	return d.write()
}

// inPlace orders candidates as they stand in the draft.
func inPlace(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end),
		cmp.Compare(a.rule.rank, b.rule.rank), cmp.Compare(a.rule.ID, b.rule.ID))
}

// chain is the number of candidates, in place, that overlap the first or one another.
func chain(list []candidate) int {
	n, end := 1, list[0].end
	for n < len(list) && list[n].part == list[0].part && list[n].start < end {
		end = max(end, list[n].end)
		n++
	}
	return n
}

// best keeps of a chain those that stand together; the better ones first.
func (d *draft) best(list []candidate) []candidate {
	if len(list) == 1 {
		return list
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(a.rule.guess(), b.rule.guess()),
			cmp.Compare(a.rule.rank, b.rule.rank),
			cmp.Compare(b.end-b.start, a.end-a.start),
			cmp.Compare(a.start, b.start),
			cmp.Compare(a.rule.ID, b.rule.ID),
		)
	})
	kept := make([]candidate, 0, len(list))
	taken := map[string][]candidate{} // by claim, as they stand in the draft
	for _, c := range list {
		left := []candidate{c}
		if _, free := space(taken[claim(&c)], &c); !free && len(c.rule.Evidence) > 0 {
			left = d.beside(c, kept)
		} else if !free {
			continue
		}
		for _, c := range left {
			at, _ := space(taken[claim(&c)], &c)
			taken[claim(&c)] = slices.Insert(taken[claim(&c)], at, c)
		}
		kept = append(kept, left...)
	}
	return kept
}

// guess orders rules by how much they guess: a word is known to be wrong, or likely
// is; a sentence shows several kinds of evidence, or only reads like others.
func (r *Rule) guess() int {
	switch {
	case len(r.Evidence) == 0 && r.ID != slipRule && r.ID != particleRule:
		return 0
	case len(r.Evidence) == 0:
		return 1
	case slices.ContainsFunc(r.Evidence, func(e Evidence) bool { return e.Weight > 0 }):
		return 2
	}
	return 3
}

// space is where a candidate belongs among others that do not overlap each
// other, and whether there is room for it.
func space(list []candidate, c *candidate) (at int, free bool) {
	at = sort.Search(len(list), func(i int) bool { return list[i].end > c.start })
	return at, at == len(list) || list[at].start >= c.end
}

// beside is what is left of a sentence with evidence beside its rivals: the
// clauses in which they do not stand.
func (d *draft) beside(c candidate, kept []candidate) []candidate {
	i := slices.IndexFunc(kept, func(k candidate) bool { return rivals(k, c) })
	if i < 0 {
		return []candidate{c}
	}
	text := d.parts[c.part].text
	var left []candidate
	if lo, _ := around(text, kept[i].start, kept[i].start, clauseMarks); lo > c.start {
		before := c
		before.end = len(strings.TrimRight(text[:lo], edges))
		left = append(left, d.beside(before, kept[i:])...)
	}
	if _, hi := around(text, kept[i].end, kept[i].end, clauseMarks); hi < c.end {
		after := c
		after.start = hi + len(text[hi:]) - len(strings.TrimLeft(text[hi:], edges))
		left = append(left, d.beside(after, kept[i:])...)
	}
	return slices.DeleteFunc(left, func(c candidate) bool {
		return c.end-c.start < shortest
	})
}

const (
	shortest = len("三个字") // of what may be left of a sentence, in bytes
	edges    = " ，、：,\n"  // left out of it
)

// rivals tells whether two candidates overlap so that only one may stay.
func rivals(a, b candidate) bool {
	return collide(a, b) && claim(&a) == claim(&b)
}

// collide tells whether two candidates overlap.
func collide(a, b candidate) bool { return a.part == b.part && a.end > b.start && b.end > a.start }

// claim is what only one of may stand in a place: a family, but a text may
// touch two topics with the same words.
func claim(c *candidate) string {
	if f := family(c.rule.Category); f != "topic" && f != "title" {
		return f
	}
	return c.rule.Category
}

// dropLonelyCues drops the hits of rules that ask for several different cues
// where the draft has fewer.
func (d *draft) dropLonelyCues() {
	if !slices.ContainsFunc(d.found, func(c candidate) bool { return c.rule.Cues > 1 }) {
		return
	}
	cues := map[string]map[string]bool{} // by category: the different texts
	for _, c := range d.found {
		if cues[c.rule.Category] == nil {
			cues[c.rule.Category] = map[string]bool{}
		}
		cues[c.rule.Category][d.parts[c.part].text[c.start:c.end]] = true
	}
	d.found = slices.DeleteFunc(d.found, func(c candidate) bool {
		return len(cues[c.rule.Category]) < c.rule.Cues
	})
}

// withoutOffers is a chain without sentences that read like advertisements where they
// offer what is forbidden.
func withoutOffers(list []candidate) []candidate {
	var forbidden []candidate
	for _, c := range list {
		switch c.rule.Category {
		case "prohibited.weapons", "prohibited.drugs", "prohibited.gambling", "prohibited.obscene": // a loan may be both
			forbidden = append(forbidden, c)
		}
	}
	if forbidden == nil {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(c candidate) bool {
		return c.rule.Category == "ad.commercial" && len(c.rule.Evidence) > 0 &&
			slices.ContainsFunc(forbidden, func(f candidate) bool { return collide(f, c) })
	})
}

// withoutSpelling is a chain without misspellings in what is a wrong expression or
// name as a whole.
func withoutSpelling(list []candidate) []candidate {
	if len(list) == 1 {
		return list
	}
	var wholes []candidate
	for _, c := range list {
		switch c.rule.Category {
		case "wording.fixed_expression", "wording.leader", "wording.ethnic", "wording.legal":
			if len(c.rule.Evidence) == 0 {
				wholes = append(wholes, c)
			}
		}
	}
	var left []candidate
	for _, c := range list {
		if c.rule.Category != "typo" || !slices.ContainsFunc(wholes, func(whole candidate) bool { return collide(whole, c) }) {
			left = append(left, c)
		}
	}
	return left
}

// write makes the report out of the candidates that stay.
func (d *draft) write() models.Report {
	report := models.Report{Tier: models.TierGeneral, Hits: make([]models.Hit, 0, len(d.found))}
	seen := map[string]int{}
	var place counter
	for _, c := range d.found {
		p := &d.parts[c.part]
		from, to := p.origin(c.start, c.end)
		h := models.Hit{
			Category: c.rule.Category, Severity: c.rule.Severity, Field: p.field, Rule: c.rule.ID, Basis: c.rule.Basis,
			Start: place.runes(p.source, from), End: place.runes(p.source, to), Text: p.source[from:to],
		}
		visible := p.text[c.start:c.end]
		if c.suggestion == "" && c.rule.Mask != "" {
			c.suggestion = masks[c.rule.Mask](visible)
		}
		h.Suggestion = fill(cmp.Or(c.suggestion, c.rule.Suggestion), visible, c.suggestion)
		h.Why = fill(cmp.Or(c.why, c.rule.Why), visible, c.suggestion)
		name := strings.Join([]string{h.Rule, h.Field, h.Text, surroundings(p.text, c.start, c.end)}, "\x00")
		seen[name]++
		h.ID = hitID(name, seen[name])
		report.Hits = append(report.Hits, h)
		report.Tier = models.MaxTier(report.Tier, c.rule.Tier)
		for _, unit := range c.rule.Consult {
			if !slices.Contains(report.Consult, unit) {
				report.Consult = append(report.Consult, unit)
			}
		}
	}
	slices.SortStableFunc(report.Hits, func(a, b models.Hit) int {
		return cmp.Or(cmp.Compare(fieldOrder(a.Field), fieldOrder(b.Field)), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	report.Outcome = models.OutcomeOf(report.Hits, nil)
	return report
}

func fieldOrder(field string) int {
	return slices.Index([]string{models.FieldTitle, models.FieldBody, models.FieldSourceUnit, models.FieldSourceURL, models.FieldSourceOriginalTitle}, field)
}

// fill puts the words of the hit into a text of a rule.
func fill(text, visible, suggestion string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "{suggestion}", suggestion), "{text}", visible)
}

// surroundings are the runes next to a hit: they tell it from others of the
// same text and stay when the draft is edited elsewhere.
func surroundings(text string, start, end int) string {
	const reach = 24
	lo, hi := max(0, start-reach), min(len(text), end+reach)
	for lo < start && !utf8.RuneStart(text[lo]) {
		lo++
	}
	for hi < len(text) && !utf8.RuneStart(text[hi]) {
		hi++
	}
	return text[lo:hi]
}

func hitID(name string, n int) string {
	sum := sha256.Sum256(strconv.AppendInt([]byte(name+"\x00"), int64(n), 10))
	return "h" + hex.EncodeToString(sum[:6])
}

// counter turns byte offsets into code points, going on from the last one.
type counter struct {
	text      string
	at, count int
}

func (c *counter) runes(text string, at int) int {
	if text != c.text || at < c.at/2 {
		*c = counter{text: text}
	}
	if at < c.at {
		c.count -= match.Count(text[at:c.at])
	} else {
		c.count += match.Count(text[c.at:at])
	}
	c.at = at
	return c.count
}
