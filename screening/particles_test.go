package screening

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"shenfa/screening/match"
)

// particleLesson learns from clean texts how particles are used.
type particleLesson struct {
	p      *particles // its words have kinds alone
	u      *usage
	f      *figures
	texts  map[uint16]string // by record
	places []particlePlace
}

// particlePlace is a particle of a clean text.
type particlePlace struct {
	is       particle
	features []int32
	s        setting
	text     int // its number
	around   string
	phrase   bool
}

// kindOf is the kind of a word that the dictionary of gse calls pos.
func kindOf(word, pos string) wordKind {
	switch word {
	case "把", "将":
		return moverKind
	case "了", "着", "过":
		return aspectKind
	case "是":
		return copulaKind
	case "很", "更", "太", "非常", "特别", "十分", "最", "较", "越来越", "格外", "极", "真", "极其", "相当", "比较", "又", "这么", "那么", "如此", "这样", "更加", "越", "不", "好", "有点", "尤为", "异常":
		return degreeKind
	case "的", "地", "得", "之", "所":
		return auxiliaryKind
	}
	if pos == "" {
		return unknownWord
	}
	one := utf8.RuneCountInString(word) == 1
	switch pos {
	case "zg":
		return modalKind
	case "vn":
		return verbNounKind
	case "ad":
		return adverbialKind
	case "nr", "nrt", "nrfg":
		return personKind
	case "ns", "s":
		return placeKind
	}
	switch pos[0] {
	case 'n', 'j', 'g', 'h', 'k', 'x':
		return nounKind
	case 't':
		return timesKind
	case 'f':
		return positionKind
	case 'v':
		if one {
			return shortVerbKind
		}
		return verbKind
	case 'a':
		if one {
			return shortAdjectiveKind
		}
		return adjectiveKind
	case 'd':
		return adverbKind
	case 'm':
		return numberKind
	case 'q':
		return measureKind
	case 'r':
		return pronounKind
	case 'p':
		return prepositionKind
	case 'c':
		return conjunctionKind
	case 'u':
		return auxiliaryKind
	case 'i':
		return idiomKind
	case 'l':
		return phraseKind
	case 'z':
		return stateKind
	case 'b':
		return attributiveKind
	case 'y', 'e', 'o':
		return modalKind
	}
	return unknownWord
}

// dearestBeside is what a word may cost that is kept, in bits.
const dearestBeside = 16.5

// newParticleLesson chooses the words, and their kinds.
func newParticleLesson(t *testing.T, e *Engine) *particleLesson {
	l := &particleLesson{p: &particles{}, u: engineUsage(t, e), texts: map[uint16]string{}}
	l.f = readOpenGram(t, e.segments.dictionary, os.Getenv("OPEN_GRAM"))
	pos := map[string]string{}
	g := gseSegmenter(t)
	for i := range g.Dict.Tokens {
		token := &g.Dict.Tokens[i]
		pos[token.Text()] = token.Pos()
	}
	p := l.p
	p.usage, p.records, p.long = l.u, make([]uint16, len(l.u.d.nodes)), newPairSet(18)
	for kind := range wordKinds {
		p.words = append(p.words, particleWord{kind: kind})
		l.texts[uint16(kind)] = ""
	}
	inPhrases := map[string]bool{}
	for _, phrase := range particlePhrases(t) {
		l.u.cut(units(phrase), func(word []uint16) { inPhrases[string(utf16.Decode(word))] = true })
	}
	l.u.d.eachNode(func(letters []rune, _ uint32) {
		word := string(letters)
		runes := units(word)
		node := l.u.node(runes...)
		if node == 0 || len(runes) > longestBeside || slices.ContainsFunc(runes, func(r uint16) bool { return !isHan(rune(r)) }) {
			return
		}
		kind := kindOf(word, pos[word])
		if kind == personKind || kind == placeKind {
			for _, much := range []string{"很", "非常", "更", "十分"} {
				if _, ok := l.f.next[wordPair{l.f.node(much), l.f.node(word)}]; ok {
					kind = adjectiveKind // 祥和, though it is a name too
				}
			}
			if len(runes) == 4 && runes[0] == runes[1] && runes[2] == runes[3] {
				kind = stateKind
			}
		}
		_, ofManner := l.f.next[wordPair{l.f.node(word), l.f.node("地")}]
		_, ofResult := l.f.next[wordPair{l.f.node(word), l.f.node("得")}]
		_, manner := l.f.next[wordPair{l.f.node("地"), l.f.node(word)}]
		_, result := l.f.next[wordPair{l.f.node("得"), l.f.node(word)}]
		cost := l.u.of(node)
		switch kind {
		case verbKind, verbNounKind, adjectiveKind, adverbialKind, adverbKind, stateKind:
			cost -= 2
		case personKind, placeKind:
			cost += 2
		}
		if cost > dearestBeside && (len(runes) < 4 || cost > dearestBeside+2 || kind != idiomKind && kind != phraseKind) &&
			!ofManner && !ofResult && !manner && !result && !inPhrases[word] {
			return
		}
		p.records[node] = uint16(len(p.words))
		p.long.addHash(hashOfWord(runes))
		l.texts[uint16(len(p.words))] = word
		p.words = append(p.words, particleWord{kind: kind})
	})
	t.Logf("%d words", len(p.words))
	return l
}

