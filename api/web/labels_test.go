package web

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// fixedCategories are the published categories of hits.
const fixedCategories = `secrecy.marking secrecy.internal secrecy.field
pii.id_card pii.mobile pii.bank_card pii.passport pii.travel_permit pii.address pii.landline pii.social_account
pii.birth_date pii.name_protected pii.health pii.minor pii.plate pii.email
ad.commercial ad.absolute ad.medical ad.link ad.contact
prohibited.weapons prohibited.drugs prohibited.gambling prohibited.obscene prohibited.fraud prohibited.superstition
wording.fixed_expression wording.sovereignty wording.discriminatory wording.ethnic wording.international
wording.leader wording.outdated_name wording.legal wording.vulgar typo
opinion.personal force.engagement title.clickbait source.unattributed source.missing source.not_listed title.altered
topic.public_notice topic.policy topic.punishment topic.personnel topic.recruitment topic.schooling topic.insurance
topic.price topic.traffic topic.outage topic.warning topic.meeting topic.accident topic.disaster topic.epidemic
topic.emergency_major topic.mass_incident topic.rumour topic.corruption topic.removal topic.demolition
topic.school_safety topic.lockdown topic.budget topic.emergency`

func TestEveryCategoryHasAChineseName(t *testing.T) {
	chinese := regexp.MustCompile(`^\p{Han}`)
	categories := strings.Fields(fixedCategories)
	for _, category := range categories {
		if !chinese.MatchString(categoryLabel(category)) || !chinese.MatchString(familyLabel(category)) || familyLabel(category) == "其他" {
			t.Errorf("%s is shown as %q of %q", category, categoryLabel(category), familyLabel(category))
		}
	}
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/drafts?state=returned#x":    "/drafts?state=returned#x",
		"/drafts/01?view=preview":     "/drafts/01?view=preview",
		"":                            "/inbox",
		"https://evil.example/":       "/inbox",
		"//evil.example/":             "/inbox",
		`/\evil.example`:              "/inbox",
		`\/evil.example`:              "/inbox",
		"/\t/evil.example":            "/inbox",
		"/\n/evil.example":            "/inbox",
		"/%2f/evil.example":           "/inbox",
		"/%5cevil.example":            "/inbox",
		"javascript:alert(1)":         "/inbox",
		"drafts":                      "/inbox",
		"/sign-in?next=/sign-in":      "/inbox",
		"/sign-out":                   "/inbox",
		"/drafts?x=//evil.example":    "/drafts?x=//evil.example",
		"https:evil.example":          "/inbox",
		" https://evil.example/":      "/inbox",
		"/inbox\x00":                  "/inbox",
		"http://user@evil.example/in": "/inbox",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestDue(t *testing.T) {
	now := time.Date(2026, 5, 6, 10, 0, 0, 0, china)
	for name, tt := range map[string]struct {
		at      time.Time
		text    string
		left    string
		overdue bool
		soon    bool
	}{
		"later today": {now.Add(7 * time.Hour), "今天 17:00", "剩余 7 小时", false, false},
		"soon":        {now.Add(30 * time.Minute), "今天 10:30", "剩余 30 分钟", false, true},
		"overdue":     {now.Add(-90 * time.Minute), "今天 08:30", "已超时 1 小时", true, false},
		"another day": {now.Add(72 * time.Hour), "5月9日 10:00", "剩余 3 天", false, false},
		"last year":   {now.AddDate(-1, 0, 0), "2025年5月6日 10:00", "已超时 365 天", true, false},
	} {
		if d := dueOf(tt.at, now); d.Text != tt.text || d.Left != tt.left || d.Overdue != tt.overdue || d.Soon != tt.soon {
			t.Errorf("%s: %+v", name, *d)
		}
	}
	if dueOf(time.Time{}, now) != nil {
		t.Error("no time limit is shown as one")
	}
}
