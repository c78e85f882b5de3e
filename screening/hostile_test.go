package screening

import (
	"fmt"
	"strings"
	"testing"

	"shenfa/models"
)

// hostile texts are made to be slow: each holds, over and over, what makes the
// engine look further. They grow by whole pieces to at least n bytes.
var hostile = []struct {
	name   string
	format models.Format
	text   func(n int) string
}{
	{"no_punctuation", "", func(n int) string { return mixed(n, "") }},
	{"no_lines", "", func(n int) string { return mixed(n, "，") }},
	{"anchors", "", func(n int) string {
		return again(n, "秒杀微信转发事故银行卡贷款赌博第一最好死者患者学生")
	}},
	{"one_word", "", func(n int) string { return again(n, "布署") }},
	{"names", "", func(n int) string { return "死者" + again(n, "张三、李小四、欧阳明（男，45岁）、") }},
	{"digits", "", func(n int) string { return again(n, "138001380001 1010519491231002X 6222 0200 一三八-") }},
	{"one_number", "", func(n int) string { return again(n, "1380013800") }},
	{"quotes", "", func(n int) string { return again(n, "“秒杀‘微信「转发") }},
	{"invisible", "", func(n int) string { return again(n, "秘\u200b密\u200b★\u200b1\u200b年\u200b\u200b\u200b") }},
	{"tags", models.FormatHTML, func(n int) string { return again(n, "<b>赌</b><i>博</i>") }},
	{"deep_html", models.FormatHTML, func(n int) string { return again(n, "<div><p><span title=\"微信\">转发") }},
	{"open_tags", models.FormatHTML, func(n int) string { return again(n, "<a href='微信<!--") }},
	{"entities", models.FormatHTML, func(n int) string { return again(n, "&#x8d4c;&#21338;&nbsp;&amp;&") }},
	{"attributes", models.FormatHTML, func(n int) string { return again(n, "<img alt=\"加微信秒杀\" src=\"https://a.taobao.com/x\">") }},
	{"table", models.FormatMarkdown, func(n int) string { return "|姓名|电话|\n|-|-|\n" + again(n, "|患者王小明|13800138000|\n") }},
	{"brackets", models.FormatMarkdown, func(n int) string { return again(n, "[赌![博](") }},
	{"emphasis", models.FormatMarkdown, func(n int) string { return again(n, "**赌*博_") }},
	{"links", models.FormatMarkdown, func(n int) string { return again(n, "[微信](http://a.cn/x \"秒杀\") <http://b.cn> ") }},
	{"references", models.FormatMarkdown, func(n int) string { return again(n, "[微信][x] ") + "\n\n[x]: http://a.cn '秒杀'\n" }},
	{"addresses", "", func(n int) string { return again(n, "a@taobao.com/x.b@jd.com") }},
}

// again repeats a piece.
func again(n int, piece string) string { return strings.Repeat(piece, n/len(piece)+1) }

// mixed strings the examples of the shipped rules together, without the marks
// that end clauses and sentences.
func mixed(n int, between string) string {
	rules, err := EmbeddedRules()
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	bare := strings.NewReplacer("[[", "", "]]", "", "，", between, "。", between, "；", between, "！", between, "？", between, "：", between, "、", between, "\n", between, ",", between, ";", between, "!", between, "?", between)
	for b.Len() < n {
		for _, rule := range rules.List() {
			for _, example := range rule.Positive {
				b.WriteString(bare.Replace(example))
				b.WriteString(between)
			}
		}
	}
	return b.String()
}

// BenchmarkHostile screens hostile texts of two sizes: the larger one must not
// be much slower by the byte.
func BenchmarkHostile(b *testing.B) {
	e := engine(b)
	for _, h := range hostile {
		for _, size := range []int{250_000, 1_000_000} {
			text := h.text(size)
			b.Run(fmt.Sprintf("%s/%dkB", h.name, size/1000), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					if _, err := e.Screen(b.Context(), Text{Body: text, Format: h.format}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