// bin is a class of a number of bits.
func bin(x float64) int { return int(min(max(math.Round(x/1.5), -5), 5)) }

// ofBefore are the names of what tells something of the word right before a particle.
func (l *particleLesson) ofBefore(record uint16) (list []string) {
	word := l.texts[record]
	kind := l.p.words[record].kind
	list = append(list, "b", fmt.Sprint("bk", kind))
	if word == "" {
		return list
	}
	runes := []rune(word)
	n := len(runes)
	list = append(list, "bw"+word, fmt.Sprint("bn", n), "bl"+string(runes[n-1]), fmt.Sprint("bkn", kind, " ", n))
	if n == 4 && runes[0] == runes[1] && runes[2] == runes[3] {
		list = append(list, "bAABB")
	}
	if n == 4 && runes[0] == runes[2] {
		list = append(list, "bABAC")
	}
	if n == 2 && runes[0] == runes[1] {
		list = append(list, "bAA")
	}
	if n == 3 && runes[1] == runes[2] {
		list = append(list, "bABB")
	}
	node := l.f.node(word)
	var bits [3]float64
	known := false
	for i, r := range particleRunes {
		after := l.f.node(string(r))
		b, ok := l.f.next[wordPair{node, after}]
		if !ok {
			b = l.f.open[after] + 3
		} else {
			known = true
		}
		bits[i/3] = b
	}
	if known {
		list = append(list, fmt.Sprint("bo地", bin(bits[0]-bits[1])), fmt.Sprint("bo得", bin(bits[0]-bits[2])), fmt.Sprint("bo地得", bin(bits[1]-bits[2])))
	} else {
		list = append(list, "bo")
	}
	return list
}

// ofBehind are those of the word right behind it.
func (l *particleLesson) ofBehind(record uint16) (list []string) {
	word := l.texts[record]
	kind := l.p.words[record].kind
	list = append(list, fmt.Sprint("fk", kind))
	if word == "" {
		return list
	}
	runes := []rune(word)
	n := len(runes)
	list = append(list, "fw"+word, fmt.Sprint("fn", n), "ff"+string(runes[0]), fmt.Sprint("fkn", kind, " ", n))
	if n > 1 {
		list = append(list, "fl"+string(runes[n-1]))
	}
	if n == 4 && runes[0] == runes[1] && runes[2] == runes[3] {
		list = append(list, "fAABB")
	}
	node := l.f.node(word)
	for _, r := range particleRunes {
		if b, ok := l.f.next[wordPair{l.f.node(string(r)), node}]; ok {
			list = append(list, fmt.Sprint("fo", string(r), bin(l.f.open[node]-b)))
		} else {
			list = append(list, fmt.Sprint("fo", string(r)))
		}
	}
	return list
}

