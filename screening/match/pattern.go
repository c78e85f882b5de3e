package match

import (
	_ "embed"
	"maps"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// A Pattern is a regular expression (RE2 syntax) for texts that it mostly does
// not match: finite automata, built as texts need them, tell so at some ten
// times the speed of the regexp package, which then finds the rest. What a
// pattern is made of is made when it is first used. Safe for concurrent use.
type Pattern struct {
	parsed *syntax.Regexp
	groups []string // by number, as regexp.SubexpNames
	exact  bool     // the automata err never

	regexp func() *regexp.Regexp
	loose  lazy // for a pattern that says more: its gaps may be of any length; the tight one if it has none
	tight  lazy
	begins func() *begin // nil: the pattern looks back, or matches the empty text
}

// lazy is a machine that is made when it is first asked for.
type lazy struct {
	made atomic.Pointer[machine]
	make func() *machine
}

func (l *lazy) get() *machine {
	if m := l.made.Load(); m != nil {
		return m
	}
	m := l.make()
	l.made.CompareAndSwap(nil, m)
	return l.made.Load()
}

// begin is a pattern where a match begins: at the first rune of a text, or later.
type begin struct {
	first, later *regexp.Regexp
	may          *machine // whether it matches later
}

// Compile checks a pattern and makes it ready to be compiled.
func Compile(expr string) (*Pattern, error) {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if strings.Contains(expr, `\Q`) { // it may quote all that is put behind it
		expr = parsed.String()
	}
	p := &Pattern{parsed: parsed, groups: parsed.CapNames()}
	p.exact = exact(parsed)
	p.regexp = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	p.tight.make = func() *machine { return newMachine(parsed) }
	p.loose.make = func() *machine {
		loosened := mustParse(expr)
		if !loosen(loosened) {
			return p.tight.get()
		}
		return newMachine(loosened)
	}
	p.begins = sync.OnceValue(func() *begin {
		if !p.exact || p.regexp().MatchString("") {
			return nil
		}
		return newBegin(expr, parsed, p.tight.get().classes)
	})
	return p, nil
}

// mustParse parses what has been parsed before.
func mustParse(expr string) *syntax.Regexp {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err)
	}
	return parsed
}

// Groups is the number of groups of the pattern.
func (p *Pattern) Groups() int { return len(p.groups) - 1 }

// Group is the number of the group of a name; -1 if there is none.
func (p *Pattern) Group(name string) int { return slices.Index(p.groups, name) }

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
	loose := p.loose.get()
	if !loose.may(text) {
		return false
	}
	tight := p.tight.get()
	return loose == tight || tight.may(text)
}

// MatchString tells whether the pattern matches anywhere in a text.
func (p *Pattern) MatchString(text string) bool {
	return p.May(text) && (p.exact || p.regexp().MatchString(text))
}

// FindAll answers all matches in a text with their groups, as
// FindAllStringSubmatchIndex does. Where it can, an automaton tells the places
// where they begin.
func (p *Pattern) FindAll(text string) (all [][]int) {
	begin := p.begins()
	if begin == nil {
		return p.regexp().FindAllStringSubmatchIndex(text, -1)
	}
	last := 0 // where the rune before i begins
	for i := 0; i < len(text); {
		var m []int
		from := i
		switch {
		case i == 0:
			m = begin.first.FindStringSubmatchIndex(text)
		case begin.may.may(text[i:]):
			from = last
			m = begin.later.FindStringSubmatchIndex(text[from:])
		}
		if m == nil {
			_, size := utf8.DecodeRuneInString(text[i:])
			last, i = i, i+size
			continue
		}
		for k := range m {
			if m[k] >= 0 {
				m[k] += from
			}
		}
		m[0] = i
		all = append(all, m)
		_, size := utf8.DecodeLastRuneInString(text[:m[1]])
		last, i = m[1]-size, m[1]
	}
	return all
}

// newBegin makes the pattern for its places. Where a text goes on, the rune
// before the place is read too, so that the beginning of the text is not there.
func newBegin(expr string, parsed *syntax.Regexp, classes *classTable) *begin {
	b := &begin{first: regexp.MustCompile(`^(?:` + expr + `)`), later: regexp.MustCompile(`^(?s:.)(?:` + expr + `)`)}
	b.may = &machine{prog: program(later(parsed)), classes: classes, anchored: true}
	b.may.root.Store(b.may.begin())
	return b
}

// program is a pattern that was parsed, for automata.
func program(parsed *syntax.Regexp) *syntax.Prog {
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		panic(err) // it is as large as what was parsed
	}
	return prog
}

