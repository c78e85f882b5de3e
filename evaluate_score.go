package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shenfa/models"
	"shenfa/screening"
)

// labelled is a case with what its screening must and must not say; the format
// is that of testdata/cases/README.md. A line without labels is a document of a corpus.
type labelled struct {
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	Body       string         `json:"body"`
	Text       string         `json:"text"` // a corpus may call the body so
	Format     models.Format  `json:"format"`
	Kind       string         `json:"kind"`
	Source     *models.Source `json:"source"`
	MustHit    *[]label       `json:"must_hit"`
	MustNotHit []label        `json:"must_not_hit"`
	MayHit     []label        `json:"may_hit"`
	Tier       models.Tier    `json:"tier"`
	Trap       bool           `json:"trap"`
}

// label names a place by its text, and a category, a family of them (pii.*) or
// several of which any will do (pii.health|pii.name_protected).
type label struct{ Category, Text string }

// category is the one that a label counts under: the first.
func (l label) category() string {
	first, _, _ := strings.Cut(l.Category, "|")
	return first
}

// UnmarshalJSON reads a bare text too: any category.
func (l *label) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &l.Text)
	}
	type plain label
	return json.Unmarshal(data, (*plain)(l))
}

func (l label) names(category string) bool {
	for one := range strings.SplitSeq(l.Category, "|") {
		if prefix, all := strings.CutSuffix(one, "*"); one == "" || one == category || all && strings.HasPrefix(category, prefix) {
			return true
		}
	}
	return false
}

// score counts what a category or a family found.
type score struct {
	Name                    string
	Expected, Missed, False int
}

// Precision and Recall are 1 where there was nothing to find.
func (s *score) Precision() float64 { return share(s.Expected-s.Missed, s.Expected-s.Missed+s.False) }
func (s *score) Recall() float64    { return share(s.Expected-s.Missed, s.Expected) }

func share(part, whole int) float64 {
	if whole == 0 {
		return cmp.Or(float64(part), 1)
	}
	return float64(part) / float64(whole)
}

func (s *score) MarshalJSON() ([]byte, error) {
	type plain score
	return json.Marshal(struct {
		*plain
		Precision, Recall float64
	}{(*plain)(s), s.Precision(), s.Recall()})
}

// finding is one miss or false alarm, or one hit in a corpus.
type finding struct{ Case, Kind, Category, Rule, Text, Context string }

// corpus is a file of unlabelled documents.
type corpus struct {
	Name      string
	Documents int
	With      map[string]int // by kind of hit: the documents that have one
}

// The kinds of hit that are counted in a corpus.
const (
	kindPII   = "个人信息"
	kindBlock = "拦截或锁定"
	kindWarn  = "提示"
)

var corpusKinds = []string{kindPII, kindBlock, kindWarn}

// evaluation is what came out for all files.
type evaluation struct {
	Cases, Traps, TrapsPassed, Tiers, TiersRight int

	All        *score
	Families   []*score
	Categories []*score
	Corpora    []*corpus
	Findings   []finding
	Failed     []string

	goal     limits
	category map[string]*score
}

func newEvaluation(goal limits) *evaluation {
	return &evaluation{goal: goal, category: map[string]*score{}}
}

func (e *evaluation) file(ctx context.Context, engine *screening.Engine, name string) error {
	documents := &corpus{Name: filepath.Base(name), With: map[string]int{}}
	err := eachCase(name, func(c labelled, text screening.Text) error {
		report, err := engine.Screen(ctx, text)
		if err != nil {
			return err
		}
		if c.MustHit != nil {
			e.judge(c, text, report)
		} else {
			e.count(documents, c.ID, text, report)
		}
		return nil
	})
	if documents.Documents > 0 {
		e.Corpora = append(e.Corpora, documents)
	}
	return err
}

