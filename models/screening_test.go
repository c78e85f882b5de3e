package models

import "testing"

func TestOutcomeIsTheGravestOfTheHits(t *testing.T) {
	lock, block, warn, info := Hit{ID: "l", Severity: SeverityLock}, Hit{ID: "b", Severity: SeverityBlock}, Hit{ID: "w", Severity: SeverityWarn}, Hit{ID: "i", Severity: SeverityInfo}
	for name, tt := range map[string]struct {
		hits     []Hit
		disposed map[string]bool
		want     Outcome
	}{
		"nothing":               {nil, nil, OutcomeClean},
		"topics alone":          {[]Hit{info}, nil, OutcomeClean},
		"a warning":             {[]Hit{info, warn}, nil, OutcomeWarned},
		"a block before a warn": {[]Hit{block, warn}, nil, OutcomeBlocked},
		"a disposed block":      {[]Hit{warn, block}, map[string]bool{"b": true}, OutcomeWarned},
		"a lock":                {[]Hit{block, lock, warn}, nil, OutcomeLocked},
		"a cleared lock":        {[]Hit{lock, warn}, map[string]bool{"l": true}, OutcomeWarned},
	} {
		if got := OutcomeOf(tt.hits, tt.disposed); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestMaxTier(t *testing.T) {
	if got := MaxTier("", TierImportant, TierGeneral, "other"); got != TierImportant {
		t.Error(got)
	}
	if got := MaxTier(); got != TierGeneral {
		t.Error(got)
	}
}