// later is what of a pattern can match where the text does not begin.
func later(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpBeginText {
		return &syntax.Regexp{Op: syntax.OpNoMatch}
	}
	other := *re
	other.Sub = make([]*syntax.Regexp, len(re.Sub))
	for i, sub := range re.Sub {
		other.Sub[i] = later(sub)
	}
	return &other
}

// exact tells whether a pattern has no conditions but the beginning and end of the text.
func exact(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return false
	}
	return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !exact(sub) })
}

// machine is a finite automaton for a regular expression.
type machine struct {
	prog     *syntax.Prog
	classes  *classTable
	anchored bool // a match begins where the text does
	root     atomic.Pointer[automaton]
	starts   rankSet // with them a match may begin
}

// maxStates bounds an automaton; one that has grown so far is begun anew.
const maxStates = 1000

func newMachine(re *syntax.Regexp) *machine {
	prog := program(re)
	m := &machine{prog: prog, classes: newClassTable(prog)}
	a := m.begin()
	for _, pc := range a.pcs[a.idle&row/uint32(m.classes.count)] {
		m.starts.add(&prog.Inst[pc])
	}
	m.root.Store(a)
	return m
}

// rankSet is a set of common runes, by rank; the first bit stands for all others.
type rankSet [1 + 2000/64]uint64

// add adds the runes that an instruction takes.
func (s *rankSet) add(inst *syntax.Inst) {
	if inst.Op == syntax.InstRuneAny || inst.Op == syntax.InstRuneAnyNotNL {
		for i := range s {
			s[i] = math.MaxUint64
		}
	}
	s[0] |= 1
	eachSpan(inst, func(lo, hi rune) {
		for r := lo; r <= min(hi, plane-1); r++ {
			s[ranks[r]/64] |= 1 << (ranks[r] % 64)
		}
	})
}

// skip is the first place from i on where a rune stands that begins a match, or
// is not common.
func (s *rankSet) skip(text string, i int) int {
	for ; i+3 < len(text); i += 3 {
		b := four(text, i)
		rank := ranks[three(b)]
		if !wide(b) || s[rank/64%(1+2000/64)]>>(rank%64)&1 != 0 {
			return i
		}
	}
	return i
}

// automaton is the part of a machine that texts have needed so far. A state is
// a row of the table: by class the state that comes next, 0 where that is not
// known yet.
type automaton struct {
	table  atomic.Pointer[[]uint32]
	first  uint32
	idle   uint32     // nothing has begun to match
	mu     sync.Mutex // for what follows, and to change the table
	states map[string]uint32
	pcs    [][]uint32 // by row: the instructions that may come next
	seen   []uint32   // by instruction: the round in which it was added
	round  uint32
}

// A state is where its row begins in the table, with flags.
const (
	matches = 1 << 31 // whatever follows
	ends    = 1 << 30 // it matches if the text ends here
	decided = 1 << 29 // what follows changes nothing: it matches, or never will
	row     = decided - 1
)

func (m *machine) begin() *automaton {
	a := &automaton{states: map[string]uint32{}, seen: make([]uint32, len(m.prog.Inst)), round: 1}
	none := make([]uint32, m.classes.count) // the row of no state: 0 is no answer
	a.table.Store(&none)
	a.pcs = [][]uint32{nil}
	set := pcSet{automaton: a}
	m.close(&set, uint32(m.prog.Start), true)
	a.first = m.state(a, &set)
	a.round++
	set = pcSet{automaton: a}
	m.close(&set, uint32(m.prog.Start), false)
	a.idle = m.state(a, &set)
	return a
}

// may tells whether a text can match: it never says no to one that does.
func (m *machine) may(text string) bool {
	a := m.root.Load()
	s, table := a.first, *a.table.Load()
	for i := 0; i < len(text) && s&decided == 0; {
		if s == a.idle && !m.anchored {
			i = m.starts.skip(text, i)
		}
		r, size := rune(0), 3
		if i+3 < len(text) {
			if b := four(text, i); wide(b) {
				r = rune(three(b))
			}
		}
		if r == 0 {
			if r, size = rune(text[i]), 1; r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(text[i:])
			}
		}
		i += size
		class := m.classes.of(r)
		next := atomic.LoadUint32(&table[s&row+class])
		if next == 0 {
			next = m.step(a, s, r, class)
			table = *a.table.Load()
		}
		s = next
	}
	return s&(matches|ends) != 0
}

