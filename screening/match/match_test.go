package match

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// naive is the specification: from every rune, compare fold by fold.
func naive(f *Fold, terms []string, text string) []Match {
	var found []Match
	for t, term := range terms {
		want := []rune(f.String(term))
		for start := range text {
			r, _ := decode(text[start:])
			if _, ok := f.Rune(r); !ok {
				continue
			}
			i, skips, at := start, 0, 0
			for i < len(text) {
				r, size := decode(text[i:])
				folded, ok := f.Rune(r)
				if !ok {
					if skips++; skips > MaxSkip {
						break
					}
					i += size
					continue
				}
				skips = 0
				if r == noRune || folded != want[at] {
					break
				}
				i += size
				if at++; at == len(want) {
					found = append(found, Match{Term: int32(t), Start: int32(start), End: int32(i)})
					break
				}
			}
		}
	}
	return found
}

const noRune = utf8.MaxRune + 1

func decode(s string) (rune, int) {
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		return noRune, 1
	}
	return r, size
}

func sorted(found []Match) []Match {
	slices.SortFunc(found, func(a, b Match) int {
		return int((a.Start-b.Start)*1<<12 + (a.End-b.End)*64 + a.Term - b.Term)
	})
	return found
}

func build(t testing.TB, terms ...string) *Matcher {
	m, err := New(NewFold(), terms)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// scan reads a text and finds terms in it.
func scan(m *Matcher, text string) ([]Match, []Run) {
	var r Reading
	m.fold.Read(&r, text)
	return m.Find(nil, &r), r.Runs
}

func TestFindsTermsInAnyWriting(t *testing.T) {
	m := build(t, "赌博", "微信", "法轮", "国家级", "abc", "中国", "国")
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"plain":          {"严禁赌博。", []string{"赌博"}},
		"traditional":    {"嚴禁賭博。", []string{"賭博"}},
		"inserted":       {"赌*博 赌\u200b博 赌 博", []string{"赌*博", "赌\u200b博", "赌 博"}},
		"punctuation":    {"赌，博；赌。博、赌\n博", nil},
		"width and case": {"ＡＢc aBC", []string{"ＡＢc", "aBC"}},
		"overlap":        {"中国家级", []string{"中国", "国", "国家级"}},
		"too far":        {"赌         博", nil},
		"circled":        {"Ⓐbⓒ", []string{"Ⓐbⓒ"}},
		"astral":         {"𝐀𝐛𝐜", []string{"𝐀𝐛𝐜"}},
		"broken bytes":   {"赌\xff博中\xe5国", []string{"国"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, _ := scan(m, tt.text)
			var got []string
			for _, f := range sorted(found) {
				got = append(got, tt.text[f.Start:f.End])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindsRuns(t *testing.T) {
	m := build(t, "电话")
	for text, want := range map[string][]string{
		"电话13800138000。":        {"13800138000"},
		"电话138-0013 8000，2026年": {"138-0013 8000"},
		"代码91350100M000100Y43":  {"91350100M000100Y43"},
		"一三八零零一三八零零零":           {"一三八零零一三八零零零"},
		"１３８００１３８０００":           {"１３８００１３８０００"},
		"2026年5月17日":            nil,
		"ABCDEFG":               nil,
		"①②③④⑤":                 {"①②③④⑤"},
		"12345          67890":  {"12345", "67890"},
		"12345\n67890":          {"12345", "67890"},
		"第1234条，第12345":         {"12345"},
	} {
		_, runs := scan(m, text)
		var got []string
		for _, r := range runs {
			got = append(got, text[r.Start:r.End])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("赌博,微信,国家级,国,a", "赌*博 严禁賭博，国家级中国a\xffＡ")
	f.Add("中中,中,中中中", "中中中中 中\u200b中")
	f.Add("①,1一,𝐀", "1一①𝐀a")
	fold := NewFold()
	f.Fuzz(func(t *testing.T, list, text string) {
		var terms []string
		for term := range strings.SplitSeq(list, ",") {
			if utf8.ValidString(term) && fold.String(term) != "" {
				terms = append(terms, term)
			}
		}
		if len(terms) > 40 || len(text) > 2000 {
			return
		}
		m, err := New(fold, terms)
		if err != nil {
			t.Skip()
		}
		var r Reading
		fold.Read(&r, "before")
		fold.Read(&r, text)
		got, runs := m.Find(nil, &r), r.Runs
		for i := range got {
			if g := &got[i]; r.End(int(g.Last)) != int(g.End) {
				t.Errorf("%v ends at %d", *g, r.End(int(g.Last)))
			} else {
				g.Last = 0
			}
		}
		if diff := cmp.Diff(sorted(naive(fold, terms, text)), sorted(got)); diff != "" {
			t.Error(diff)
		}
		end := int32(0)
		for _, r := range runs {
			if r.Start < end || r.End <= r.Start || int(r.End) > len(text) {
				t.Errorf("run %v after %d", r, end)
			}
			end = r.End
		}
	})
}
