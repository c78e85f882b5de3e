package match

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Literals answers what the matches of the pattern contain: each of them, for one
// of the alternatives at least, one string of each of its lists. It answers
// nothing where nothing is certain. Where it can choose, it takes the strings
// that occur least: often tells how often those of a list do.
func (p *Pattern) Literals(often func([]string) float64) (alternatives [][][]string) {
	for _, branch := range branches(p.parsed) {
		lists := literals{often}.required(branch)
		if len(lists) == 0 {
			return nil
		}
		alternatives = append(alternatives, lists)
	}
	return alternatives
}

// branches are the alternatives of which a pattern is made.
func branches(re *syntax.Regexp) (list []*syntax.Regexp) {
	switch re.Op {
	case syntax.OpCapture:
		return branches(re.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			list = append(list, branches(sub)...)
		}
		return list
	}
	return []*syntax.Regexp{re}
}

// literals finds strings; it knows how often they occur.
type literals struct{ often func([]string) float64 }

// Enough answers strings that the pattern matches: a text that holds one of
// them holds a match. It is not all that match.
func (p *Pattern) Enough() []string { return enough(p.parsed) }

// enough is Enough for a part of a pattern.
func enough(re *syntax.Regexp) (list []string) {
	if list, ok := finite(re); ok {
		return list
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return enough(re.Sub[0])
	case syntax.OpStar:
		return []string{""}
	case syntax.OpConcat:
		list = []string{""}
		for _, sub := range re.Sub {
			list = product(list, enough(sub))
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			list = append(list, enough(sub)...)
		}
	}
	return list
}

// Bounds of a finite set of strings, and of a character class in one.
const (
	maxFinite = 64
	maxClass  = 12
)

// required is Literals of a part of a pattern.
func (l literals) required(re *syntax.Regexp) (lists [][]string) {
	if list, ok := finite(re); ok {
		return telling(nil, list)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return l.required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return l.required(re.Sub[0])
		}
	case syntax.OpConcat:
		run := []string{""}
		for _, sub := range re.Sub {
			list, ok := finite(sub)
			if longer := product(run, list); ok && longer != nil {
				run = longer
				continue
			}
			lists, run = telling(lists, run), []string{""}
			if ok {
				run = list
			} else {
				lists = append(lists, l.required(sub)...)
			}
		}
		return telling(lists, run)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			branch := l.required(sub)
			if len(branch) == 0 {
				return nil
			}
			all = append(all, slices.MinFunc(branch, l.rarer)...)
		}
		return [][]string{all}
	}
	return lists
}

// telling adds a list unless it tells nothing.
func telling(lists [][]string, list []string) [][]string {
	if len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return s == "" || strings.ContainsRune(s, utf8.RuneError) }) {
		return lists
	}
	return append(lists, list)
}

// rarer orders lists by how seldom their strings occur.
func (l literals) rarer(a, b []string) int { return cmp.Compare(l.often(a), l.often(b)) }

// finite lists all strings that a part of a pattern matches, if they are few.
func finite(re *syntax.Regexp) (list []string, ok bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 && slices.ContainsFunc(re.Rune, foldsFar) {
			return nil, false
		}
		return []string{string(re.Rune)}, true
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if int(re.Rune[i+1]-re.Rune[i])+len(list) >= maxClass {
				return nil, false
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				list = append(list, string(r))
			}
		}
		return list, len(list) > 0
	case syntax.OpCapture:
		return finite(re.Sub[0])
	case syntax.OpQuest:
		list, ok = finite(re.Sub[0])
		return append(list, ""), ok
	case syntax.OpConcat:
		list = []string{""}
		for _, sub := range re.Sub {
			tails, ok := finite(sub)
			if list = product(list, tails); !ok || list == nil {
				return nil, false
			}
		}
		return list, true
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			branch, ok := finite(sub)
			if !ok {
				return nil, false
			}
			list = append(list, branch...)
		}
		return list, true
	}
	return nil, false
}

// product is every head with every tail; nil if they are too many.
func product(heads, tails []string) (list []string) {
	if len(heads)*len(tails) > maxFinite {
		return nil
	}
	for _, head := range heads {
		for _, tail := range tails {
			list = append(list, head+tail)
		}
	}
	return list
}

// foldsFar tells whether a letter has another case outside ASCII, as k and s have.
func foldsFar(r rune) bool {
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if f >= utf8.RuneSelf {
			return true
		}
	}
	return false
}
