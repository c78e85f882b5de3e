package screening

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"shenfa/models"
)

// A Rule says what is found, why it matters and what to write instead. It is
// read from a [[rule]] table of a .toml file. A rule either names a detector
// written in Go, or lists terms, or gives a pattern that is tried around its
// anchors.
type Rule struct {
	ID         string          `toml:"id"`         // unique; usually the category and a word
	Category   string          `toml:"category"`   // one of the fixed categories
	Severity   models.Severity `toml:"severity"`   // default: the category's
	Basis      string          `toml:"basis"`      // legal basis, with article
	Why        string          `toml:"why"`        // shown to leaders; {text} and {suggestion} are filled in
	Suggestion string          `toml:"suggestion"` // what to write instead; {text} is filled in

	Detector string `toml:"detector"` // the name of a detector in Go that reports under this rule

	Terms   []string `toml:"terms"`
	Lexicon string   `toml:"lexicon"` // terms from lexicon/NAME.tsv: term, suggestion, allow-words (、), note

	Anchors []string `toml:"anchors"` // words, one of which each match of the pattern has in its window
	Pattern string   `toml:"pattern"` // RE2; the hit is the group named hit, or the whole match
	Window  string   `toml:"window"`  // clause, sentence (default) or paragraph: what the pattern, or evidence, sees

	In    []string      `toml:"in"`    // title, body, alt, link, source; default title, body, alt
	Kinds []models.Kind `toml:"kinds"` // original, reprint; default both

	Need      []string `toml:"need"`       // patterns, one of which must stand in the scope
	Unless    []string `toml:"unless"`     // patterns, none of which may stand in the scope; @name stands for a [context] list
	Never     []string `toml:"never"`      // patterns, none of which may stand anywhere in the draft
	Scope     string   `toml:"scope"`      // clause, sentence (default), sentences (the next one too), paragraph or draft
	NotBefore string   `toml:"not_before"` // pattern that must not end right before the hit
	NotAfter  string   `toml:"not_after"`  // pattern that must not start right after the hit
	Unquoted  bool     `toml:"unquoted"`   // no hit within quotation marks
	Allow     []string `toml:"allow"`      // words that contain the term and are no hits
	Boundary  string   `toml:"boundary"`   // token or none; default: token for terms of 2–3 characters

	Evidence  []Evidence `toml:"evidence"`   // kinds of clues; beside anchors, in place of a pattern
	Style     string     `toml:"style"`      // lexicon/NAME.tsv: weights by which the sentence itself speaks for or against (Engine.Fit)
	StyleName string     `toml:"style_name"` // what {evidence} calls it
	Threshold int        `toml:"threshold"`  // the weight that clues of the sentence and of those beside it (scope = "sentence": of it alone) must reach
	Least     int        `toml:"least"`      // the weight that clues of the sentence itself must reach

	Support      string `toml:"support"`       // id of a rule of evidence: its weight around a place stands in for need
	SupportLeast int    `toml:"support_least"` // the weight that it must reach

	Mask string `toml:"mask"` // how the suggestion is made of the hit: one of masks in detect_mask.go

	Cues int `toml:"cues"` // the draft must have this many different hits of rules of the category

	Tier    models.Tier `toml:"tier"`    // default: the category's
	Consult []string    `toml:"consult"` // kinds of unit that should be asked

	Positive []string `toml:"positive"` // examples that must be hit; [[…]] marks the exact hit
	Negative []string `toml:"negative"` // examples that must not be hit

	file string
	line int
	rank int               // place of the category in the order of precedence
	term map[string]lexeme // by term as written
}

// lexeme is a line of a lexicon.
type lexeme struct {
	suggestion string
	allow      []string
}

// Rules is an immutable edition of the rule set.
type Rules struct {
	edition    string
	list       []*Rule
	byID       map[string]*Rule
	files      map[string][]byte
	exceptions []exception
	context    map[string][]string // lists of patterns that rules share in need and unless, by name
}

