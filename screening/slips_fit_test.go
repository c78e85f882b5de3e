package screening

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"shenfa/screening/match"
)

// slipPlaces are what slipWeights are fitted to, by kind of change.
type slipPlaces map[changeKind][]placed

type placed struct {
	signs  signs
	slip   bool
	weight float64
}

// What a mistake counts that was made here, and one of the labelled cases: those are
// few, but as people make them.
const (
	madeCounts    = 0.05
	labelledCount = 1
)

// fitSlips fits slipWeights. The figures of usage come from one half of the clean
// texts, the places from the other, so that they are met as in a new text.
func fitSlips(t *testing.T, e *Engine) {
	var learn, clean []string
	corpora := len(officialText(t))
	for i, text := range cleanTexts(t) {
		switch {
		case i%2 == 0:
			learn = append(learn, text)
		case i >= corpora || i%12 == 1: // long texts of one kind would outweigh the others
			clean = append(clean, text)
		}
	}
	f := readOpenGram(t, e.segments.dictionary, os.Getenv("OPEN_GRAM"))
	f.count(t, e.fold, learn)
	f.collocate(t)
	usageFile, _, _ = f.pack()
	embeddingsFile, _ = embedWords(t, f.usage(t), e.fold, learn).pack()
	s := newSlips(e.Rules())
	if err := s.ready(e.segments.dictionary); err != nil {
		t.Fatal(err)
	}
	found := slipPlaces{}
	var r match.Reading
	var desk slipDesk
	weigh := func(text string, weight float64, isSlip func(start, end int, meant string) bool) {
		e.fold.Read(&r, text)
		s.eachSuspect(r.Runes, func(i int, of suspicion) {
			c, begin, ok := s.weigh(&desk, &r, i, of)
			if !ok {
				return
			}
			s.placeAmongWords(&c, &r, begin+c.begin)
			p := placed{c.signs, isSlip != nil, weight}
			if start := begin + c.place; isSlip == nil || isSlip(start, start+c.size, string(utf(c.runes[:c.size]))) {
				found[c.kind] = append(found[c.kind], p)
			}
		})
	}
	for _, text := range clean {
		weigh(text, 1, nil)
	}
	random := rand.New(rand.NewPCG(1, 2))
	made := 0
	for range 60_000 {
		e.fold.Read(&r, clean[random.IntN(len(clean))])
		runes, at := slices.Clone(r.Runes), s.makeSlip(r.Runes, random)
		if at == nil {
			continue
		}
		right := string(utf(runes[at.start : at.start+2]))
		copy(runes[at.start:], at.written[:])
		made++
		weigh(string(utf(runes)), madeCounts, func(start, end int, meant string) bool {
			now := slices.Clone(runes)
			copy(now[start:], units(meant))
			return string(utf(now[at.start:at.start+2])) == right
		})
	}
	labelled := typoCases(t)
	for _, c := range labelled {
		weigh(c[0], labelledCount, func(start, end int, _ string) bool { return strings.Contains(c[1], string(utf(r.Runes[start:end]))) })
	}
	t.Logf("%d clean texts, %d slips made, %d labelled", len(clean), made, len(labelled))
	for _, kind := range []changeKind{oneSlipped, twoSwapped, wordHeard} {
		found.fit(t, kind)
	}
}

// usualTries is how often a usual mistake is looked for.
const usualTries = 6

// slipAt is a word that is written wrongly.
type slipAt struct {
	start   int
	written [2]uint16
}

