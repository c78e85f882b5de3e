package screening

import (
	"testing"

	"shenfa/screening/match"
)

// The examples of the rules try idioms as people write them; here is what
// lies between a slip and another word.
func TestSlip(t *testing.T) {
	rules, err := EmbeddedRules()
	if err != nil {
		t.Fatal(err)
	}
	x := newIdioms(rules, match.NewFold())
	four := func(text string) fourRunes { return fourOf([]rune(text)) }
	for _, c := range []struct {
		near, want string
		slip       bool
	}{
		{"奋不顾生", "奋不顾身", true},  // the same sound
		{"披荆斩刺", "披荆斩棘", false}, // neither sound nor form
		{"如火如茶", "如火如荼", true},  // nearly the same form
		{"奋不顾身", "奋不顾身", false}, // right
		{"分不顾生", "奋不顾身", false}, // two changes
	} {
		if got := x.slip(four(c.near), four(c.want)); got != c.slip {
			t.Errorf("%s for %s: slip = %v", c.near, c.want, got)
		}
	}
}
