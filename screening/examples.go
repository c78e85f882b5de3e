package screening

import (
	"errors"
	"fmt"
	"strings"

	"shenfa/models"
)

// tryExamples screens the examples of rules of the plan: the positive ones must be
// hit by it, at [[…]] if marked, the negative ones must not.
func (e *Engine) tryExamples(p *plan, rules []*Rule) error {
	var errs []error
	for _, rule := range rules {
		for _, example := range rule.Positive {
			if err := e.tryPositive(p, rule, example); err != nil {
				errs = append(errs, rule.mistake("%v", err))
			}
		}
		for _, example := range rule.Negative {
			for _, h := range e.screen(p, rule.example(example)).Hits {
				if h.Rule == rule.ID {
					errs = append(errs, rule.mistake("反例 %q 命中了 %q", example, h.Text))
				}
			}
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) tryPositive(p *plan, rule *Rule, example string) error {
	plain := strings.NewReplacer("[[", "", "]]", "").Replace(example)
	var got []string
	for _, h := range e.screen(p, rule.example(plain)).Hits {
		if h.Rule == rule.ID {
			got = append(got, fmt.Sprintf("%d+%s", h.Start, h.Text))
		}
	}
	if len(got) == 0 {
		return fmt.Errorf("正例 %q 没有命中", example)
	}
	rest, before := example, ""
	for {
		head, tail, marked := strings.Cut(rest, "[[")
		if !marked {
			return nil
		}
		text, tail, _ := strings.Cut(tail, "]]")
		before += head
		want := fmt.Sprintf("%d+%s", len([]rune(rule.exampleField(before))), text)
		if !contains(got, want) {
			return fmt.Errorf("正例 %q：应命中 %s，实际命中 %s", example, want, strings.Join(got, " "))
		}
		before += text
		rest = tail
	}
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// example makes a text of an example: a title for rules that read titles
// alone, else a body; "title: …\n" in front gives the body a title too, and
// "source: …\n" makes it a reprint from there.
func (r *Rule) example(example string) Text {
	t := Text{}
	if len(r.Kinds) == 1 {
		t.Kind = r.Kinds[0]
	}
	for {
		head, tail, ok := strings.Cut(example, "\n")
		switch {
		case ok && strings.HasPrefix(head, "title: "):
			t.Title = strings.TrimPrefix(head, "title: ")
		case ok && strings.HasPrefix(head, "source: "):
			t.Kind = models.KindReprint
			t.Source = &models.Source{Unit: strings.TrimPrefix(head, "source: ")}
		case ok && strings.HasPrefix(head, "original: "):
			t.Kind = models.KindReprint
			if t.Source == nil {
				t.Source = &models.Source{}
			}
			t.Source.OriginalTitle = strings.TrimPrefix(head, "original: ")
		case len(r.In) == 1 && r.In[0] == "title":
			t.Title = example
			return t
		default:
			t.Body = example
			return t
		}
		example = tail
	}
}

// exampleField is what precedes a mark within its own field.
func (r *Rule) exampleField(before string) string {
	for {
		head, tail, ok := strings.Cut(before, "\n")
		if ok && (strings.HasPrefix(head, "title: ") || strings.HasPrefix(head, "source: ") || strings.HasPrefix(head, "original: ")) {
			before = tail
			continue
		}
		if i := strings.Index(before, ": "); i > 0 && (before[:i] == "title" || before[:i] == "source" || before[:i] == "original") {
			return before[i+2:]
		}
		return before
	}
}
