package match

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// A Pattern is a regular expression (RE2 syntax) for texts that it mostly does
// not match: finite automata, built as texts need them, tell so at some ten
// times the speed of the regexp package, which then finds the rest. Safe for
// concurrent use.
type Pattern struct {
	*regexp.Regexp
	loose *machine // for a pattern that says more: its gaps may be of any length; nil: it has none
	tight *machine
	exact bool // tight errs never
}

// Compile compiles a pattern.
func Compile(expr string) (*Pattern, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	loosened, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	p := &Pattern{Regexp: re}
	if p.tight, err = newMachine(parsed); err != nil {
		return nil, err
	}
	p.exact = exact(p.tight.prog)
	if loosen(loosened) {
		p.loose, err = newMachine(loosened)
	}
	return p, err
}

// loosen lets what is repeated up to so many times be repeated at will; it
// tells whether there was any such thing. Counting is what makes automata large.
func loosen(re *syntax.Regexp) (changed bool) {
	if re.Op == syntax.OpRepeat && re.Max > 2 {
		re.Op, changed = syntax.OpStar, true
		if re.Min > 0 {
			re.Op = syntax.OpPlus
		}
	}
	for _, sub := range re.Sub {
		changed = loosen(sub) || changed
	}
	return changed
}

// May tells whether a text can match: it never says no to one that does.
func (p *Pattern) May(text string) bool {
	return (p.loose == nil || p.loose.may(text)) && p.tight.may(text)
}

// MatchString tells whether the pattern matches anywhere in a text.
func (p *Pattern) MatchString(text string) bool {
	return p.May(text) && (p.exact || p.Regexp.MatchString(text))
}

// exact tells whether a program has no conditions but the beginning and end of the text.
func exact(prog *syntax.Prog) bool {
	return !slices.ContainsFunc(prog.Inst, func(inst syntax.Inst) bool {
		return inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg) != syntax.EmptyBeginText && syntax.EmptyOp(inst.Arg) != syntax.EmptyEndText
	})
}

// machine is a finite automaton for a regular expression.
type machine struct {
	prog    *syntax.Prog
	classes classTable
	root    atomic.Pointer[automaton]
}

// maxStates bounds an automaton; one that has grown so far is begun anew.
const maxStates = 1000

func newMachine(re *syntax.Regexp) (*machine, error) {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, err
	}
	m := &machine{prog: prog, classes: newClassTable(prog)}
	m.root.Store(m.begin())
	return m, nil
}

// automaton is the part of a machine that texts have needed so far.
type automaton struct {
	mu     sync.Mutex
	states map[string]*state
	first  *state
	seen   []uint32 // by instruction: the round in which it was added
	round  uint32
}

// state is a set of instructions that may come next.
type state struct {
	pcs     []uint32
	matches bool // whatever follows
	ends    bool // if the text ends here
	decided bool // what follows changes nothing: it matches, or never will
	next    []atomic.Pointer[state]
}

func (m *machine) begin() *automaton {
	a := &automaton{states: map[string]*state{}, seen: make([]uint32, len(m.prog.Inst)), round: 1}
	set := pcSet{automaton: a}
	m.close(&set, uint32(m.prog.Start), true)
	a.first = m.state(a, &set)
	return a
}

// may tells whether a text can match: it never says no to one that does.
func (m *machine) may(text string) bool {
	a := m.root.Load()
	s := a.first
	for i := 0; i < len(text) && !s.decided; {
		var r rune
		size := 1
		if b := text[i]; b < utf8.RuneSelf {
			r = rune(b)
		} else if i+3 < len(text) && threeBytes(four(text, i)) && b != 0xED { // no surrogate
			r, size = rune(three(four(text, i))), 3
		} else {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		class := m.classes.of(r)
		next := s.next[class].Load()
		if next == nil {
			next = m.step(a, s, r, class)
		}
		s = next
	}
	return s.matches || s.ends
}

// step builds the state that a rune leads to.
func (m *machine) step(a *automaton, s *state, r rune, class uint16) *state {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.states) >= maxStates {
		m.root.CompareAndSwap(a, m.begin()) // those who are in the old one may finish
	}
	a.round++
	set := pcSet{automaton: a}
	for _, pc := range s.pcs {
		if inst := &m.prog.Inst[pc]; inst.Op != syntax.InstEmptyWidth && inst.MatchRune(r) {
			m.close(&set, inst.Out, false)
		}
	}
	m.close(&set, uint32(m.prog.Start), false) // a match may begin anywhere
	next := m.state(a, &set)
	s.next[class].Store(next)
	return next
}

// pcSet gathers instructions.
type pcSet struct {
	*automaton
	pcs     []uint32
	matches bool
	ends    bool
}

