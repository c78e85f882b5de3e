package models

// Tier is the sensitivity tier (层级) of a draft; it decides who signs.
type Tier string

// The tiers, from the lowest to the highest.
const (
	TierGeneral   Tier = "general"   // 一般信息
	TierImportant Tier = "important" // 重要信息
	TierMajor     Tier = "major"     // 重大敏感信息
)

// Tiers lists the tiers in rising order.
var Tiers = []Tier{TierGeneral, TierImportant, TierMajor}

// Rank is the tier's place in the rising order, from 0; -1 if the tier is unknown.
func (t Tier) Rank() int {
	for i, known := range Tiers {
		if t == known {
			return i
		}
	}
	return -1
}

// MaxTier is the highest of the tiers given; unknown and empty ones count as lowest.
// Without any known tier it is general.
func MaxTier(tiers ...Tier) Tier {
	highest := TierGeneral
	for _, t := range tiers {
		if t.Rank() > highest.Rank() {
			highest = t
		}
	}
	return highest
}

// Label is the tier's Chinese name.
func (t Tier) Label() string {
	switch t {
	case TierGeneral:
		return "一般"
	case TierImportant:
		return "重要"
	case TierMajor:
		return "重大"
	}
	return string(t)
}

// Severity says what a hit does to a draft.
type Severity string

// The severities, from the gravest to the lightest.
const (
	SeverityLock  Severity = "lock"  // secrecy: nobody but the secrecy reviewer goes on
	SeverityBlock Severity = "block" // to be fixed or disposed of before review
	SeverityWarn  Severity = "warn"  // shown to reviewers
	SeverityInfo  Severity = "info"  // a topic that raises the tier
)

// Outcome is the result of a screening as a whole.
type Outcome string

// The outcomes, from the gravest to the lightest.
const (
	OutcomeLocked  Outcome = "locked"
	OutcomeBlocked Outcome = "blocked"
	OutcomeWarned  Outcome = "warned"
	OutcomeClean   Outcome = "clean"
)

// Field names of a text in which a hit can lie. Attributes of links and
// pictures are fields of their own.
const (
	FieldTitle               = "title"
	FieldBody                = "body"
	FieldSourceUnit          = "source.unit"
	FieldSourceURL           = "source.url"
	FieldSourceOriginalTitle = "source.original_title"
)

// Hit (命中) is one finding of the screening.
//
// Start and End are a half-open range of Unicode code points in the source of
// the field as submitted; Text is that slice. ID is the same for the same
// text, place and rule, so that a disposition still finds its hit after a
// second screening.
type Hit struct {
	ID         string   `json:"id"`
	Category   string   `json:"category"`
	Severity   Severity `json:"severity"`
	Field      string   `json:"field"`
	Start      int      `json:"start"`
	End        int      `json:"end"`
	Text       string   `json:"text"`
	Rule       string   `json:"rule"`
	Basis      string   `json:"basis"`
	Why        string   `json:"why"`
	Suggestion string   `json:"suggestion,omitempty"`
}

// Report is what one screening of one text found. Two screenings of the same
// text with the same edition and engine differ in ElapsedUS alone.
type Report struct {
	Outcome   Outcome `json:"outcome"`
	Tier      Tier    `json:"tier"`
	Edition   string  `json:"edition"`
	Engine    string  `json:"engine"`
	ElapsedUS int64   `json:"elapsed_us"`
	Hits      []Hit   `json:"hits"`
	// Consult names the kinds of unit (for example 公安, 应急管理) whose consultation the content suggests.
	Consult []string `json:"consult,omitempty"`
}

// OutcomeOf is the outcome that the hits give, leaving out the disposed ones
// (blocking and secrecy hits whose id is in disposed).
func OutcomeOf(hits []Hit, disposed map[string]bool) Outcome {
	outcome := OutcomeClean
	for _, h := range hits {
		switch {
		case disposed[h.ID]:
		case h.Severity == SeverityLock:
			return OutcomeLocked
		case h.Severity == SeverityBlock:
			outcome = OutcomeBlocked
		case h.Severity == SeverityWarn && outcome == OutcomeClean:
			outcome = OutcomeWarned
		}
	}
	return outcome
}
