package screening

import (
	"slices"
	"strings"
	"testing"
)

// unitFiles are the rules of a unit: a term of its own, and an exception.
func unitFiles() map[string][]byte {
	return map[string][]byte{"unit.toml": []byte(`
[[rule]]
id = "unit.slogan"
category = "wording.fixed_expression"
basis = "本单位规定"
why = "“{text}”已停用"
terms = ["春风护航计划"]
positive = ["[[春风护航计划]]今日启动。"]

[[exception]]
rule = "prohibited.gambling"
off = true
reason = "试用"
`)}
}

func TestDerivedEnginesStandBesideEachOther(t *testing.T) {
	base := engine(t)
	files := unitFiles()
	if i := slices.IndexFunc(base.Rules().List(), func(r *Rule) bool { return r.Category == "prohibited.gambling" }); i >= 0 {
		files["unit.toml"] = []byte(strings.Replace(string(files["unit.toml"]), `"prohibited.gambling"`, `"`+base.Rules().List()[i].ID+`"`, 1))
	}
	rules, err := base.Rules().With(files)
	if err != nil {
		t.Fatal(err)
	}
	unit, err := base.Derive(rules)
	if err != nil {
		t.Fatal(err)
	}
	text := Text{Body: "春风护航计划今日启动。"}
	for name, tt := range map[string]struct {
		engine *Engine
		hits   int
	}{"the unit's": {unit, 1}, "the base": {base, 0}} {
		report, err := tt.engine.Screen(t.Context(), text)
		if err != nil || len(report.Hits) != tt.hits || report.Edition != tt.engine.Edition() {
			t.Errorf("%s: %+v %v", name, report, err)
		}
	}
	if unit.Edition() == base.Edition() || Address(rules.Files()) != unit.Edition() {
		t.Error("an edition is the address of all its files")
	}
	in, err := unit.Inspect(rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	if in = in.Since(base.Rules(), rules); in.Rules != 1 || in.Terms != 1 || len(in.Duplicates) != 0 {
		t.Errorf("the unit's part of the inspection: %+v", in)
	}
}

func TestDeriveTriesTheExamplesOfItsOwnRulesAlone(t *testing.T) {
	base := engine(t)
	files := unitFiles()
	files["unit.toml"] = []byte(strings.Split(strings.Replace(string(files["unit.toml"]), "[[春风护航计划]]今日", "[[夏风护航计划]]今日", 1), "[[exception]]")[0])
	rules, err := base.Rules().With(files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := base.Derive(rules); err == nil || !strings.Contains(err.Error(), `unit.toml:2：规则 "unit.slogan"`) {
		t.Errorf("the mistake is not named: %v", err)
	}
}

func TestLostNamesRulesThatLockNoMore(t *testing.T) {
	base := engine(t).Rules()
	without, err := base.With(map[string][]byte{"secrecy.toml": nil})
	if err != nil {
		t.Fatal(err)
	}
	if len(base.Lost(without)) == 0 || len(base.Lost(base)) != 0 {
		t.Error("rules that lock are missed where they are gone, and only there")
	}
}
