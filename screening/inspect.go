package screening

import (
	"cmp"
	"slices"
	"strings"

	"shenfa/screening/match"
)

// Inspection is what an import should tell those who install an edition: what
// would raise false alarms, and what stands twice.
type Inspection struct {
	Edition    string      `json:"edition"`
	Rules      int         `json:"rules"`
	Terms      int         `json:"terms"`
	Firing     []Firing    `json:"firing"`     // rules that hit clean official text
	Duplicates [][]string  `json:"duplicates"` // terms that are one and the same when folded
	Contained  []Contained `json:"contained"`  // dictionary words that contain a short term: candidates for allow
}

// Firing is a rule that hits clean text.
type Firing struct {
	Rule    string `json:"rule"`
	Text    string `json:"text"`
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// Contained is a term with the most frequent words that contain it.
type Contained struct {
	Term  string   `json:"term"`
	Words []string `json:"words"`
}

// mostWords is how many words are listed for a term.
const mostWords = 8

// Inspect tries rules on clean texts without putting them in force. It needs
// the dictionary, so it waits until the engine is ready.
func (e *Engine) Inspect(rules *Rules, clean []Text) (Inspection, error) {
	<-e.ready
	if e.segments == nil {
		return Inspection{}, e.err
	}
	p, err := compile(rules, e.fold, e.prepared)
	if err != nil {
		return Inspection{}, err
	}
	in := Inspection{Edition: rules.edition, Rules: len(rules.list)}
	in.Firing = e.firing(p, clean)
	in.Duplicates, in.Terms = duplicates(rules, e.fold)
	in.Contained, err = e.contained(rules)
	return in, err
}

func (e *Engine) firing(p *plan, clean []Text) []Firing {
	found := map[string]*Firing{}
	for _, text := range clean {
		for _, h := range e.screen(p, text).Hits {
			if p.rules.byID[h.Rule].Severity == "info" {
				continue
			}
			key := h.Rule + "\x00" + h.Text
			if found[key] == nil {
				found[key] = &Firing{Rule: h.Rule, Text: h.Text, Example: example(text.Body, h.Start, h.End)}
			}
			found[key].Count++
		}
	}
	list := make([]Firing, 0, len(found))
	for _, f := range found {
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b Firing) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Text, b.Text))
	})
	return list
}

// example is a hit in the body with the characters around it.
func example(body string, start, end int) string {
	runes := []rune(body)
	if end > len(runes) {
		return ""
	}
	return string(runes[max(0, start-15):min(len(runes), end+15)])
}

// duplicates are the terms of one category that fold alike.
func duplicates(rules *Rules, fold *match.Fold) (groups [][]string, terms int) {
	alike := map[string][]string{}
	for _, rule := range rules.list {
		for _, term := range rule.Terms {
			key := rule.Category + "\x00" + fold.String(term)
			alike[key] = append(alike[key], rule.ID+": "+term)
			terms++
		}
	}
	for _, group := range alike {
		if len(group) > 1 {
			groups = append(groups, group)
		}
	}
	slices.SortFunc(groups, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return groups, terms
}

// contained looks for terms of two and three characters in the dictionary.
func (e *Engine) contained(rules *Rules) ([]Contained, error) {
	var terms []string
	allowed := map[string]string{}
	for _, rule := range rules.list {
		for _, term := range rule.Terms {
			folded := e.fold.String(term)
			if n := len([]rune(folded)); n >= 2 && n <= 3 && !strings.ContainsFunc(folded, isLatin) {
				terms = append(terms, term)
				allowed[term] += strings.Join(append(slices.Clone(rule.Allow), rule.term[term].allow...), " ") + " "
			}
		}
	}
	if len(terms) == 0 {
		return nil, nil
	}
	matcher, err := match.New(e.fold, terms)
	if err != nil {
		return nil, err
	}
	type entry struct {
		word string
		cost float32
	}
	words := make([][]entry, len(terms))
	var found []match.Match
	var reading match.Reading
	e.segments.eachWord(func(runes []rune, cost float32) {
		word := string(runes)
		e.fold.Read(&reading, word)
		found = matcher.Find(found[:0], &reading)
		for _, m := range found {
			if int(m.End-m.Start) < len(word) && !strings.Contains(allowed[terms[m.Term]], word) {
				words[m.Term] = append(words[m.Term], entry{word, cost})
			}
		}
	})
	var list []Contained
	for i, entries := range words {
		if len(entries) == 0 {
			continue
		}
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Or(cmp.Compare(a.cost, b.cost), strings.Compare(a.word, b.word)) })
		c := Contained{Term: terms[i]}
		for _, e := range entries[:min(len(entries), mostWords)] {
			c.Words = append(c.Words, e.word)
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Contained) int { return strings.Compare(a.Term, b.Term) })
	return list, nil
}

// eachWord goes through the words of the dictionary; the runes are of this call only.
func (d *dictionary) eachWord(do func(word []rune, cost float32)) {
	d.eachNode(func(word []rune, node uint32) {
		if c := d.nodes[node].cost; c != 0 {
			do(word, d.costs[c])
		}
	})
}

// eachNode goes through all with which words begin; the runes are of this call only.
func (d *dictionary) eachNode(do func(word []rune, node uint32)) {
	runes := make([]rune, len(d.root))
	for r, symbol := range d.symbol {
		if symbol != 0 {
			runes[symbol] = rune(r)
		}
	}
	for r, symbol := range d.symbols {
		runes[symbol] = r
	}
	var walk func(node uint32, word []rune)
	walk = func(node uint32, word []rune) {
		if node != 0 {
			do(word, node)
		}
		for child := d.nodes[node].first; child < d.nodes[node+1].first; child++ {
			walk(child, append(word, runes[d.nodes[child].symbol]))
		}
	}
	walk(0, make([]rune, 0, d.longest))
}