// ofTables are those of several words together.
func ofTables(s *setting) (list []string) {
	for i, key := range s.keys() {
		list = append(list, fmt.Sprint("t", i, " ", key))
	}
	return list
}

// aloneAt tells of each rune whether it is a word by itself.
func (l *particleLesson) aloneAt(runes []uint16) []bool {
	alone := make([]bool, 0, len(runes))
	l.u.cut(runes, func(word []uint16) {
		for range word {
			alone = append(alone, len(word) == 1)
		}
		if len(word) == 2 && endsLoosely(l.u, word) {
			alone[len(alone)-1] = true
		}
	})
	return alone
}

// maxent is a model of maximum entropy with weights by feature, of 地 and 得 over 的.
type maxent struct {
	number map[string]int32
	count  []int
	w      [][2]float64
}

// of is the number of a feature.
func (m *maxent) of(name string) int32 {
	n, ok := m.number[name]
	if !ok {
		n = int32(len(m.count))
		m.number[name] = n
		m.count = append(m.count, 0)
	}
	return n
}

// train finds the weights by the gradient, each step the smaller the farther a weight
// has gone.
func (m *maxent) train(places []particlePlace, use func(*particlePlace) bool) {
	m.w = make([][2]float64, len(m.count))
	seen := make([]int, len(m.count))
	var order []int
	for i := range places {
		if use(&places[i]) {
			order = append(order, i)
			for _, k := range places[i].features {
				seen[k]++
			}
		}
	}
	g := make([][2]float64, len(m.count))
	random := rand.New(rand.NewPCG(1, 2))
	for range particleRounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			place := &places[i]
			var sum [3]float64
			for _, k := range place.features {
				sum[1] += m.w[k][0]
				sum[2] += m.w[k][1]
			}
			z := 1 + math.Exp(sum[1]) + math.Exp(sum[2])
			for q := 1; q < 3; q++ {
				d := -math.Exp(sum[q]) / z
				if int(place.is) == q {
					d++
				}
				for _, k := range place.features {
					if seen[k] < 2 {
						continue
					}
					grad := d - ridge/float64(seen[k])*m.w[k][q-1]
					g[k][q-1] += grad * grad
					if place.phrase {
						grad *= phraseCounts
					}
					m.w[k][q-1] += 0.1 * grad / math.Sqrt(1+g[k][q-1])
				}
			}
		}
	}
}

// How often all places are gone through, how much weights are held back, and what a
// phrase counts beside a place of a text.
const (
	particleRounds = 25
	ridge          = 0.3
	phraseCounts   = 2
)

// gather finds the particles of texts.
func (l *particleLesson) gather(fold *match.Fold, texts []string, m *maxent, phrases bool) {
	var r match.Reading
	before, behind := map[uint16][]int32{}, map[uint16][]int32{}
	for n, text := range texts {
		fold.Read(&r, text)
		var alone []bool
		for i, c := range r.Runes {
			is := particleOf(c)
			if is == noParticle {
				continue
			}
			if alone == nil {
				alone = l.aloneAt(r.Runes)
			}
			if !alone[i] {
				continue
			}
			s, ok := l.p.look(r.Runes, i, noParticle)
			if !ok {
				continue
			}
			place := particlePlace{is: is, s: s, text: n, phrase: phrases, around: string(utf(r.Runes[max(0, i-8):min(len(r.Runes), i+9)]))}
			for _, side := range []struct {
				kept   map[uint16][]int32
				record uint16
				names  func(uint16) []string
			}{{before, s.before, l.ofBefore}, {behind, s.next, l.ofBehind}} {
				if side.kept[side.record] == nil {
					for _, name := range side.names(side.record) {
						side.kept[side.record] = append(side.kept[side.record], m.of(name))
					}
				}
				place.features = append(place.features, side.kept[side.record]...)
			}
			for i, name := range ofTables(&s) {
				if phrases && (s.kinds[1] == noWord && (i == twoBefore || i == threeBefore || i == allAround || i == framed) || is == deOfManner && s.kinds[4] == noWord && (i == twoBehind || i == sidesAndNext || i == threeBehind || i == framed && !s.moved)) {
					continue
				}
				place.features = append(place.features, m.of(name))
			}
			l.places = append(l.places, place)
		}
	}
}

