package screening

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shenfa/models"
	"shenfa/screening/match"
)

// sourceOf finds a word in the parts of a body and answers what stands in the source there.
func sourceOf(list []part, word string, where place) []string {
	fold := match.NewFold()
	m, err := match.New(fold, []string{word})
	if err != nil {
		panic(err)
	}
	var got []string
	for i := range list {
		p := &list[i]
		if p.place != where {
			continue
		}
		var reading match.Reading
		fold.Read(&reading, p.text)
		for _, f := range m.Find(nil, &reading) {
			from, to := p.origin(int(f.Start), int(f.End))
			got = append(got, p.source[from:to])
		}
	}
	return got
}

func TestTextIsReadAsShown(t *testing.T) {
	for name, tt := range map[string]struct {
		format models.Format
		body   string
		word   string
		where  place
		want   []string
	}{
		"split by a tag":       {models.FormatHTML, "严禁<b>赌</b>博。", "赌博", inBody, []string{"赌</b>博"}},
		"decimal entity":       {models.FormatHTML, "&#36172;博", "赌博", inBody, []string{"&#36172;博"}},
		"hex entity at end":    {models.FormatHTML, "赌&#x535a;!", "赌博", inBody, []string{"赌&#x535a;"}},
		"blank entity":         {models.FormatHTML, "赌&nbsp;博", "赌博", inBody, []string{"赌&nbsp;博"}},
		"line break in source": {models.FormatHTML, "<p>赌\n博</p>", "赌博", inBody, []string{"赌\n博"}},
		"two paragraphs":       {models.FormatHTML, "<p>赌</p><p>博</p>", "赌博", inBody, nil},
		"two cells":            {models.FormatHTML, "<table><tr><td>赌</td><td>博</td></tr></table>", "赌博", inBody, nil},
		"two items":            {models.FormatHTML, "<ul><li>赌<li>博</ul>", "赌博", inBody, nil},
		"br":                   {models.FormatHTML, "赌<br>博", "赌博", inBody, nil},
		"script":               {models.FormatHTML, "<script>var a='赌博'</script><style>赌博</style>好", "赌博", inBody, nil},
		"alt":                  {models.FormatHTML, `<img src="a.png" alt="赌&#21338;">`, "赌博", inAlt, []string{"赌&#21338;"}},
		"title attribute":      {models.FormatHTML, `<a title='赌博' href=x>好</a>`, "赌博", inAlt, []string{"赌博"}},
		"href":                 {models.FormatHTML, `<a href="https://m.taobao.com/?a=1&amp;b=2">好</a>`, "taobao", inLink, []string{"taobao"}},
		"bare href":            {models.FormatHTML, `<a href=https://taobao.com>好</a>`, "taobao", inLink, []string{"taobao"}},
		"comment":              {models.FormatHTML, `好<!-- 赌博 -->`, "赌博", inAlt, []string{"赌博"}},
		"unfinished tag":       {models.FormatHTML, "好<b 赌博", "赌博", inBody, []string{"赌博"}},
		"unclosed quote":       {models.FormatHTML, `<a title="赌博`, "赌博", inBody, []string{"赌博"}},
		"less than":            {models.FormatHTML, "1<2，赌博", "赌博", inBody, []string{"赌博"}},
		"md strong":            {models.FormatMarkdown, "严禁赌**博**。", "赌博", inBody, []string{"赌**博"}},
		"md strike":            {models.FormatMarkdown, "赌~~博~~", "赌博", inBody, []string{"赌~~博"}},
		"md escape":            {models.FormatMarkdown, `赌\*博`, "赌博", inBody, []string{`赌\*博`}},
		"md entity":            {models.FormatMarkdown, "赌&#21338;", "赌博", inBody, []string{"赌&#21338;"}},
		"md soft break":        {models.FormatMarkdown, "赌\n博", "赌博", inBody, []string{"赌\n博"}},
		"md hard break":        {models.FormatMarkdown, "赌  \n博", "赌博", inBody, nil},
		"md paragraphs":        {models.FormatMarkdown, "赌\n\n博", "赌博", inBody, nil},
		"md items":             {models.FormatMarkdown, "- 赌\n- 博", "赌博", inBody, nil},
		"md cells":             {models.FormatMarkdown, "|甲|乙|\n|-|-|\n|赌|博|", "赌博", inBody, nil},
		"md inline html":       {models.FormatMarkdown, "赌<i>博</i>", "赌博", inBody, []string{"赌<i>博"}},
		"md html block":        {models.FormatMarkdown, "<div>\n赌<b>博</b>\n</div>", "赌博", inBody, []string{"赌<b>博"}},
		"md code":              {models.FormatMarkdown, "`赌博`\n\n```\n赌博\n```", "赌博", inBody, []string{"赌博", "赌博"}},
		"md image":             {models.FormatMarkdown, "![赌博](a.png)", "赌博", inAlt, []string{"赌博"}},
		"md link":              {models.FormatMarkdown, "[好](https://taobao.com/a \"赌博\")", "taobao", inLink, []string{"taobao"}},
		"md link title":        {models.FormatMarkdown, "[好](https://taobao.com/a \"赌博\")", "赌博", inAlt, []string{"赌博"}},
		"md reference":         {models.FormatMarkdown, "[好][1]\n\n[1]: https://taobao.com", "taobao", inLink, []string{"taobao"}},
		"md autolink":          {models.FormatMarkdown, "见<https://taobao.com>。", "taobao", inBody, []string{"taobao"}},
		"md bare link":         {models.FormatMarkdown, "见 https://taobao.com 。", "taobao", inBody, []string{"taobao"}},
		"md heading":           {models.FormatMarkdown, "# 赌\n博", "赌博", inBody, nil},
		"plain":                {models.FormatText, "<b>赌</b>博 赌博", "赌博", inBody, []string{"赌博"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := sourceOf(parts(Text{Body: tt.body, Format: tt.format}), tt.word, tt.where)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every stretch of every part leads to a range of the source, in order.
func checkMap(t *testing.T, list []part) {
	t.Helper()
	for i := range list {
		p := &list[i]
		last := 0
		for at, r := range p.text {
			size := utf8.RuneLen(r)
			if r == utf8.RuneError {
				_, size = utf8.DecodeRuneInString(p.text[at:])
			}
			from, to := p.origin(at, at+size)
			if from < 0 || to < from || to > len(p.source) {
				t.Fatalf("%q[%d] leads to [%d:%d] of %d", p.text, at, from, to, len(p.source))
			}
			if p.place == inBody && from < last {
				t.Fatalf("%q[%d] leads back to %d, before %d", p.text, at, from, last)
			}
			if text := p.source[from:to]; p.spans == nil && text != p.text[at:at+size] {
				t.Fatalf("%q[%d] leads to %q", p.text, at, text)
			}
			last = from
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("<p>赌<b>博</b>&nbsp;&#x535a;</p><img alt='赌' src=x><!-- c --><script>a<b</script>", uint8(0))
	f.Add("# 赌\n\n- **博** [a](http://b \"c\") ![d](e)\n\n|a|b|\n|-|-|\n|c|d|\n\n<div>x</div>\\* &amp;", uint8(1))
	f.Add("a\x00\xff<a href='", uint8(2))
	f.Fuzz(func(t *testing.T, body string, format uint8) {
		formats := []models.Format{models.FormatHTML, models.FormatMarkdown, models.FormatText}
		checkMap(t, parts(Text{Title: body, Body: body, Format: formats[format%3], Source: &models.Source{Unit: body}}))
	})
}

// No letter of a text without tags is lost, whatever else it holds.
func TestBrokenHTMLLosesNoText(t *testing.T) {
	for _, body := range []string{"甲<乙>丙", "甲<", "甲<!", "甲<!--乙", "甲</", "甲<a href='乙", "<![CDATA[甲]]>乙", "<?甲?>乙", "<p>甲<p", "甲&#x;乙&;&amp", "<textarea>甲", "<noscript>甲</noscript>"} {
		list := parts(Text{Body: body, Format: models.FormatHTML})
		var all strings.Builder
		for _, p := range list {
			all.WriteString(p.text)
		}
		for _, r := range "甲乙丙" {
			if strings.ContainsRune(body, r) && !strings.ContainsRune(all.String(), r) && !strings.Contains(body, "<"+string(r)) {
				t.Errorf("%q lost %q: %q", body, r, all.String())
			}
		}
		checkMap(t, list)
	}
}
