package workflow

import (
	"shenfa/models"
)

// tierOf works out the tier of a draft: the highest of what is declared, what
// screening proposes, the urgent lane, an exemption, and the tier that the
// draft had before; with the reason of each that is above general.
func tierOf(d models.Draft, report models.Report, dispositions []models.Disposition) (models.Tier, []models.TierReason) {
	reasons := []models.TierReason{}
	tier := models.TierGeneral
	add := func(t models.Tier, why string) {
		if t.Rank() > models.TierGeneral.Rank() {
			reasons = append(reasons, models.TierReason{Tier: t, Why: why})
			tier = models.MaxTier(tier, t)
		}
	}
	add(d.DeclaredTier, "拟稿人申报")
	add(report.Tier, "机审建议"+topicsOf(report))
	if d.Urgent {
		add(models.TierImportant, "走紧急通道")
	}
	for _, x := range dispositions {
		if x.Kind == models.DispositionExempt && x.Digest == d.Digest {
			add(models.TierImportant, "含豁免事项")
			break
		}
	}
	add(d.TierFloor, "本稿此前已定为此层级")
	return tier, reasons
}

// topicsOf lists the words that made screening propose a tier above general.
func topicsOf(report models.Report) string {
	words, seen := "", map[string]bool{}
	for _, h := range report.Hits {
		if len(h.Category) > 6 && h.Category[:6] == "topic." && !seen[h.Text] && len(seen) < 5 {
			seen[h.Text] = true
			words += "“" + h.Text + "”"
		}
	}
	if words == "" {
		return ""
	}
	return "：" + words
}
