package screening

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"shenfa/models"
	"shenfa/screening/match"
)

// Version of the engine; it stands in every report.
const Version = "0.1.0"

//go:embed rules
var embedded embed.FS

// Options of an engine; the zero value runs the embedded rules.
type Options struct {
	RulesDir string // a folder with rules that take the place of the embedded ones
}

// Engine screens texts. It is safe for concurrent use.
type Engine struct {
	fold     *match.Fold
	segments *segmenter
	prepared *prepared
	plan     atomic.Pointer[plan]
	ready    chan struct{}
	err      error // set before ready is closed
	scratch  sync.Pool
}

// EmbeddedRules are the rules that come with the program.
func EmbeddedRules() (*Rules, error) {
	sub, err := fs.Sub(embedded, "rules")
	if err != nil {
		return nil, err
	}
	return LoadRules(sub)
}

// New reads and checks the rules and starts to load the dictionary in the
// background; Screen waits for it. Errors name file, line and rule. The
// examples of rules from a folder are tried then; those of the embedded rules
// were when the program was tested (CheckExamples).
func New(o Options) (*Engine, error) {
	rules, err := EmbeddedRules()
	if o.RulesDir != "" {
		rules, err = LoadRules(os.DirFS(o.RulesDir))
	}
	if err != nil {
		return nil, fmt.Errorf("机审规则有误：\n%w", err)
	}
	fold := newFold()
	e := &Engine{fold: fold, prepared: new(prepared), ready: make(chan struct{})}
	e.scratch.New = func() any { return new(scratch) }
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		e.segments, e.err = newSegmenter()
	}()
	p, err := compile(rules, e.fold, e.prepared)
	if err != nil {
		return nil, fmt.Errorf("机审规则有误：\n%w", err)
	}
	e.plan.Store(p)
	go func() {
		defer close(e.ready)
		<-loaded
		if e.err == nil {
			e.err = e.prepared.expressions.ready(e.segments.dictionary)
		}
		if e.err == nil && o.RulesDir != "" {
			e.err = e.tryExamples(p, p.rules.list)
		}
	}()
	return e, nil
}

// Ready is closed when the engine can screen, or has failed (Err).
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// Err tells after Ready why the engine cannot screen.
func (e *Engine) Err() error {
	select {
	case <-e.ready:
		return e.err
	default:
		return nil
	}
}

// Edition of the rules in force.
func (e *Engine) Edition() string { return e.plan.Load().rules.edition }

// Rules in force.
func (e *Engine) Rules() *Rules { return e.plan.Load().rules }

// CheckExamples tries the examples of the rules in force: the errors name file,
// line and rule.
func (e *Engine) CheckExamples() error {
	<-e.ready
	if e.err != nil {
		return e.err
	}
	p := e.plan.Load()
	return e.tryExamples(p, p.rules.list)
}

// Install puts another edition in force, at once and for all readers, after
// trying its examples. Screenings that run go on with the edition they began with.
func (e *Engine) Install(rules *Rules) error {
	<-e.ready
	if e.segments == nil {
		return e.err
	}
	p, err := compile(rules, e.fold, e.prepared)
	if err == nil {
		err = e.tryExamples(p, p.rules.list)
	}
	if err != nil {
		return fmt.Errorf("版次 %s 未安装：\n%w", rules.edition, err)
	}
	e.plan.Store(p)
	return nil
}

// Screen reads a text and reports what it found. It waits until the engine is
// ready or ctx ends.
func (e *Engine) Screen(ctx context.Context, t Text) (models.Report, error) {
	select {
	case <-e.ready:
	case <-ctx.Done():
		return models.Report{}, ctx.Err()
	}
	if e.err != nil {
		return models.Report{}, e.err
	}
	start := time.Now()
	report := e.screen(e.plan.Load(), t)
	report.ElapsedUS = time.Since(start).Microseconds()
	return report, nil
}

