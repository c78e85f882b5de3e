package screening

import (
	"errors"
	"slices"

	"shenfa/models"
)

// complete fills in what a rule leaves to its category and reports what is
// missing or contradictory.
func (r *Rule) complete(all []category, files map[string][]byte) error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, r.mistake(format, args...)) }
	r.term = map[string]lexeme{}
	at := slices.IndexFunc(all, func(c category) bool { return c.name == r.Category })
	switch {
	case r.ID == "":
		wrong("it has no id")
	case at < 0:
		wrong("category %q is unknown", r.Category)
	default:
		r.rank = at
		if r.Severity == "" {
			r.Severity = all[at].severity
		}
		if r.Tier == "" {
			r.Tier = all[at].tier
		}
	}
	if r.Severity != "" && !slices.Contains([]models.Severity{models.SeverityLock, models.SeverityBlock, models.SeverityWarn, models.SeverityInfo}, r.Severity) {
		wrong("severity %q is unknown", r.Severity)
	}
	if r.Tier != "" && r.Tier.Rank() < 0 {
		wrong("tier %q is unknown", r.Tier)
	}
	if r.Basis == "" || r.Why == "" {
		wrong("basis and why are required")
	}
	if len(r.Positive) == 0 {
		wrong("a positive example is required")
	}
	if r.Lexicon != "" {
		errs = append(errs, r.readLexicon(files))
	}
	kinds := 0
	for _, given := range []bool{r.Detector != "", r.Detector == "" && len(r.Terms) > 0, r.Pattern != "", len(r.Evidence) > 0} {
		if given {
			kinds++
		}
	}
	if kinds != 1 {
		wrong("exactly one of detector, terms (or lexicon), pattern and evidence is required")
	}
	if slices.Contains(r.Anchors, digitRuns) && len(r.Anchors) > 1 {
		wrong("the anchor %s stands alone", digitRuns)
	}
	if (r.Pattern != "" || len(r.Evidence) > 0) && len(r.Anchors) == 0 {
		wrong("a pattern or evidence needs anchors")
	}
	if len(r.Evidence) > 0 && (r.Threshold <= 0 || len(r.Evidence) > maxEvidence) {
		wrong("evidence needs a threshold, and has %d kinds at most", maxEvidence)
	}
	if r.Style != "" && (files["lexicon/"+r.Style] == nil || r.StyleName == "" || len(r.Evidence) == 0) {
		wrong("style %q: lexicon/%s, style_name and evidence are required", r.Style, r.Style)
	}
	for _, e := range r.Evidence {
		if e.Name == "" || e.Weight == 0 || len(e.Words) == 0 {
			wrong("evidence %q: name, weight and words are required", e.Name)
		}
	}
	for key, field := range map[string]struct {
		value string
		known []string
	}{
		"window":   {r.Window, []string{"", "clause", "sentence", "paragraph"}},
		"scope":    {r.Scope, []string{"", "clause", "sentence", "sentences", "paragraph", "draft"}},
		"boundary": {r.Boundary, []string{"", "token", "none"}},
	} {
		if !slices.Contains(field.known, field.value) {
			wrong("%s %q is unknown", key, field.value)
		}
	}
	if r.Mask != "" && masks[r.Mask] == nil {
		wrong("mask %q is unknown", r.Mask)
	}
	for _, name := range r.In {
		if places[name] == 0 {
			wrong("place %q is unknown", name)
		}
	}
	return errors.Join(errs...)
}
