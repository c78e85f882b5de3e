package screening

import (
	"slices"
	"strings"
	"testing"
)

// Where a condition holds, its sight is seen: no pattern is passed over.
func TestSight(t *testing.T) {
	e := engine(t)
	p := e.plan.Load()
	var conditions []*condition
	for i := range p.programs {
		pr := &p.programs[i]
		list := []*condition{pr.need, pr.unless, pr.never}
		for _, c := range pr.clues {
			list = append(list, c.words)
		}
		for _, c := range list {
			if c != nil && len(c.sight) > 0 && !slices.Contains(conditions, c) {
				conditions = append(conditions, c)
			}
		}
	}
	held, passed := 0, 0
	for _, rule := range p.rules.list {
		for _, example := range slices.Concat(rule.Positive, rule.Negative) {
			s := e.open(p, Text{Body: strings.NewReplacer("[[", "", "]]", "").Replace(example)})
			for i := range s.draft.parts {
				w := s.draft.read(i, 0, len(s.draft.parts[i].text))
				for _, c := range conditions {
					sees := s.draft.sees(c.sight, &w)
					if !sees {
						passed++
					}
					if c.any.MatchString(w.text) {
						if held++; !sees {
							t.Errorf("condition %d is not seen in %s", c.id, w.text)
						}
					}
				}
			}
			e.close(s)
		}
	}
	if held == 0 || passed < held {
		t.Errorf("%d conditions held, %d were passed over", held, passed)
	}
}
