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
		wrong("没有写 id")
	case at < 0:
		wrong("没有类别 %q", r.Category)
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
		wrong("没有严重程度 %q", r.Severity)
	}
	if r.Tier != "" && r.Tier.Rank() < 0 {
		wrong("没有层级 %q", r.Tier)
	}
	if r.Basis == "" || r.Why == "" {
		wrong("必须写明 basis（依据）和 why（理由）")
	}
	if len(r.Positive) == 0 {
		wrong("至少要有一条正例 positive")
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
		wrong("detector、terms（或 lexicon）、pattern、evidence 必须且只能写一种")
	}
	if slices.Contains(r.Anchors, digitRuns) && len(r.Anchors) > 1 {
		wrong("锚词 %s 只能单独使用", digitRuns)
	}
	if slices.Contains(r.Anchors, begin) && (len(r.Anchors) > 1 || len(r.In) == 0 || slices.Contains(r.In, "body")) {
		wrong("锚词 %s 只能单独使用，并且用 in 写明位置，不能用于 body", begin)
	}
	if (r.Pattern != "" || len(r.Evidence) > 0 && r.Style == "") && len(r.Anchors) == 0 {
		wrong("用 pattern 或 evidence 时必须写 anchors")
	}
	if len(r.Evidence) > 0 && (r.Threshold <= 0 || len(r.Evidence) > maxEvidence) {
		wrong("evidence 必须写 threshold，最多 %d 种线索", maxEvidence)
	}
	if r.Style != "" && (files["lexicon/"+r.Style] == nil || r.StyleName == "" || len(r.Evidence) == 0) {
		wrong("style %q：须有 lexicon/%s、style_name 和 evidence", r.Style, r.Style)
	}
	for _, e := range r.Evidence {
		if e.Name == "" || e.Weight == 0 || len(e.Words) == 0 {
			wrong("线索 %q：必须写 name、weight 和 words", e.Name)
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
			wrong("%s 不能是 %q", key, field.value)
		}
	}
	if r.Mask != "" && masks[r.Mask] == nil {
		wrong("没有脱敏方式 %q", r.Mask)
	}
	for _, name := range r.In {
		if places[name] == 0 {
			wrong("没有位置 %q", name)
		}
	}
	return errors.Join(errs...)
}