// eachCase reads a file of cases, a JSON object a line.
func eachCase(name string, f func(labelled, screening.Text) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewReader(file)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			var c labelled
			if err := json.Unmarshal(line, &c); err != nil {
				return fmt.Errorf("%s:%d: %w", name, n, err)
			}
			text := screening.Text{Title: c.Title, Body: cmp.Or(c.Body, c.Text), Format: c.Format, Kind: models.Kind(c.Kind), Source: c.Source}
			if err := f(c, text); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// judge compares a report with the labels of its case.
func (e *evaluation) judge(c labelled, text screening.Text, report models.Report) {
	e.Cases++
	clean := true
	wrong := func(kind, category, rule, what string) {
		e.Findings = append(e.Findings, finding{c.ID, kind, category, rule, what, strings.ReplaceAll(text.Title+"|"+text.Body, "\n", "⏎")})
	}
	families := map[string]bool{}
	for _, want := range *c.MustHit {
		families[family(want.category())] = true
		s := e.of(want.category())
		s.Expected++
		if !slices.ContainsFunc(report.Hits, func(h models.Hit) bool { return want.names(h.Category) && want.marks(text, h) }) {
			s.Missed++
			wrong("漏报", want.Category, "", want.Text)
		}
	}
	for _, h := range report.Hits {
		if e.isFalse(c, families, text, h) {
			clean = false
			e.of(h.Category).False++
			wrong("误报", h.Category, h.Rule, h.Text)
		}
	}
	if c.Trap {
		e.Traps++
		if clean {
			e.TrapsPassed++
		}
	}
	if c.Tier != "" {
		e.Tiers++
		if c.Tier == report.Tier {
			e.TiersRight++
		} else {
			wrong("层级", string(report.Tier), "", string(c.Tier))
		}
	}
}

func (e *evaluation) isFalse(c labelled, families map[string]bool, text screening.Text, h models.Hit) bool {
	grave := h.Severity != models.SeverityInfo
	for _, not := range c.MustNotHit {
		if (grave || not.Category != "") && not.names(h.Category) && not.marks(text, h) {
			return true
		}
	}
	for _, right := range slices.Concat(*c.MustHit, c.MayHit) {
		if right.names(h.Category) && right.marks(text, h) {
			return false
		}
	}
	return grave && !families[family(h.Category)]
}

// marks tells whether a hit overlaps an occurrence of the label's text; an
// empty text is everywhere.
func (l label) marks(text screening.Text, h models.Hit) bool {
	if l.Text == "" {
		return true
	}
	field := map[string]string{models.FieldTitle: text.Title, models.FieldBody: text.Body}
	if s := text.Source; s != nil {
		field[models.FieldSourceUnit], field[models.FieldSourceURL], field[models.FieldSourceOriginalTitle] = s.Unit, s.URL, s.OriginalTitle
	}
	source, want := []rune(field[h.Field]), []rune(l.Text)
	for at := max(0, h.Start-len(want)+1); at < h.End && at+len(want) <= len(source); at++ {
		if slices.Equal(source[at:at+len(want)], want) {
			return true
		}
	}
	return false
}

// count adds a document of a corpus.
func (e *evaluation) count(c *corpus, id string, text screening.Text, report models.Report) {
	c.Documents++
	kinds := map[string]bool{}
	for _, h := range report.Hits {
		kind := ""
		switch {
		case family(h.Category) == "pii":
			kind = kindPII
		case h.Severity == models.SeverityBlock || h.Severity == models.SeverityLock:
			kind = kindBlock
		case h.Severity == models.SeverityWarn:
			kind = kindWarn
		default:
			continue
		}
		kinds[kind] = true
		body := []rune(text.Body)
		around := ""
		if h.Field == models.FieldBody {
			around = string(body[max(0, h.Start-25):min(len(body), h.End+25)])
		}
		e.Findings = append(e.Findings, finding{id, kind, h.Category, h.Rule, h.Text, strings.ReplaceAll(around, "\n", "⏎")})
	}
	for kind := range kinds {
		c.With[kind]++
	}
}

func (e *evaluation) of(category string) *score {
	if e.category[category] == nil {
		e.category[category] = &score{Name: category}
	}
	return e.category[category]
}

// sum adds the categories up and holds the result against the goal.
func (e *evaluation) sum() {
	e.All = &score{Name: "合计"}
	families := map[string]*score{}
	for _, name := range slices.Sorted(maps.Keys(e.category)) {
		s := e.category[name]
		e.Categories = append(e.Categories, s)
		f := families[family(name)]
		if f == nil {
			f = &score{Name: family(name) + ".*"}
			families[family(name)] = f
			e.Families = append(e.Families, f)
		}
		for _, total := range []*score{f, e.All} {
			total.Expected += s.Expected
			total.Missed += s.Missed
			total.False += s.False
		}
	}
	mark := func(failed bool, format string, args ...any) {
		if failed {
			e.Failed = append(e.Failed, fmt.Sprintf(format, args...))
		}
	}
	mark(e.All.Precision() < e.goal.Precision, "总准确率 %s", percent(e.All.Precision()))
	mark(e.All.Recall() < e.goal.Recall, "总查全率 %s", percent(e.All.Recall()))
	for _, f := range e.Families {
		mark(f.Precision() < e.goal.Family, "%s 准确率 %s", f.Name, percent(f.Precision()))
		mark(f.Recall() < e.goal.Family, "%s 查全率 %s", f.Name, percent(f.Recall()))
	}
	mark(share(e.TrapsPassed, e.Traps) < e.goal.Traps, "词界陷阱放行率 %s", percent(share(e.TrapsPassed, e.Traps)))
	for _, c := range e.Corpora {
		for kind, limit := range map[string]float64{kindPII: e.goal.PII, kindBlock: e.goal.Block, kindWarn: e.goal.Warn} {
			rate := share(c.With[kind], c.Documents)
			mark(rate > limit, "%s %s %s", c.Name, kind, percent(rate))
		}
	}
}

// forget drops what quotes the cases.
func (e *evaluation) forget() { e.Findings = nil }

// family is the part of a category before the dot.
func family(category string) string {
	name, _, _ := strings.Cut(category, ".")
	return name
}