// scratch is what a screening needs and the next one can use again.
type scratch struct {
	seen    sightings
	anchors [][]anchor // by detector
	done    []int      // by rule: how far its pattern has read
	glances glances
	spelled spelling
	desk    slipDesk
	draft   draft
}

// open begins a screening with the scan for words.
func (e *Engine) open(p *plan, t Text) *scratch {
	s := e.scratch.Get().(*scratch)
	s.reset(p)
	d := &s.draft
	*d = draft{parts: parts(t), text: t, found: d.found[:0], rules: p.rules, fold: e.fold, segments: e.segments,
		answers: d.answers, plan: p, seen: &s.seen, desk: &s.desk, glances: &s.glances, spelling: &s.spelled}
	s.seen.scan(p.matcher, e.fold, d.parts)
	size := 0
	for i := range d.parts {
		size += len(d.parts[i].text)
	}
	d.left = searchable(size)
	return s
}

// close ends it: nothing of the text is kept.
func (e *Engine) close(s *scratch) {
	s.draft = draft{found: s.draft.found[:0], answers: s.draft.answers}
	s.spelled.text, s.spelled.numbers = "", s.spelled.numbers[:0]
	clear(s.desk.text.runes[:])
	e.scratch.Put(s)
}

func (e *Engine) screen(p *plan, t Text) models.Report {
	s := e.open(p, t)
	defer e.close(s)
	d := &s.draft
	for i := range d.parts {
		p.dispatch(s, i)
	}
	for _, o := range p.always {
		s.anchors[o.detector] = append(s.anchors[o.detector], anchor{word: o.word})
	}
	for i, found := range s.anchors {
		if len(found) > 0 {
			p.detectors[i].detect(d, found)
		}
	}
	report := d.resolve()
	report.Edition, report.Engine = p.rules.edition, Version
	return report
}

func (s *scratch) reset(p *plan) {
	if len(s.anchors) != len(p.detectors) {
		s.anchors = make([][]anchor, len(p.detectors))
	}
	if len(s.done) != len(p.programs) {
		s.done = make([]int, len(p.programs))
	}
	for i := range s.anchors {
		s.anchors[i] = s.anchors[i][:0]
	}
	if len(s.draft.answers) != p.asked {
		s.draft.answers = make([]answer, p.asked)
	}
	clear(s.draft.answers)
	s.glances.reset(p)
}

// dispatch hands what was found in a part to the rules and detectors that asked.
func (p *plan) dispatch(s *scratch, part int) {
	clear(s.done)
	for _, o := range p.begins {
		p.ask(s, o, part, match.Match{})
	}
	for _, m := range s.seen.of(part) {
		if !p.wanted.has(int(m.Term)) {
			continue
		}
		for _, o := range p.words.owners[m.Term] {
			p.ask(s, o, part, m)
		}
	}
	for _, run := range s.seen.readings[part].Runs {
		for _, o := range p.runs {
			p.ask(s, o, part, match.Match{Start: run.Start, End: run.End})
		}
	}
}

// ask asks a rule, or keeps the place for a detector.
func (p *plan) ask(s *scratch, o owner, part int, m match.Match) {
	start, end := int(m.Start), int(m.End)
	if o.rule < 0 {
		s.anchors[o.detector] = append(s.anchors[o.detector], anchor{part, start, end, o.word, int(m.Last)})
		return
	}
	d, pr := &s.draft, &p.programs[o.rule]
	switch {
	case pr.in&d.parts[part].place == 0, len(pr.Kinds) > 0 && !pr.reads(d, part):
	case o.word >= 0:
		pr.termAt(d, part, start, end, &pr.terms[o.word])
	case start < s.done[o.rule]:
	case pr.pattern == nil:
		s.done[o.rule] = pr.evidenceAt(d, part, start, end)
	default:
		may, read := d.mayNear(pr, part, start)
		if may {
			read = pr.patternAt(d, part, start, end)
		}
		s.done[o.rule] = read
	}
}
