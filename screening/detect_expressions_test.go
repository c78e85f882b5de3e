package screening

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"shenfa/models"
)

// Every fixed expression is found with a character missing, with another that
// sounds or looks alike, and with two neighbours in each other's place: but for few,
// that are other words or wordings then.
func TestExpressionsWithAMistake(t *testing.T) {
	e := engine(t)
	random := rand.New(rand.NewPCG(7, 7))
	alike := map[rune][]rune{}
	for _, group := range soundGroups(e.Rules()) {
		for _, r := range group {
			alike[r] = append(alike[r], []rune(group)...)
		}
	}
	mistakes := map[string]func(runes []rune, i int) []rune{
		"missing": func(runes []rune, i int) []rune { return slices.Delete(runes, i, i+1) },
		"alike": func(runes []rune, i int) []rune {
			if list := alike[runes[i]]; len(list) > 0 {
				runes[i] = list[random.IntN(len(list))]
			}
			return runes
		},
		"swapped": func(runes []rune, i int) []rune {
			runes[i], runes[i+1] = runes[i+1], runes[i]
			return runes
		},
	}
	least := map[string]float64{"missing": 0.93, "alike": 0.98, "swapped": 0.95}
	for name, mistake := range mistakes {
		made, found := 0, 0
		for _, right := range e.Rules().byID["wording.fixed_expression"].Terms {
			runes := []rune(right)
			i := 1 + random.IntN(len(runes)-3)
			if !isHan(runes[i]) || !isHan(runes[i+1]) || !isHan(runes[i-1]) {
				continue
			}
			wrong := string(mistake(slices.Clone(runes), i))
			if wrong == right {
				continue
			}
			made++
			report, err := e.Screen(t.Context(), Text{Body: "会议强调，要认真落实" + wrong + "，取得实效。"})
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(report.Hits, func(h models.Hit) bool {
				return strings.HasPrefix(h.Category, "wording.") || h.Category == "typo"
			}) {
				found++
			}
		}
		if share := float64(found) / float64(made); share < least[name] {
			t.Errorf("%s: %d of %d are found", name, found, made)
		} else {
			t.Logf("%s: %d of %d are found", name, found, made)
		}
	}
}
