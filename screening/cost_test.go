package screening

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkRules prints what each rule costs by itself on official text: the
// time that its words, once found, take to be confirmed or dropped, the least
// of all rounds. Who writes a rule sees here whether its anchors are too common.
func BenchmarkRules(b *testing.B) {
	texts := officialText(b)
	e := engine(b)
	p := e.plan.Load()
	type cost struct {
		name   string
		places int // where a word of the rule was found
		hits   int // before overlaps are resolved
		time   time.Duration
	}
	costs := make([]cost, len(p.programs))
	nothing := p.only(func(owner) bool { return false })
	for b.Loop() {
		for i := range p.programs {
			one := p.only(func(o owner) bool { return o.rule == i })
			c := cost{name: p.programs[i].ID}
			for _, text := range texts {
				s := e.open(one, Text{Body: text})
				start := time.Now()
				nothing.dispatch(s, 0)
				middle := time.Now()
				one.dispatch(s, 0)
				c.time += time.Since(middle) - middle.Sub(start)
				c.hits += len(s.draft.found)
				for _, m := range s.seen.found {
					c.places += len(one.words.owners[m.Term])
				}
				e.close(s)
			}
			if costs[i].name == "" || c.time < costs[i].time {
				costs[i] = c
			}
		}
	}
	slices.SortFunc(costs, func(a, b cost) int { return cmp.Compare(b.time, a.time) })
	var table strings.Builder
	size := float64(totalBytes(texts)) / 1e6
	for _, c := range costs {
		fmt.Fprintf(&table, "%8.1f µs/MB %7.1f places/MB %7d hits  %s\n", float64(c.time.Nanoseconds())/1e3/size, float64(c.places)/size, c.hits, c.name)
	}
	b.Log("\n" + table.String())
}

// only is the plan for some of the owners.
func (p *plan) only(wanted func(owner) bool) *plan {
	one := *p
	one.words.owners = make([][]owner, len(p.words.owners))
	for i, owners := range p.words.owners {
		for _, o := range owners {
			if wanted(o) {
				one.words.owners[i] = append(one.words.owners[i], o)
			}
		}
	}
	return &one
}
