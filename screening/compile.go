package screening

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"shenfa/models"
	"shenfa/screening/match"
)

// plan is a rule set ready to run: one matcher over all terms and anchors, and
// for each of its words who wants to know.
type plan struct {
	rules     *Rules
	matcher   *match.Matcher
	programs  []program // by rule
	words     wordList
	tokens    tokens
	wanted    bitSet // words that have owners
	asked     int    // the number of different conditions
	detectors []detector
	runs      []owner // who wants the runs of digits
	begins    []owner // who wants the beginning of each part
	always    []owner // who wants to be called for every draft
}

// digitRuns is the anchor of a rule that is called at runs of digits.
const digitRuns = "<digits>"

// begin is the anchor of a rule that is called at the beginning of each title,
// body and so on, whatever stands there.
const begin = "<begin>"

// owner is a rule or a detector that asked for a word.
type owner struct {
	rule     int // index in programs, or -1
	detector int // index in detectors
	word     int // index in the rule's terms, or in the detector's anchors
}

// program is a rule made ready to run.
type program struct {
	*Rule
	in        place
	pattern   *pattern
	needs     needs      // of the pattern
	sight     sight      // of it
	group     int        // of the pattern: the hit
	need      *condition // nil: none
	unless    *condition
	never     *condition
	notBefore *pattern
	notAfter  *pattern
	terms     []compiledTerm
	clues     []clue
	order     []int // in which the clues are looked for
	style     *style
	core      bool // of the clues, some are no part of the hit
	support   *program
}

type compiledTerm struct {
	text    string
	lexeme  lexeme
	token   bool // its boundaries are confirmed
	latin   bool // it must not stand inside a longer word of letters or digits
	allowed []string
}