// close adds an instruction and all that are reached from it without a rune.
// Word boundaries are taken as given.
func (m *machine) close(set *pcSet, pc uint32, atStart bool) {
	if set.seen[pc] == set.round {
		return
	}
	set.seen[pc] = set.round
	switch inst := &m.prog.Inst[pc]; inst.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		m.close(set, inst.Out, atStart)
		m.close(set, inst.Arg, atStart)
	case syntax.InstCapture, syntax.InstNop:
		m.close(set, inst.Out, atStart)
	case syntax.InstEmptyWidth:
		switch op := syntax.EmptyOp(inst.Arg); {
		case op&syntax.EmptyBeginText != 0 && !atStart:
		case op&syntax.EmptyEndText != 0:
			set.ends = set.ends || m.endsIn(inst.Out, atStart, map[uint32]bool{})
		default:
			m.close(set, inst.Out, atStart)
		}
	case syntax.InstMatch:
		set.matches = true
	case syntax.InstFail:
	default:
		set.pcs = append(set.pcs, pc)
	}
}

// endsIn tells whether a match is reached without another rune.
func (m *machine) endsIn(pc uint32, atStart bool, seen map[uint32]bool) bool {
	if seen[pc] {
		return false
	}
	seen[pc] = true
	switch inst := &m.prog.Inst[pc]; inst.Op {
	case syntax.InstMatch:
		return true
	case syntax.InstAlt, syntax.InstAltMatch:
		return m.endsIn(inst.Out, atStart, seen) || m.endsIn(inst.Arg, atStart, seen)
	case syntax.InstEmptyWidth:
		return (syntax.EmptyOp(inst.Arg)&syntax.EmptyBeginText == 0 || atStart) && m.endsIn(inst.Out, atStart, seen)
	case syntax.InstCapture, syntax.InstNop:
		return m.endsIn(inst.Out, atStart, seen)
	}
	return false
}

// state is the one state of a set.
func (m *machine) state(a *automaton, set *pcSet) *state {
	slices.Sort(set.pcs)
	key := make([]byte, 0, 2+3*len(set.pcs))
	for _, pc := range set.pcs {
		key = append(key, byte(pc), byte(pc>>8), byte(pc>>16))
	}
	if set.matches {
		key = append(key, 'm')
	}
	if set.ends {
		key = append(key, 'e')
	}
	if s := a.states[string(key)]; s != nil {
		return s
	}
	s := &state{pcs: set.pcs, matches: set.matches, ends: set.ends, decided: set.matches || len(set.pcs) == 0 && !set.ends, next: make([]atomic.Pointer[state], m.classes.count)}
	a.states[string(key)] = s
	return s
}

// classTable numbers the runes that a program treats alike, in pages of 256.
type classTable struct {
	pages [plane >> 8]*[256]uint16
	cuts  []rune // where the class changes
	count int
}

func (t *classTable) of(r rune) uint16 {
	if r < plane {
		return t.pages[r>>8][r&255]
	}
	return t.search(r)
}

func (t *classTable) search(r rune) uint16 {
	i, found := slices.BinarySearch(t.cuts, r)
	if found {
		i++
	}
	return uint16(i)
}

func newClassTable(prog *syntax.Prog) classTable {
	cuts := map[rune]bool{}
	span := func(lo, hi rune) { cuts[lo], cuts[hi+1] = true, true }
	for _, inst := range prog.Inst {
		switch inst.Op {
		case syntax.InstRune, syntax.InstRune1:
			if len(inst.Rune) == 1 {
				span(inst.Rune[0], inst.Rune[0])
				for r := unicode.SimpleFold(inst.Rune[0]); r != inst.Rune[0]; r = unicode.SimpleFold(r) {
					span(r, r)
				}
				continue
			}
			for i := 0; i+1 < len(inst.Rune); i += 2 {
				span(inst.Rune[i], inst.Rune[i+1])
			}
		case syntax.InstRuneAnyNotNL:
			span('\n', '\n')
		}
	}
	t := classTable{count: len(cuts) + 1}
	for r := range cuts {
		t.cuts = append(t.cuts, r)
	}
	slices.Sort(t.cuts)
	uniform := map[uint16]*[256]uint16{} // pages of one class are shared
	next, class := 0, uint16(0)          // the next cut, and the class before it
	for i := range t.pages {
		start := rune(i << 8)
		if next == len(t.cuts) || t.cuts[next] >= start+256 {
			if uniform[class] == nil {
				page := new([256]uint16)
				for k := range page {
					page[k] = class
				}
				uniform[class] = page
			}
			t.pages[i] = uniform[class]
			continue
		}
		page := new([256]uint16)
		for k := range page {
			for next < len(t.cuts) && t.cuts[next] <= start+rune(k) {
				next++
				class++
			}
			page[k] = class
		}
		t.pages[i] = page
	}
	return t
}