// inUnits is a weight as the file has it.
func inUnits(w float64) int8 { return int8(min(max(math.Round(w*leaningUnit), -127), 127)) }

// learned are particles with the weights of a model.
func (l *particleLesson) learned(m *maxent) *particles {
	p := &particles{usage: l.u, records: l.p.records, long: l.p.long, words: slices.Clone(l.p.words)}
	sum := func(names []string) leaning {
		var w [2]float64
		for _, name := range names {
			if k, ok := m.number[name]; ok {
				w[0] += m.w[k][0]
				w[1] += m.w[k][1]
			}
		}
		return leaning{inUnits(w[0]), inUnits(w[1])}
	}
	for i := range p.words {
		p.words[i].before, p.words[i].behind = sum(l.ofBefore(uint16(i))), sum(l.ofBehind(uint16(i)))
	}
	for i := range p.tables {
		p.tables[i] = make([]leaning, 1<<(kindBits*tableSizes[i]))
		for key := range p.tables[i] {
			if k, ok := m.number[fmt.Sprint("t", i, " ", key)]; ok {
				p.tables[i][key] = leaning{inUnits(m.w[k][0]), inUnits(m.w[k][1])}
			}
		}
	}
	return p
}

// particlePhrases are those in which particles stand rightly.
func particlePhrases(t *testing.T) (list []string) {
	file, err := os.ReadFile("testdata/particles.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		if line[0] != '#' {
			list = append(list, strings.Fields(line)...)
		}
	}
	return list
}

// labelledParticles are the bodies of labelled cases with a wrong particle, and that.
func labelledParticles(t *testing.T) (list [][2]string) {
	for _, c := range typoCases(t) {
		if strings.ContainsAny(c[1], particleRunes) && !slices.ContainsFunc(notParticles, func(s string) bool { return strings.Contains(c[1], s) }) {
			list = append(list, c)
		}
	}
	return list
}

// notParticles are misspellings of another kind in which these characters stand.
var notParticles = []string{"因地", "的的", "招侍", "刚位", "困难困难", "撩荒地", "地振", "得利", "实地", "地名", "脚踏实的"}

// particleFolds is into how many parts texts are dealt: each is judged by what was
// learned from the others.
const particleFolds = 5

