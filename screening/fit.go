package screening

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// Example is a labelled text to learn from.
type Example struct {
	Text   Text
	Wanted []string // what a rule of the category must hit; empty: nothing
	Unsure bool     // something of the category's family may be hit: only what is wanted counts
}

// Fitted is what Fit learned.
type Fitted struct {
	Lexicon           []byte  // the weights, as a lexicon
	Precision, Recall float64 // on sentences that were kept aside while learning, each fifth in turn
	Sentences, Wanted int     // learned from
}

// sentence is one to learn from.
type sentence struct {
	example int
	points  float64 // of the other evidence, above the threshold
	grams   []int32 // by feature, with repetitions
	n       float64 // square root of the number of characters
	wanted  bool
	asked   bool // it has an anchor of the rule's own
	score   float64
}

// What Fit learns with. More rounds, averaging, a penalty on large weights or
// learning the weights of the other evidence too do not lift the precision
// on what was kept aside.
const (
	folds    = 5
	rounds   = 16
	rate     = 0.6
	decay    = 0.88
	emphasis = 1.5  // on wanted sentences, which are few
	rare     = 2    // a gram must stand in so many sentences
	faint    = 0.30 // weights below are left out

	usualPace = 8 // the square of how telling a gram is that changes at the rate

	anchorShare = 0.03 // of the sentences that are not wanted, in which anchors may stand
	anchorLeast = 0.5  // weight of an anchor
)

// Fit learns the style of a rule of evidence from labelled texts: weights that
// make up, with the rule's other evidence, for what separates wanted sentences
// from others. The threshold is set so that, on sentences kept aside, the
// precision is reached. Of the grams some are made anchors, beside the rule's own:
// the sentences in which they stand are read. The same examples give the same weights.
func (e *Engine) Fit(rule string, examples []Example, precision float64) (Fitted, error) {
	<-e.ready
	if e.err != nil {
		return Fitted{}, e.err
	}
	plan := e.plan.Load()
	at := slices.IndexFunc(plan.programs, func(p program) bool { return p.ID == rule && len(p.clues) > 0 })
	if at < 0 {
		return Fitted{}, fmt.Errorf("没有按线索判断的规则 %q", rule)
	}
	p := plan.programs[at]
	var list []sentence
	features := map[gram]int32{}
	count := map[gram]int{}
	for i, example := range examples {
		scratch := e.open(plan, example.Text)
		d := &scratch.draft
		for part := range d.parts {
			if d.parts[part].place&p.in == 0 {
				continue
			}
			p.sentences(d, part, func(text string, points int) {
				s := sentence{example: i, points: float64(points)}
				s.asked = slices.ContainsFunc(p.Anchors, func(a string) bool { return a == begin || strings.Contains(text, a) })
				s.wanted = slices.ContainsFunc(example.Wanted, func(w string) bool { return overlap(text, w) })
				if !s.wanted && (example.Unsure || len(example.Wanted) > 0) {
					return
				}
				seen := map[gram]bool{}
				s.n = math.Sqrt(float64(grams(text, func(g gram) {
					id, known := features[g]
					if !known {
						id = int32(len(features))
						features[g] = id
					}
					s.grams = append(s.grams, id)
					if !seen[g] {
						seen[g] = true
						count[g]++
					}
				})))
				list = append(list, s)
			})
		}
		e.close(scratch)
	}
	often, pace, isWord := make([]bool, len(features)), make([]float64, len(features)), make([]bool, len(features))
	for g, id := range features {
		often[id] = count[g] >= rare
		isWord[id] = g.isWord()
		telling := math.Log(float64(len(list)) / float64(count[g]))
		pace[id] = telling * telling / usualPace
	}
	for i := range list {
		list[i].grams = slices.DeleteFunc(list[i].grams, func(id int32) bool { return !often[id] })
	}
	var aside []sentence
	for fold := range folds {
		var learn, test []sentence
		for _, s := range list {
			if s.example%folds == fold {
				test = append(test, s)
			} else {
				learn = append(learn, s)
			}
		}
		w := learnWeights(learn, pace)
		isAnchor := w.anchors(learn, isWord)
		for _, s := range test {
			s.score = math.Inf(-1)
			if s.asked || slices.ContainsFunc(s.grams, func(id int32) bool { return isAnchor[id] }) {
				s.score = w.score(&s)
			}
			aside = append(aside, s)
		}
	}
	var f Fitted
	f.Sentences = len(list)
	shift := 0.0
	f.Precision, f.Recall, f.Wanted, shift = cut(aside, precision)
	w := learnWeights(list, pace)
	f.Lexicon = w.lexicon(features, w.anchors(list, isWord), shift)
	return f, nil
}