// step builds the state that a rune leads to.
func (m *machine) step(a *automaton, s uint32, r rune, class uint32) uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.states) >= maxStates {
		m.root.CompareAndSwap(a, m.begin()) // those who are in the old one may finish
	}
	a.round++
	set := pcSet{automaton: a}
	for _, pc := range a.pcs[s&row/uint32(m.classes.count)] {
		if inst := &m.prog.Inst[pc]; inst.Op != syntax.InstEmptyWidth && inst.MatchRune(r) {
			m.close(&set, inst.Out, false)
		}
	}
	if !m.anchored {
		m.close(&set, uint32(m.prog.Start), false)
	}
	next := m.state(a, &set)
	atomic.StoreUint32(&(*a.table.Load())[s&row+class], next)
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
func (m *machine) state(a *automaton, set *pcSet) uint32 {
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
	if s, known := a.states[string(key)]; known {
		return s
	}
	s := uint32(len(a.pcs) * m.classes.count)
	switch {
	case set.matches:
		s |= matches | decided
	case set.ends:
		s |= ends
	case len(set.pcs) == 0:
		s |= decided
	}
	a.states[string(key)] = s
	a.pcs = append(a.pcs, set.pcs)
	a.grow(len(a.pcs) * m.classes.count)
	return s
}

// grow makes room in the table. Those who read the old one go on with it.
func (a *automaton) grow(size int) {
	old := *a.table.Load()
	if size <= len(old) {
		return
	}
	table := make([]uint32, 2*len(old))
	for i := range old {
		table[i] = atomic.LoadUint32(&old[i])
	}
	a.table.Store(&table)
}

// commonFile is the 2000 most common runes of official text (the reports on the
// work of the State Council 2000–2025 and 400 regulations), the commonest first.
//
//go:embed common.txt
var commonFile string

// commonRunes are those, behind a 0 that stands for all others, and ranks their
// places there.
var (
	commonRunes = append([]rune{0}, []rune(commonFile)...)
	ranks       = func() (ranks [plane]uint16) {
		for i, r := range commonRunes {
			ranks[r] = uint16(i)
		}
		return ranks
	}()
)

// classTable numbers the runes that a program treats alike. Those of common
// runes come first, so that what is looked up most stands close together.
type classTable struct {
	common []uint16 // by rank
	cuts   []rune   // where the class changes,
	after  []uint16 // and what it is from there on
	before uint16   // what it is before them all
	count  int
}

func (t *classTable) of(r rune) uint32 {
	if r < plane {
		if rank := ranks[r]; rank != 0 {
			return uint32(t.common[rank])
		}
	}
	return uint32(t.search(r))
}

func (t *classTable) search(r rune) uint16 {
	i, found := slices.BinarySearch(t.cuts, r)
	if found {
		i++
	}
	if i == 0 {
		return t.before
	}
	return t.after[i-1]
}

// eachSpan names the spans of runes that an instruction takes, if it lists them.
func eachSpan(inst *syntax.Inst, span func(lo, hi rune)) {
	switch {
	case inst.Op != syntax.InstRune && inst.Op != syntax.InstRune1:
	case len(inst.Rune) == 1:
		span(inst.Rune[0], inst.Rune[0])
		if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
			for r := unicode.SimpleFold(inst.Rune[0]); r != inst.Rune[0]; r = unicode.SimpleFold(r) {
				span(r, r)
			}
		}
	default:
		for i := 0; i+1 < len(inst.Rune); i += 2 {
			span(inst.Rune[i], inst.Rune[i+1])
		}
	}
}

func newClassTable(prog *syntax.Prog) *classTable {
	// Between cuts, runes are alike. A sum of numbers, one for each instruction
	// that takes a rune, tells which stretches are alike too.
	change := map[rune]uint64{}
	for pc, inst := range prog.Inst {
		own := (uint64(pc) + 1) * fibonacci
		own = (own ^ own>>32) * fibonacci
		if inst.Op == syntax.InstRuneAnyNotNL { // the one rune that it does not take is what tells
			inst = syntax.Inst{Op: syntax.InstRune1, Rune: []rune{'\n'}}
		}
		eachSpan(&inst, func(lo, hi rune) {
			change[lo] += own
			change[hi+1] -= own
		})
	}
	t := &classTable{cuts: slices.Sorted(maps.Keys(change))}
	sums := make([]uint64, 1, len(t.cuts)+1)
	for i, r := range t.cuts {
		sums = append(sums, sums[i]+change[r])
	}
	known := map[uint64]uint16{}
	class := func(sum uint64) uint16 {
		class, ok := known[sum]
		if !ok {
			class = uint16(len(known))
			known[sum] = class
		}
		return class
	}
	for _, r := range commonRunes {
		i, found := slices.BinarySearch(t.cuts, r)
		if found {
			i++
		}
		t.common = append(t.common, class(sums[i]))
	}
	t.before = class(0)
	for _, sum := range sums[1:] {
		t.after = append(t.after, class(sum))
	}
	t.count = len(known)
	return t
}