// Wrong particles are found, and right ones are left alone. With -update, the file is
// learned anew.
func TestParticles(t *testing.T) {
	e := engine(t)
	if *update {
		learnParticles(t, e)
		return
	}
	for text, want := range map[string]string{
		"大家跑地气喘吁吁。": "跑得气喘吁吁", "这几天气温降的厉害。": "降得厉害", "同学们认真的聆听讲解。": "认真地聆听",
		"网格员及时得发现并上报隐患。": "及时地发现", "送去丰富多彩地文化大餐。": "丰富多彩的文化",
		"各地专家跪地施救。": "", "群众得实惠。": "", "头晕晕的很舒服。": "",
	} {
		report, err := e.Screen(t.Context(), Text{Body: text})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, h := range report.Hits {
			if h.Rule == particleRule {
				got = h.Suggestion
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// learnParticles writes the file, and logs how much is found of wrong particles made
// in texts that nothing was learned from, and of labelled ones.
func learnParticles(t *testing.T, e *Engine) {
	l, m := newParticleLesson(t, e), &maxent{number: map[string]int32{}}
	l.gather(e.fold, cleanTexts(t), m, false)
	l.gather(e.fold, particlePhrases(t), m, true)
	var found, alarms [3][3]int
	var all [3]int
	for fold := range particleFolds {
		m.train(l.places, func(p *particlePlace) bool { return p.phrase || p.text%particleFolds != fold })
		p := l.learned(m)
		for i := range l.places {
			place := &l.places[i]
			if place.phrase || place.text%particleFolds != fold {
				continue
			}
			all[place.is]++
			for written := range noParticle {
				meant := noParticle
				if written != deOfNoun || maySpeak(p.words[place.s.before].before, p.words[place.s.next].behind, leastSpoken) {
					meant = p.meant(&place.s, written)
				}
				switch {
				case meant == noParticle:
				case written == place.is:
					alarms[written][meant]++
					t.Logf("%c for %c: %s", rune(meant.rune()), rune(written.rune()), strings.ReplaceAll(place.around, "\n", "/"))
				case meant == place.is:
					found[written][meant]++
				}
			}
		}
	}
	t.Logf("%d places, %v of 的, 地, 得; found by what is written and meant: %v, false alarms %v", len(l.places), all, found, alarms)
	labelled := labelledParticles(t)
	l.logLabelled(t, e.fold, labelled, m)

	m.train(l.places, func(*particlePlace) bool { return true })
	packed := l.pack(l.learned(m))
	t.Logf("%d words, %d bytes", len(l.p.words), len(packed))
	if err := os.WriteFile("particles.bin.gz", packed, 0o644); err != nil {
		t.Fatal(err)
	}
}

// logLabelled logs which of the labelled particles are found by a model that has seen
// none of their pairs of words in phrases.
func (l *particleLesson) logLabelled(t *testing.T, fold *match.Fold, labelled [][2]string, m *maxent) {
	var r match.Reading
	each := func(call func(c [2]string, i int, written particle, s *setting)) {
		for _, c := range labelled {
			fold.Read(&r, c[0])
			at := strings.Index(c[0], c[1])
			for i, ch := range r.Runes {
				if written := particleOf(ch); written != noParticle && r.Start(i) >= at && r.Start(i) < at+len(c[1]) {
					if s, ok := l.p.look(r.Runes, i, noParticle); ok {
						call(c, i, written, &s)
					}
				}
			}
		}
	}
	taught := map[[2]uint16]bool{}
	each(func(_ [2]string, _ int, _ particle, s *setting) { taught[[2]uint16{s.before, s.next}] = true })
	m.train(l.places, func(p *particlePlace) bool { return !p.phrase || !taught[[2]uint16{p.s.before, p.s.next}] })
	p, text, n := l.learned(m), stretch{}, 0
	each(func(c [2]string, i int, written particle, s *setting) {
		if meant := p.meant(s, written); meant != noParticle && p.alone(&text, &r, i) {
			n++
		} else {
			t.Logf("not found: %s %s%c%s, sums %v", c[1], l.texts[s.before], rune(written.rune()), l.texts[s.next], p.weigh(s))
		}
	})
	t.Logf("%d of %d labelled ones found", n, len(labelled))
}

// pack is the file that load reads.
func (l *particleLesson) pack(p *particles) []byte {
	var out []byte
	row := func(w particleWord) {
		out = append(out, byte(w.kind), byte(w.before[0]), byte(w.before[1]), byte(w.behind[0]), byte(w.behind[1]))
	}
	for _, w := range p.words[:wordKinds] {
		row(w)
	}
	var order []uint16
	for i := range p.words[wordKinds:] {
		order = append(order, uint16(i)+uint16(wordKinds))
	}
	slices.SortFunc(order, func(a, b uint16) int { return strings.Compare(l.texts[a], l.texts[b]) })
	out = append(out, byte(len(order)), byte(len(order)>>8))
	var last []uint16
	for _, i := range order {
		runes := units(l.texts[i])
		same := 0
		for same < min(len(runes)-1, len(last)) && runes[same] == last[same] {
			same++
		}
		rest := string(utf16.Decode(runes[same:]))
		out = append(append(out, byte(same), byte(len(rest))), rest...)
		row(p.words[i])
		last = runes
	}
	for i := range p.tables {
		for _, l := range p.tables[i] {
			out = append(out, byte(l[0]), byte(l[1]))
		}
	}
	return pack(out)
}
