package workflow

import (
	"strings"
	"testing"
)

func TestProfileIsExplainedInChinese(t *testing.T) {
	profiles, err := LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"ankang": {"一般稿件（依据：办法第十八条）", "1. 编辑：审核", "2. 账号主要负责人：签发", "普通稿件：编辑，4 个工作小时内办理",
			"紧急稿件：编辑、账号主要负责人、分管领导、主要领导，30 分钟内办理", "分管领导（deputy_lead），签发人，第 2 级",
			"普通稿件：会签单位，2 个工作日内办理；超过后再过 1 个工作日升级提醒（依据：程序默认值）", "普通稿件：发布端，2 小时内办理"},
		"changzhi_energy":    {"重要、重大稿件", "2. 专职校对，须 3 人：审核", "主要领导或分管领导：签发", "主要领导（principal_lead），签发人，第 2 级，第一责任"},
		"anren_town":         {"各层级稿件，媒介为公文", "3. 党政办分管负责人：签发"},
		"luan_civil_affairs": {"信息更新：每周至少 1 次", "回应公众关切：每月至少 1 次"},
	} {
		p, err := profiles.Profile(name)
		if err != nil {
			t.Fatal(err)
		}
		var text, diagram strings.Builder
		p.Explain(&text)
		p.Mermaid(&diagram)
		for _, want := range wants {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s does not say %q:\n%s", name, want, text.String())
			}
		}
		if !strings.HasPrefix(diagram.String(), "flowchart TB\n") || strings.Count(diagram.String(), "subgraph") != len(p.Routes) {
			t.Errorf("%s:\n%s", name, diagram.String())
		}
	}
}

func TestMermaidKeepsNamesFromBeingMarkup(t *testing.T) {
	p, err := ParseProfile("p.toml", []byte(strings.Replace(goodProfile, `"经办人"`, `'a"]--><b>;#x'`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	var diagram strings.Builder
	p.Mermaid(&diagram)
	if strings.Contains(diagram.String(), `"]--><b>`) || !strings.Contains(diagram.String(), "a#34;#93;--#62;#60;b#62;#59;#35;x") {
		t.Error(diagram.String())
	}
}

func TestLabelsOfRolesDoNotDependOnChance(t *testing.T) {
	for range 20 {
		profiles, err := LoadProfiles("")
		if err != nil {
			t.Fatal(err)
		}
		if got := profiles.RoleLabel("editor"); got != "编辑" {
			t.Fatal(got)
		}
	}
}
