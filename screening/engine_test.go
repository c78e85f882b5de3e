package screening

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shenfa/models"
)

func screen(t testing.TB, e *Engine, text Text) models.Report {
	t.Helper()
	report, err := e.Screen(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	report.ElapsedUS = 0
	return report
}

// checkReport says whether every hit stands where it says.
func checkReport(t testing.TB, text Text, report models.Report) {
	t.Helper()
	source := map[string][]rune{models.FieldTitle: []rune(text.Title), models.FieldBody: []rune(text.Body)}
	if s := text.Source; s != nil {
		source[models.FieldSourceUnit], source[models.FieldSourceURL], source[models.FieldSourceOriginalTitle] = []rune(s.Unit), []rune(s.URL), []rune(s.OriginalTitle)
	}
	ids := map[string]bool{}
	for _, h := range report.Hits {
		if h.Start < 0 || h.End <= h.Start || h.End > len(source[h.Field]) {
			t.Fatalf("%s [%d:%d] lies outside %s of %d", h.Rule, h.Start, h.End, h.Field, len(source[h.Field]))
		}
		if got := string(source[h.Field][h.Start:h.End]); got != h.Text && !slices.Contains(source[h.Field], utf8.RuneError) {
			t.Fatalf("%s [%d:%d] is %q, not %q", h.Rule, h.Start, h.End, got, h.Text)
		}
		if ids[h.ID] {
			t.Fatalf("id %s stands twice", h.ID)
		}
		ids[h.ID] = true
	}
}

// A hit ends with its last character, not in the invisible one behind it.
func TestHitsAmongInvisibleCharacters(t *testing.T) {
	text := Text{Body: strings.Join(strings.Split("会议秘密★1年，据网友爆料，道路上1人受伤，电话13800138000。", ""), "\u200b")}
	report := screen(t, engine(t), text)
	checkReport(t, text, report)
	if len(report.Hits) < 3 {
		t.Errorf("%+v", report.Hits)
	}
	for _, h := range report.Hits {
		if strings.HasSuffix(h.Text, "\u200b") {
			t.Errorf("%q", h.Text)
		}
	}
}

func FuzzScreen(f *testing.F) {
	f.Add("关于“5·17”事故的通报", "秘密★1年，电话138-0013-8000，<b>赌</b>博，身份证110105 19491231 002X，台湾等国家。陕G·12345", uint8(0))
	f.Add("", "| a | b |\n|-|-|\n| 一三八零零一三八零零零 | ６２２２０２０００００００００００００ |", uint8(1))
	f.Add("标题", "\xff秘密\x00★", uint8(2))
	f.Add("原标题", "据网友爆料，小编认为，微信abc12345下单，原价198元https://taobao.com", uint8(3))
	e := engine(f)
	f.Fuzz(func(t *testing.T, title, body string, mode uint8) {
		formats := []models.Format{models.FormatHTML, models.FormatMarkdown, models.FormatText}
		text := Text{Title: title, Body: body, Format: formats[mode%3]}
		if mode/3%2 == 1 {
			text.Kind, text.Source = models.KindReprint, &models.Source{Unit: title, OriginalTitle: body}
		}
		report := screen(t, e, text)
		checkReport(t, text, report)
		if diff := cmp.Diff(report, screen(t, e, text)); diff != "" {
			t.Error("another report of the same text:", diff)
		}
		Masked(text, report)
	})
}

func TestReportIsTheSameFromTwoEngines(t *testing.T) {
	text := Text{Title: "情况通报", Body: "秘密★1年。电话13800138000，13800138000；身份证11010519491231002X。"}
	one, _ := json.Marshal(screen(t, engine(t), text))
	two, _ := json.Marshal(screen(t, freshEngine(t), text))
	if string(one) != string(two) {
		t.Errorf("%s\n%s", one, two)
	}
	checkReport(t, text, screen(t, engine(t), text))
}

func TestHitKeepsItsIDWhenTheDraftIsEditedElsewhere(t *testing.T) {
	e := engine(t)
	tail := "以下为联系方式，请各单位妥善保管并按时报送材料。联系电话：13800138000。"
	before := screen(t, e, Text{Body: "第一段。" + tail})
	after := screen(t, e, Text{Body: "第一段改了许多字。" + tail})
	if before.Hits[0].ID != after.Hits[0].ID {
		t.Errorf("%s became %s", before.Hits[0].ID, after.Hits[0].ID)
	}
}

func TestMaskedTextHasNoPersonalData(t *testing.T) {
	e := engine(t)
	text := Text{Title: "电话13800138000", Body: "<p>身份证<b>110105</b>19491231002X，手机13800138000。</p>", Format: models.FormatHTML}
	got := Masked(text, screen(t, e, text))
	want := Text{Title: "电话138****8000", Body: "<p>身份证<b>11**************2X</b>，手机138****8000。</p>", Format: models.FormatHTML}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if again := screen(t, e, got); len(again.Hits) != 0 {
		t.Error("the masked text still has hits:", again.Hits)
	}
}

const oneRule = `[[rule]]
id = "typo.test"
category = "typo"
basis = "测试"
why = "错字"
terms = ["布署"]
positive = ["[[布署]]工作"]
negative = ["部署工作"]
`

func TestEditionsAreSwappedWhileReadersRead(t *testing.T) {
	e := freshEngine(t)
	shipped := e.Rules()
	small, err := LoadRules(fstest.MapFS{"a.toml": {Data: []byte(oneRule)}})
	if err != nil {
		t.Fatal(err)
	}
	if small.Edition() == shipped.Edition() {
		t.Fatal("two editions, one name")
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 200 {
				report := screen(t, e, Text{Body: "布署工作，电话13800138000。"})
				if report.Edition == small.Edition() && len(report.Hits) != 1 {
					t.Error("the small edition found", report.Hits)
				}
			}
		})
	}
	for range 3 {
		for _, rules := range []*Rules{small, shipped} {
			if err := e.Install(rules); err != nil {
				t.Fatal(err)
			}
		}
	}
	readers.Wait()
	if e.Edition() != shipped.Edition() {
		t.Error("the last edition installed is not in force")
	}
}

