package match

import (
	"reflect"
	"regexp"
	"sync"
	"testing"
)

func TestPatternSaysWhatRegexpSays(t *testing.T) {
	exprs := []string{
		`秘密\s*★\s*\d{1,2}年`, `^关于.*的(通告|公告)$`, `(?i)wx[a-z0-9_]{3,6}`, `a|b*`, `$`, `^$`, `[^，。]{0,14}(点赞|转发)[^。]{2,6}截图`,
		`\bfoo\b`, `(?m)^第.条$`, `(一|二)级(防汛|抗旱)?响应`, `.{3}\n`, `x{2,}y?`, `(?s).a$`, `(点赞|(转)发)+`, `一?二|三`, `(?:^|[^受])限行|(^关)于|(?i)wx`, `[^。]{0,3}转发`, `\Q转发`,
	}
	texts := []string{"", "秘密★1年", "秘密 ★ 12年", "关于甲的通告", "关于甲的通告。", "甲关于乙的公告", "加WXabc_1", "ſ wxK", "务必点赞并转发后截图",
		"务必点赞并截图", "a foo b", "转发点赞转发，点赞", "一二三二", "限行，受限行。限行了Wx", "关于关于", "afoo", "第一条\n第二条", "二级响应", "甲乙丙\n", "xxy", "xa", "\xff\xffa", "𠀀秘密★9年"}
	for _, expr := range exprs {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if got, want := p.MatchString(text), regexp.MustCompile(expr).MatchString(text); got != want {
				t.Errorf("%q in %q: %v, want %v", expr, text, got, want)
			}
			if got, want := p.FindAll(text), p.regexp().FindAllStringSubmatchIndex(text, -1); !reflect.DeepEqual(got, want) {
				t.Errorf("%q in %q: matches at %v, want %v", expr, text, got, want)
			}
		}
	}
}

func TestPatternIsSharedByManyReaders(t *testing.T) {
	p, err := Compile(`a[^z]{0,12}b[^z]{0,12}c`)
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for k := range 4 {
		readers.Go(func() {
			text := []byte("aabbabababaabbbabacabbabababbabazzzc")
			for i := range 2000 { // enough different texts that the automaton is begun anew
				text[(i*7+k)%len(text)] = "abcz"[(i*i+k)%4]
				if got, want := p.MatchString(string(text)), p.regexp().MatchString(string(text)); got != want {
					t.Errorf("%s: %v, want %v", text, got, want)
				}
			}
		})
	}
	readers.Wait()
}

func FuzzPattern(f *testing.F) {
	f.Add(`a.{0,3}b$`, "axxb")
	f.Add(`^(?i)赌[^博]*博|\d+`, "赌x博")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 40 || len(text) > 200 {
			return
		}
		p, err := Compile(expr)
		if err != nil {
			return
		}
		if got, want := p.MatchString(text), p.regexp().MatchString(text); got != want {
			t.Errorf("%q in %q: %v, want %v", expr, text, got, want)
		}
		if got, want := p.FindAll(text), p.regexp().FindAllStringSubmatchIndex(text, -1); !reflect.DeepEqual(got, want) {
			t.Errorf("%q in %q: matches at %v, want %v", expr, text, got, want)
		}
	})
}
