package match

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLiterals(t *testing.T) {
	often := func(list []string) float64 { return float64(len(list)) }
	for expr, want := range map[string][][][]string{
		`通知`: {{{"通知"}}},
		`(?:公安|民警)[^，。]{0,9}判[处决]`: {{{"公安", "民警"}, {"判决", "判处"}}},
		`甲.*乙|丙`:          {{{"甲"}, {"乙"}}, {{"丙"}}},
		`(?P<hit>甲.*乙|丙)`: {{{"甲"}, {"乙"}}, {{"丙"}}},
		`丁(?:甲.*乙|丙).`:    {{{"丁"}, {"甲", "丙"}}},
		`甲.*乙|\p{Han}+`:   nil, // the second may be anything
		`甲?`:              nil,
	} {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Literals(often)); diff != "" {
			t.Errorf("%s: %s", expr, diff)
		}
	}
}
