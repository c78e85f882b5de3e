package screening

import (
	"strings"

	"shenfa/models"
)

// category is one kind of finding: its gravity unless a rule says otherwise,
// and the tier it raises a draft to.
type category struct {
	name     string
	severity models.Severity
	tier     models.Tier
}

// categories lists every kind of finding. Of two overlapping hits of one
// family the one that stands earlier here is kept.
func categories() []category {
	lists := []struct {
		severity models.Severity
		tier     models.Tier
		names    string
	}{
		{models.SeverityLock, models.TierMajor, "secrecy.marking secrecy.internal"},
		{models.SeverityWarn, "", "secrecy.field"},
		{models.SeverityBlock, "", "pii.id_card pii.travel_permit pii.passport pii.bank_card pii.mobile pii.landline pii.email pii.plate " +
			"pii.social_account pii.minor pii.health pii.name_protected pii.birth_date pii.address"},
		{models.SeverityBlock, "", "ad.medical ad.absolute ad.link ad.contact ad.commercial"},
		{models.SeverityBlock, "", "prohibited.weapons prohibited.drugs prohibited.gambling prohibited.obscene prohibited.fraud prohibited.superstition"},
		{models.SeverityBlock, "", "wording.fixed_expression wording.sovereignty wording.discriminatory wording.ethnic wording.international"},
		{models.SeverityWarn, "", "wording.legal wording.outdated_name wording.leader wording.vulgar typo"},
		{models.SeverityBlock, models.TierImportant, "opinion.personal force.engagement"},
		{models.SeverityBlock, "", "title.clickbait"},
		{models.SeverityWarn, "", "source.unattributed"},
		{models.SeverityBlock, "", "source.missing source.not_listed title.altered"},
		{models.SeverityInfo, models.TierImportant, "topic.public_notice topic.policy topic.punishment topic.personnel topic.recruitment " +
			"topic.schooling topic.insurance topic.price topic.traffic topic.outage topic.warning topic.meeting topic.emergency"},
		{models.SeverityInfo, models.TierMajor, "topic.accident topic.disaster topic.epidemic topic.emergency_major topic.mass_incident " +
			"topic.rumour topic.corruption topic.removal topic.demolition topic.school_safety topic.lockdown topic.budget"},
	}
	var all []category
	for _, l := range lists {
		for name := range strings.FieldsSeq(l.names) {
			all = append(all, category{name, l.severity, l.tier})
		}
	}
	return all
}

// family is the part of a category before the dot.
func family(category string) string {
	name, _, _ := strings.Cut(category, ".")
	return name
}