// evidenceRule is a rule that weighs two kinds of evidence, with more keys.
func evidenceRule(more string) string {
	threshold := "threshold = 4\n"
	if strings.HasPrefix(more, "threshold") {
		threshold = ""
	}
	return `[[rule]]
id = "opinion.test"
category = "opinion.personal"
basis = "测试"
why = "有{evidence}"
anchors = ["气"]
` + threshold + more + `
positive = ["[[气人，凭什么]]"]
[[rule.evidence]]
name = "情绪"
weight = 2
words = ["气人"]
[[rule.evidence]]
name = "反诘"
weight = 2
words = ["凭什么"]
[[rule.evidence]]
name = "他人的话"
weight = -4
words = ["记者"]
`
}

func TestEvidenceIsWeighed(t *testing.T) {
	for name, tt := range map[string]struct {
		more, title, body string
		want              []string
	}{
		"two kinds":           {"", "", "真气人，凭什么这样。", []string{"气人，凭什么"}},
		"one kind":            {"", "", "真气人。", nil},
		"the sentence before": {"", "", "凭什么。真气人。", []string{"气人"}},
		"the sentence after":  {"", "", "真气人！凭什么。", []string{"气人"}},
		"the title":           {"", "凭什么", "真气人。", []string{"气人"}},
		"too far":             {"", "", "凭什么。下雨。真气人。", nil},
		"only the sentence":   {`scope = "sentence"`, "", "凭什么。真气人。", nil},
		"spoken against":      {"", "", "真气人，凭什么，记者问。", nil},
		"quoted":              {"unquoted = true", "", "“真气人，凭什么。”", nil},
		"not enough itself":   {"least = 4", "", "凭什么。真气人。", nil},
	} {
		t.Run(name, func(t *testing.T) {
			rules, err := LoadRules(fstest.MapFS{"a.toml": {Data: []byte(evidenceRule(tt.more))}})
			if err != nil {
				t.Fatal(err)
			}
			e, err := engine(t).Derive(rules)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range screen(t, e, Text{Title: tt.title, Body: tt.body}).Hits {
				if h.Why != "有情绪、反诘" {
					t.Errorf("why: %s", h.Why)
				}
				got = append(got, h.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What Fit learns finds sentences of the same manner that it has not seen, and
// is the same each time.
func TestFitLearnsAManner(t *testing.T) {
	rules, err := LoadRules(fstest.MapFS{"a.toml": {Data: []byte(evidenceRule(""))}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine(t).Derive(rules)
	if err != nil {
		t.Fatal(err)
	}
	var examples []Example
	for _, what := range strings.Fields("天气 食堂 球赛 电影 公告 规划 大桥 广场 彩灯 音乐") {
		for _, how := range []string{"又是这个%s，真受够了吧", "这样的%s谁爱看啊", "一想起那%s就来火呢"} {
			text := fmt.Sprintf(how, what)
			examples = append(examples, Example{Text: Text{Body: text}, Wanted: []string{text}})
		}
		for _, how := range []string{"县里召开%s工作会议", "关于%s的通知已经印发", "%s项目按计划推进"} {
			examples = append(examples, Example{Text: Text{Body: fmt.Sprintf(how, what)}})
		}
	}
	fitted, err := e.Fit("opinion.test", examples, 0.95)
	if err != nil || fitted.Precision < 0.95 || fitted.Recall < 0.9 || fitted.Wanted != 30 || fitted.Sentences != 60 {
		t.Fatalf("%+v %v", fitted, err)
	}
	again, err := e.Fit("opinion.test", examples, 0.95)
	if err != nil || string(again.Lexicon) != string(fitted.Lexicon) {
		t.Error("the same examples gave other weights", err)
	}
	styled := strings.Replace(evidenceRule("style = \"manner.tsv\"\nstyle_name = \"行文\""), "[[气人，凭什么]]", "[[这样的天气谁爱看啊]]", 1)
	rules, err = LoadRules(fstest.MapFS{"a.toml": {Data: []byte(styled)}, "lexicon/manner.tsv": {Data: fitted.Lexicon}})
	if err != nil {
		t.Fatal(err)
	}
	if e, err = e.Derive(rules); err != nil {
		t.Fatal(err)
	}
	report := screen(t, e, Text{Body: "这样的气势谁爱看啊。气象工作会议印发通知。"})
	if len(report.Hits) != 1 || report.Hits[0].Text != "这样的气势谁爱看啊" || report.Hits[0].Why != "有行文" {
		t.Errorf("%+v", report.Hits)
	}
	report = screen(t, e, Text{Body: "一想起那歌单就来火呢。关于歌单的通知已经印发。"}) // no anchor of the rule's own
	if len(report.Hits) != 1 || report.Hits[0].Text != "一想起那歌单就来火呢" {
		t.Errorf("%+v", report.Hits)
	}
}

func TestRulesSayWhereTheyAreWrong(t *testing.T) {
	rule := func(replace ...string) string { return strings.NewReplacer(replace...).Replace(oneRule) }
	for name, tt := range map[string]struct{ file, want string }{
		"syntax":           {oneRule + "x = ", "a.toml:9"},
		"unknown key":      {oneRule + "colour = 1\n", "a.toml:9：没有 rule.colour 这一项"},
		"unknown category": {rule(`"typo"`, `"typos"`), `a.toml:1：规则 "typo.test"：没有类别 "typos"`},
		"no basis":         {rule(`basis = "测试"`, ""), "必须写明 basis"},
		"no example":       {rule(`positive = ["[[布署]]工作"]`, ""), "至少要有一条正例"},
		"twice":            {oneRule + oneRule, `a.toml:9：规则 "typo.test"：id 与 a.toml:1 重复`},
		"no lexicon":       {rule(`terms = ["布署"]`, `lexicon = "none.tsv"`), "没有文件 lexicon/none.tsv"},
		"not hit":          {rule("[[布署]]工作", "部署"), `正例 "部署" 没有命中`},
		"wrong place":      {rule("[[布署]]工作", "布署[[工作]]"), "应命中 2+工作，实际命中 0+布署"},
		"negative hit":     {rule("部署工作", "布署工作"), `反例 "布署工作" 命中了`},
		"bad pattern":      {rule(`terms = ["布署"]`, `pattern = "(" `+"\n"+`anchors = ["布署"]`), "pattern 写法有误：error parsing regexp"},
		"no such detector": {rule(`terms = ["布署"]`, `detector = "magic"`), `没有名为 "magic" 的检测器`},
		"no such support":  {rule("[[rule]]", "[[rule]]\nsupport = \"typo.none\""), `没有按线索判断的规则 "typo.none"`},
		"no such style":    {evidenceRule(`style = "none.tsv"`), `须有 lexicon/none.tsv`},
		"no threshold":     {evidenceRule("threshold = 0"), "必须写 threshold"},
		"no such context":  {rule(`["布署"]`, `["@none"]`), `没有名为 "none" 的词组`},
	} {
		t.Run(name, func(t *testing.T) {
			rules, err := LoadRules(fstest.MapFS{"a.toml": {Data: []byte(tt.file)}})
			if err == nil {
				err = engine(t).Install(rules)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestScreenWaitsNoLongerThanItsContext(t *testing.T) {
	e := &Engine{ready: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Screen(ctx, Text{}); err != context.Canceled {
		t.Error(err)
	}
}

func TestAUnitAddsRulesAndExceptions(t *testing.T) {
	shipped, err := EmbeddedRules()
	if err != nil {
		t.Fatal(err)
	}
	e := freshEngine(t)
	unit := "[[exception]]\nrule = \"pii.mobile\"\noff = true\nreason = \"测试\"\n"
	rules, err := shipped.With(map[string][]byte{"unit.toml": []byte(unit), "unit_terms.toml": []byte(strings.ReplaceAll(oneRule, "布署", "错词"))})
	if err == nil {
		err = e.Install(rules)
	}
	if err != nil {
		t.Fatal(err)
	}
	report := screen(t, e, Text{Body: "错词。电话13800138000。"})
	if len(report.Hits) != 1 || report.Hits[0].Rule != "typo.test" || report.Edition != rules.Edition() {
		t.Errorf("%+v", report)
	}
	again, err := ParseRules(rules.Files())
	if err != nil || again.Edition() != rules.Edition() {
		t.Error("the exported files are another edition", err)
	}
	for _, wrong := range []string{strings.ReplaceAll(unit, "mobile", "none"), strings.ReplaceAll(unit, "pii.mobile", "secrecy.marking"), strings.ReplaceAll(unit, "reason", "#")} {
		if _, err := shipped.With(map[string][]byte{"unit.toml": []byte(wrong)}); err == nil || !strings.Contains(err.Error(), "unit.toml:1：规则") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestInspectionNamesWhatWouldRaiseFalseAlarms(t *testing.T) {
	e := engine(t)
	two := strings.NewReplacer("typo.test", "typo.two", `["布署"]`, `["部署", "布 署"]`, "[[布署]]工作", "[[部署]]工作", "部署工作", "好").Replace(oneRule)
	rules, err := LoadRules(fstest.MapFS{"a.toml": {Data: []byte(oneRule + two)}})
	if err != nil {
		t.Fatal(err)
	}
	in, err := e.Inspect(rules, []Text{{Body: "会议部署了工作。"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(in.Firing) != 1 || in.Firing[0].Text != "部署" || len(in.Duplicates) != 1 || in.Terms != 3 {
		t.Errorf("%+v", in)
	}
	if len(in.Contained) == 0 || in.Contained[0].Term != "部署" || len(in.Contained[0].Words) == 0 {
		t.Errorf("%+v", in.Contained)
	}
}

func TestOfficialTextIsClean(t *testing.T) {
	e := engine(t)
	for _, body := range readCorpus("../testdata/official.jsonl") {
		if report := screen(t, e, Text{Body: body}); report.Outcome != models.OutcomeClean {
			t.Errorf("%s: %+v", report.Outcome, report.Hits)
		}
	}
}

// A sentence of evidence that is split around what stands in it takes no place
// from the hits after it.
func TestSplitEvidenceCostsNoOtherHit(t *testing.T) {
	body := strings.Repeat("三斤土蜂蜜只要88块，要的加微信 tujidan_lyh，点右下角小黄车直接拍，", 3) + "联系人电话13900001234。另一位13800138000。"
	e := engine(t)
	seen := map[string]bool{}
	var mobiles []string
	for _, h := range screen(t, e, Text{Body: body}).Hits {
		if place := fmt.Sprint(h.Category, h.Start); seen[place] {
			t.Errorf("%s is reported twice", h.Text)
		} else {
			seen[place] = true
		}
		if h.Category == "pii.mobile" {
			mobiles = append(mobiles, h.Text)
		}
	}
	if diff := cmp.Diff([]string{"13900001234", "13800138000"}, mobiles); diff != "" {
		t.Error(diff)
	}
}