func compile(rules *Rules, fold *match.Fold, kept *prepared) (*plan, error) {
	p := &plan{rules: rules, words: wordList{fold: fold, shares: newShares(), at: map[string]int{}, numbers: map[string]int{}}}
	words := &p.words
	shared := conditions{at: map[string]*condition{}, words: words, letters: newAlphabet(), patterns: kept.patterns.open()}
	made := make(chan *expressions, 1)
	go func() { made <- kept.of(rules, fold) }()
	var errs []error
	for i, rule := range rules.list {
		p.askFor(rule, i)
	}
	for _, rule := range rules.list { // now it is known which words are looked for anyway
		pr, err := rule.program(rules.files, &shared)
		errs = append(errs, err)
		p.programs = append(p.programs, pr)
	}
	for i := range p.programs {
		pr := &p.programs[i]
		if pr.Support == "" {
			continue
		}
		at := slices.IndexFunc(p.programs, func(other program) bool { return other.ID == pr.Support && len(other.clues) > 0 })
		if at < 0 {
			errs = append(errs, pr.mistake("support：没有按线索判断的规则 %q", pr.Support))
			continue
		}
		pr.support = &p.programs[at]
	}
	known := detectors(rules, <-made)
	for _, rule := range rules.list {
		if rule.Detector != "" && known[rule.Detector] == nil {
			errs = append(errs, rule.mistake("没有名为 %q 的检测器", rule.Detector))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		d := known[name]
		for k, word := range d.anchors() {
			o := owner{rule: -1, detector: len(p.detectors), word: k}
			switch word {
			case anyRun:
				p.runs = append(p.runs, o)
			case everyDraft:
				p.always = append(p.always, o)
			default:
				words.ask(word, o)
			}
		}
		p.detectors = append(p.detectors, d)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, c := range shared.at {
		words.prove(c)
	}
	p.asked, p.tokens = len(shared.at), words.tokens()
	p.wanted = make(bitSet, len(words.list)/64+1)
	for i, owners := range words.owners {
		if len(owners) > 0 {
			p.wanted[i/64] |= 1 << (i % 64)
		}
	}
	words.at, words.lists, words.proofs = nil, nil, nil // they have served
	var err error
	if p.matcher, err = match.New(fold, words.list); err == nil {
		kept.patterns.keep(shared.patterns)
	}
	return p, err
}

// askFor asks for the terms and anchors of a rule, the i-th.
func (p *plan) askFor(rule *Rule, i int) {
	if rule.Detector == "" { // else they are the detector's
		for k, term := range rule.Terms {
			p.words.ask(term, owner{rule: i, word: k})
		}
	}
	for _, word := range slices.Concat(rule.Anchors, styleAnchors(p.rules.files["lexicon/"+rule.Style])) {
		switch o := (owner{rule: i, word: -1}); word {
		case digitRuns:
			p.runs = append(p.runs, o)
		case begin:
			p.begins = append(p.begins, o)
		default:
			p.words.ask(word, o)
		}
	}
}

// prepared is what takes long to make and is the same for editions with the
// same lists of expressions, idioms and words.
type prepared struct {
	mu          sync.Mutex
	lists       [sha256.Size]byte
	expressions *expressions
	patterns    patterns
}

// of answers the detector of expressions for an edition.
func (p *prepared) of(rules *Rules, fold *match.Fold) *expressions {
	sum := sha256.New()
	for _, id := range []string{"wording.fixed_expression", "wording.fixed_expression.known", "typo.idiom", slipRule, missingRule, "typo.doubled", particleRule} {
		rule := rules.byID[id]
		fmt.Fprintf(sum, "%s %t\n", id, rule != nil)
		if rule == nil {
			continue
		}
		for _, term := range rule.Terms {
			fmt.Fprintln(sum, term, strings.Join(rule.term[term].allow, "、"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rules.context)) {
		fmt.Fprintf(sum, "%s %q\n", name, rules.context[name])
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if lists := [sha256.Size]byte(sum.Sum(nil)); p.expressions == nil || lists != p.lists {
		p.lists, p.expressions = lists, newExpressions(rules, fold)
	}
	return p.expressions
}

// program compiles the patterns and terms of a rule.
func (r *Rule) program(files map[string][]byte, shared *conditions) (program, error) {
	p := program{Rule: r}
	var errs []error
	compile := func(key, expr string) *pattern {
		compiled, err := shared.patterns.of(expr)
		if err != nil {
			errs = append(errs, r.mistake("%s 写法有误：%v", key, err))
		}
		return compiled
	}
	for _, name := range r.In {
		p.in |= places[name]
	}
	if p.in == 0 {
		p.in = inTitle | inBody | inAlt
	}
	if r.Pattern != "" {
		if p.pattern = compile("pattern", r.Pattern); p.pattern == nil {
			return p, errors.Join(errs...)
		}
		p.group = max(p.pattern.Group("hit"), 0)
		p.needs, p.sight = shared.words.needs(p.pattern)
	}
	if r.NotBefore != "" {
		p.notBefore = compile("not_before", "(?:"+r.NotBefore+")$")
	}
	if r.NotAfter != "" {
		p.notAfter = compile("not_after", "^(?:"+r.NotAfter+")")
	}
	var err error
	if p.need, err = shared.of(r.Need); err != nil {
		errs = append(errs, r.mistake("need 写法有误：%v", err))
	}
	if p.unless, err = shared.of(r.Unless); err != nil {
		errs = append(errs, r.mistake("unless 写法有误：%v", err))
	}
	if p.never, err = shared.of(r.Never); err != nil {
		errs = append(errs, r.mistake("never 写法有误：%v", err))
	}
	if p.clues, err = r.clues(shared); err != nil {
		errs = append(errs, err)
	}
	p.order = bestOrder(p.clues)
	p.core = slices.ContainsFunc(r.Evidence, func(e Evidence) bool { return e.Around })
	if r.Style != "" {
		if p.style, err = newStyle("lexicon/"+r.Style, files["lexicon/"+r.Style], shared.letters); err != nil {
			errs = append(errs, err)
		}
	}
	if r.Detector != "" {
		return p, errors.Join(errs...) // its terms are the detector's
	}
	for _, text := range r.Terms {
		l := r.term[text]
		n := utf8.RuneCountInString(text)
		latin := strings.ContainsFunc(text, isLatin)
		p.terms = append(p.terms, compiledTerm{
			text: text, lexeme: l, latin: latin, allowed: append(slices.Clone(r.Allow), l.allow...),
			token: r.Boundary == "token" || r.Boundary == "" && n >= 2 && n <= 3 && !latin,
		})
	}
	return p, errors.Join(errs...)
}

func isLatin(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// condition is a set of patterns, one of which must stand in a text.
type condition struct {
	any   *pattern
	needs needs
	sight sight
	id    int // it has this number among those of the plan
}

// conditions are the different conditions of a plan, and what else its rules share.
type conditions struct {
	at       map[string]*condition // by their patterns
	words    *wordList
	letters  *alphabet
	patterns *opened
}

// of is the condition that one of the patterns stands in a text; nil if there are none.
func (c *conditions) of(list []string) (*condition, error) {
	if len(list) == 0 {
		return nil, nil
	}
	all := "(?:" + strings.Join(list, ")|(?:") + ")"
	if known := c.at[all]; known != nil {
		return known, nil
	}
	compiled, err := c.patterns.of(all)
	if err != nil {
		for _, s := range list { // which of them is it?
			if _, err := syntax.Parse(s, syntax.Perl); err != nil {
				return nil, fmt.Errorf("%q: %w", s, err)
			}
		}
		return nil, err
	}
	needs, sight := c.words.needs(compiled)
	c.at[all] = &condition{compiled, needs, sight, len(c.at)}
	return c.at[all], nil
}

// reads tells whether a rule looks at a part of a draft.
func (r *Rule) reads(d *draft, part int) bool {
	if len(r.Kinds) > 0 && !slices.Contains(r.Kinds, d.kind()) {
		return false
	}
	return true
}

// kind of the draft; an original unless it says otherwise.
func (d *draft) kind() models.Kind {
	if d.text.Kind == models.KindReprint {
		return models.KindReprint
	}
	return models.KindOriginal
}
