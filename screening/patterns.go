package screening

import (
	"sync"

	"shenfa/screening/match"
)

// patterns are the compiled patterns of the edition that was last compiled. The next
// one mostly has the same: compiled once, they keep the automata that texts made grow.
type patterns struct {
	mu     sync.Mutex
	byExpr map[string]*pattern
}

// pattern is a pattern, and what its matches contain.
type pattern struct {
	*match.Pattern
	contained struct {
		sync.Once
		alternatives [][][]string
	}
}

// literals is match.Pattern.Literals, answered once: how often words are seen is the
// same for all editions.
func (p *pattern) literals(words *wordList) [][][]string {
	p.contained.Do(func() { p.contained.alternatives = p.Literals(words.often) })
	return p.contained.alternatives
}

// opened are the patterns of an edition that is being compiled.
type opened struct{ before, used map[string]*pattern }

func (p *patterns) open() *opened {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &opened{p.byExpr, map[string]*pattern{}}
}

// keep keeps those of an edition instead of others.
func (p *patterns) keep(o *opened) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byExpr = o.used
}

func (o *opened) of(expr string) (*pattern, error) {
	known := o.used[expr]
	if known == nil {
		known = o.before[expr]
	}
	if known == nil {
		compiled, err := match.Compile(expr)
		if err != nil {
			return nil, err
		}
		known = &pattern{Pattern: compiled}
	}
	o.used[expr] = known
	return known, nil
}