// makeSlip writes a word of a text wrongly, in a way drawn at random; nil if the
// word drawn cannot be.
func (s *slips) makeSlip(runes []uint16, random *rand.Rand) *slipAt {
	var words []int
	at := 0
	s.usage.cut(runes, func(word []uint16) {
		if len(word) == 2 && isHan(rune(word[0])) && s.usage.ownOf(s.usage.node(word...)) > 1 {
			words = append(words, at)
		}
		at += len(word)
	})
	if len(words) == 0 {
		return nil
	}
	a := &slipAt{start: words[random.IntN(len(words))]}
	word := [2]uint16(runes[a.start : a.start+2])
	isWord := func(w [2]uint16) bool { return s.usage.of(s.usage.node(w[:]...)) < rarestMeant }
	a.written = word
	switch changeKind(random.IntN(3)) {
	case oneSlipped:
		k := random.IntN(2)
		groups := s.groupsOf[word[k]]
		if len(groups) == 0 {
			return nil
		}
		group := s.groups[groups[random.IntN(len(groups))]]
		for range usualTries { // what is usual is drawn more often
			if a.written[k] = group[random.IntN(len(group))]; s.usual(a.written[k], word[k]) > 0 {
				break
			}
		}
		if isWord(a.written) {
			return nil
		}
	case twoSwapped:
		a.written = [2]uint16{word[1], word[0]}
		if isWord(a.written) {
			return nil
		}
	case wordHeard:
		var list [][2]uint16
		for _, first := range s.groupsOf[word[0]] {
			for _, second := range s.groupsOf[word[1]] {
				if int(first) >= s.sounds || int(second) >= s.sounds {
					continue
				}
				for _, a := range s.groups[first] {
					for _, b := range s.groups[second] {
						if w := [2]uint16{a, b}; w != word && isWord(w) {
							list = append(list, w)
						}
					}
				}
			}
		}
		if len(list) == 0 {
			return nil
		}
		a.written = list[random.IntN(len(list))]
	}
	if a.written == word {
		return nil
	}
	return a
}

// signsOf are those that tell something of a kind of change.
var signsOf = map[changeKind][]sign{
	oneSlipped: {always, byGain, byRest, byWord, byOwn, byMet, bySound, byNamed, byName, byBest, byNext, byMean, byWrittenBest, byWrittenMean, byUsual},
	twoSwapped: {always, byGain, byRest, byBest, byNext, byMean},
	wordHeard:  {always, byGain, byWord, byOwn, byWritten, byMet, byBest, byNext, byMean, byWrittenBest, byWrittenMean},
}

// fit logs the weights of a kind, by logistic regression, and how many slips of the
// labelled cases are found at how many false alarms: the threshold is chosen from it.
func (p slipPlaces) fit(t *testing.T, kind changeKind) {
	use, list := signsOf[kind], p[kind]
	weights := logistic(list, use)
	score := func(p *placed) (sum float64) {
		for k, sign := range use {
			sum += weights[k] * p.signs[sign]
		}
		return sum
	}
	slices.SortFunc(list, func(a, b placed) int { return cmp.Compare(score(&b), score(&a)) })
	var out strings.Builder
	for k, sign := range use {
		fmt.Fprintf(&out, " %d: %.3f", sign, weights[k])
	}
	t.Logf("kind %d: weights by sign%s", kind, out.String())
	alarms, slips := 0, 0
	for i := range list {
		switch {
		case !list[i].slip:
			if alarms++; slices.Contains([]int{5, 10, 15, 20, 30, 45}, alarms) {
				t.Logf("above %.2f: %d slips of labelled cases, %d false alarms", score(&list[i]), slips, alarms)
			}
		case list[i].weight == labelledCount:
			slips++
		}
	}
}

// logistic is a logistic regression by Newton's method.
func logistic(list []placed, use []sign) []float64 {
	n := len(use)
	w := make([]float64, n)
	for range 40 {
		rows := make([][]float64, n) // the matrix, and what it is to make
		for i := range rows {
			rows[i] = make([]float64, n+1)
			rows[i][i], rows[i][n] = 1e-3, -1e-3*w[i]
		}
		for _, p := range list {
			sum := 0.0
			for k, sign := range use {
				sum += w[k] * p.signs[sign]
			}
			likely, is := 1/(1+math.Exp(-sum)), 0.0
			if p.slip {
				is = 1
			}
			for i, a := range use {
				rows[i][n] += p.weight * (is - likely) * p.signs[a]
				for k, b := range use {
					rows[i][k] += p.weight * likely * (1 - likely) * p.signs[a] * p.signs[b]
				}
			}
		}
		for i := range rows { // Gauss and Jordan
			for k := range rows {
				if k != i {
					f := rows[k][i] / rows[i][i]
					for m := range rows[k] {
						rows[k][m] -= f * rows[i][m]
					}
				}
			}
		}
		for i := range w {
			w[i] += rows[i][n] / rows[i][i]
		}
	}
	return w
}

func utf(units []uint16) (list []rune) {
	for _, u := range units {
		list = append(list, rune(u))
	}
	return list
}

// typoCases are the bodies of labelled cases with a misspelling, and that.
func typoCases(t *testing.T) (list [][2]string) {
	eachCase(t, "typo*", func(c *labelled) {
		for _, h := range c.MustHit {
			if h.Category == "typo" && strings.Contains(c.Body, h.Text) {
				list = append(list, [2]string{c.Body, h.Text})
			}
		}
	})
	return list
}