// Edition is the content address of the rules: the same files, the same edition.
func (r *Rules) Edition() string { return r.edition }

// List answers the rules in the order of their files.
func (r *Rules) List() []*Rule { return r.list }

// Files are the files that the rules were read from, by path, for export.
func (r *Rules) Files() map[string][]byte { return r.files }

// LoadRules reads *.toml and lexicon/*.tsv. It reports every mistake that can
// be seen without screening, each with its file, line and rule; Engine.Install
// then tries the examples.
func LoadRules(from fs.FS) (*Rules, error) {
	files := map[string][]byte{}
	for _, pattern := range []string{"*.toml", "lexicon/*.tsv"} {
		names, err := fs.Glob(from, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(from, name)
			if err != nil {
				return nil, err
			}
			files[name] = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		}
	}
	return ParseRules(files)
}

// ParseRules is LoadRules for files that are in memory, as Files answers them.
func ParseRules(files map[string][]byte) (*Rules, error) {
	r := &Rules{edition: Address(files), byID: map[string]*Rule{}, files: files, context: map[string][]string{}}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(name, ".toml") {
			errs = append(errs, r.read(name))
		}
	}
	all := categories()
	for _, rule := range r.list {
		errs = append(errs, rule.resolveContext(r.context), rule.complete(all, r.files))
	}
	errs = append(errs, r.except())
	if len(r.list) == 0 {
		errs = append(errs, errors.New("没有找到规则"))
	}
	return r, errors.Join(errs...)
}

// With is the edition with files of a unit on top of it: more rules and
// terms, and exceptions from those that are there. A file of the same name
// takes the other's place.
func (r *Rules) With(files map[string][]byte) (*Rules, error) {
	all := maps.Clone(r.files)
	maps.Copy(all, files)
	return ParseRules(all)
}

// An exception is an [[exception]] table: words that a unit allows a rule to
// pass over, or a rule that it does not want.
type exception struct {
	Rule   string   `toml:"rule"`   // id
	Allow  []string `toml:"allow"`  // words that contain a term or are it, and are no hits
	Off    bool     `toml:"off"`    // the rule is not used; rules that lock cannot be switched off
	Reason string   `toml:"reason"` // required: it stands in the edition

	file string
	line int
}

// except applies the exceptions.
func (r *Rules) except() error {
	var errs []error
	for _, x := range r.exceptions {
		rule := r.byID[x.Rule]
		var wrong string
		switch {
		case rule == nil:
			wrong = "没有这条规则"
		case x.Reason == "":
			wrong = "必须写明理由 reason"
		case x.Off && rule.Severity == models.SeverityLock:
			wrong = "锁定类规则不能停用"
		case x.Off:
			r.list = slices.DeleteFunc(r.list, func(other *Rule) bool { return other == rule })
			delete(r.byID, x.Rule)
		default:
			rule.Allow = append(rule.Allow, x.Allow...)
		}
		if wrong != "" {
			errs = append(errs, fmt.Errorf("%s:%d：规则 %q 的例外：%s", x.file, x.line, x.Rule, wrong))
		}
	}
	return errors.Join(errs...)
}

func (r *Rules) read(name string) error {
	var file struct {
		Rule      []*Rule             `toml:"rule"`
		Context   map[string][]string `toml:"context"`
		Exception []exception         `toml:"exception"`
	}
	data := r.files[name]
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&file); err != nil {
		return located(name, err)
	}
	lines, places := headers(data, "[[rule]]"), headers(data, "[[exception]]")
	for i, x := range file.Exception {
		x.file = name
		if i < len(places) {
			x.line = places[i]
		}
		r.exceptions = append(r.exceptions, x)
	}
	var errs []error
	for name, list := range file.Context {
		r.context[name] = append(r.context[name], list...)
	}
	for i, rule := range file.Rule {
		rule.file = name
		if i < len(lines) {
			rule.line = lines[i]
		}
		if other := r.byID[rule.ID]; other != nil {
			errs = append(errs, rule.mistake("id 与 %s:%d 重复", other.file, other.line))
			continue
		}
		r.byID[rule.ID] = rule
		r.list = append(r.list, rule)
	}
	return errors.Join(errs...)
}