// sentences calls f with every sentence of a part, as evidenceAt reads it, and
// the points of its evidence above the threshold.
func (p *program) sentences(d *draft, part int, f func(text string, points int)) {
	text := d.parts[part].text
	for at := 0; at < len(text); {
		_, hi := around(text, at, at, marksOf(p.Window))
		if hi > at && strings.TrimSpace(text[at:hi]) != "" {
			v, _ := p.view(d, part, at, hi, anything)
			points, whole := p.weigh(p.beside(d, &v, part, at, hi))
			if !whole {
				points = min(points, 0)
			}
			f(v.text, points-p.Threshold)
		}
		_, size := utf8.DecodeRuneInString(text[min(hi, len(text)):])
		at = hi + max(size, 1)
	}
}

// overlap tells whether a sentence holds a wanted text, or a good part of it.
func overlap(text, wanted string) bool {
	for clause := range strings.FieldsFuncSeq(wanted, func(r rune) bool { return strings.ContainsRune("。！？；!?;\n<>", r) }) {
		if clause = strings.TrimSpace(clause); utf8.RuneCountInString(clause) >= 2 && strings.Contains(text, clause) {
			return true
		}
	}
	return false
}

type learned struct {
	weights []float64
	bias    float64
}

func (l *learned) score(s *sentence) float64 {
	sum := 0.0
	for _, id := range s.grams {
		sum += l.weights[id]
	}
	return s.points + sum/s.n + l.bias
}

// learnWeights is logistic regression by stochastic gradient descent. The weights
// of rare grams, which tell more, change at a faster pace.
func learnWeights(list []sentence, pace []float64) *learned {
	l := &learned{weights: make([]float64, len(pace))}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	random := rand.New(rand.NewPCG(1, 2))
	for step, round := rate, 0; round < rounds; step, round = step*decay, round+1 {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			s := &list[i]
			p := 1 / (1 + math.Exp(-l.score(s)))
			d := -p * step
			if s.wanted {
				d = (1 - p) * step * emphasis
			}
			if math.Abs(d) < 1e-4 {
				continue
			}
			l.bias += d / 10
			for _, id := range s.grams {
				l.weights[id] += d * pace[id] / s.n
			}
		}
	}
	return l
}

// anchors chooses the grams that speak most for what is wanted and stand seldom
// elsewhere, of those that may be anchors.
func (l *learned) anchors(list []sentence, may []bool) (is []bool) {
	is = make([]bool, len(l.weights))
	places, wanted := make([][]int32, len(l.weights)), make([]int, len(l.weights))
	others := 0
	for i := range list {
		s := &list[i]
		if !s.wanted {
			others++
		}
		for k, id := range s.grams {
			switch {
			case !may[id] || l.weights[id] < anchorLeast || slices.Contains(s.grams[:k], id):
			case s.wanted:
				wanted[id]++
			default:
				places[id] = append(places[id], int32(i))
			}
		}
	}
	var order []int32
	for id, n := range wanted {
		if n > 0 {
			order = append(order, int32(id))
		}
	}
	worth := func(id int32) float64 {
		return l.weights[id] * float64(wanted[id]) / float64(len(places[id])+1)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(worth(b), worth(a)), cmp.Compare(a, b)) })
	seen, reached := make([]bool, len(list)), 0
	for _, id := range order {
		more := 0
		for _, i := range places[id] {
			if !seen[i] {
				more++
			}
		}
		if float64(reached+more) > anchorShare*float64(others) {
			continue
		}
		is[id], reached = true, reached+more
		for _, i := range places[id] {
			seen[i] = true
		}
	}
	return is
}

// isWord tells whether a gram is of two or three Chinese characters.
func (g gram) isWord() bool {
	word := []rune(g.String())
	return len(word) >= 2 && !slices.ContainsFunc(word, func(r rune) bool { return !isHan(r) })
}

// cut finds the lowest score at which the precision is reached.
func cut(list []sentence, goal float64) (precision, recall float64, wanted int, at float64) {
	slices.SortStableFunc(list, func(a, b sentence) int { return cmp.Compare(b.score, a.score) })
	for _, s := range list {
		if s.wanted {
			wanted++
		}
	}
	hits := 0
	at = math.Inf(1)
	for i, s := range list {
		if s.wanted {
			hits++
		}
		if share := float64(hits) / float64(i+1); share >= goal && s.wanted {
			precision, recall, at = share, float64(hits)/float64(wanted), s.score
		}
	}
	return precision, recall, wanted, at
}

func (l *learned) lexicon(features map[gram]int32, isAnchor []bool, shift float64) []byte {
	var lines []string
	for g, id := range features {
		w := l.weights[id]
		if math.Abs(w) < faint {
			continue
		}
		line := fmt.Sprintf("%s\t%d\n", g, int(math.Round(100*w)))
		if isAnchor[id] {
			line = fmt.Sprintf("%s\t%d\t%s\n", g, int(math.Round(100*w)), anchorMark)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return fmt.Appendf(nil, "*\t%d\n%s", int(math.Round(100*(l.bias-shift))), strings.Join(lines, ""))
}

func (g gram) String() string {
	var word []rune
	for ; g != 0; g >>= 21 {
		word = append(word, rune(g&(1<<21-1)))
	}
	slices.Reverse(word)
	return string(word)
}