// resolveContext puts the shared lists in place of their names: "@name" in a
// list, {{name}} in a pattern.
func (r *Rule) resolveContext(lists map[string][]string) error {
	var errs []error
	list := func(name string) []string {
		words, known := lists[name]
		if !known {
			errs = append(errs, r.mistake("没有名为 %q 的词组", name))
		}
		return words
	}
	insert := func(pattern string) string {
		for range insertions {
			pattern = insertion.ReplaceAllStringFunc(pattern, func(name string) string {
				return "(?:" + strings.Join(list(strings.Trim(name, "{}")), "|") + ")"
			})
		}
		return pattern
	}
	fields := []*[]string{&r.Terms, &r.Anchors, &r.Allow, &r.Need, &r.Unless, &r.Never}
	for i := range r.Evidence {
		fields = append(fields, &r.Evidence[i].Words)
	}
	for _, field := range fields {
		var all []string
		for _, entry := range *field {
			if name, named := strings.CutPrefix(entry, "@"); named {
				all = append(all, list(name)...)
			} else {
				all = append(all, entry)
			}
		}
		for i := range all {
			all[i] = insert(all[i])
		}
		*field = all
	}
	for _, field := range []*string{&r.Pattern, &r.NotBefore, &r.NotAfter} {
		*field = insert(*field)
	}
	return errors.Join(errs...)
}

// insertions is how deep the names of lists may stand in lists.
const insertions = 3

// insertion is the name of a shared list in a pattern.
var insertion = regexp.MustCompile(`\{\{\w+\}\}`)

// located turns a decoder's error into one that names file and line.
func located(name string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var errs []error
		for i := range strict.Errors {
			line, _ := strict.Errors[i].Position()
			errs = append(errs, fmt.Errorf("%s:%d：没有 %s 这一项", name, line, strings.Join(strict.Errors[i].Key(), ".")))
		}
		return errors.Join(errs...)
	}
	var syntax *toml.DecodeError
	if errors.As(err, &syntax) {
		line, column := syntax.Position()
		return fmt.Errorf("%s:%d:%d：写法有误：%w", name, line, column, err)
	}
	return fmt.Errorf("%s：写法有误：%w", name, err)
}

// headers are the line numbers of the tables of a name.
func headers(data []byte, table string) (lines []int) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte(table)) {
			lines = append(lines, n)
		}
	}
	return lines
}

// mistake is an error that says where the rule stands.
func (r *Rule) mistake(format string, args ...any) error {
	return fmt.Errorf("%s:%d：规则 %q：%s", r.file, r.line, r.ID, fmt.Sprintf(format, args...))
}

// lexicon reads the rule's term list.
func (r *Rule) readLexicon(files map[string][]byte) error {
	name := path.Join("lexicon", r.Lexicon)
	data, found := files[name]
	if !found {
		return r.mistake("没有文件 %s", name)
	}
	n := 0
	var errs []error
	for line := range bytes.Lines(data) {
		n++
		text := strings.TrimRight(string(line), "\n")
		if text == "" || text[0] == '#' {
			continue
		}
		columns := strings.Split(text+"\t\t", "\t")
		term := strings.TrimSpace(columns[0])
		if _, twice := r.term[term]; twice || term == "" {
			errs = append(errs, fmt.Errorf("%s:%d：规则 %q：词 %q 为空或者重复", name, n, r.ID, term))
			continue
		}
		r.Terms = append(r.Terms, term)
		r.term[term] = lexeme{strings.TrimSpace(columns[1]), splitList(columns[2])}
	}
	return errors.Join(errs...)
}

func splitList(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == '、' || r == ' ' })
}
