package screening

import (
	_ "embed"
	"errors"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"shenfa/screening/match"
)

// particlesFile tells which words stand before and behind the particles 的, 地 and
// 得: what was learned from clean texts, which use them rightly. "go test -run
// TestParticles -update" writes it.
//
//go:embed particles.bin.gz
var particlesFile []byte

// particles finds the particles 的, 地 and 得 written for one another. How likely each
// is in a place is a sum of what the words around say for it: a model of maximum
// entropy, whose weights are added up by word and by kind of word beforehand.
type particles struct {
	on      bool
	usage   *usage
	records []uint16       // by node of the dictionary: a number in words; 0: nothing is known of it
	words   []particleWord // the first are those of no word, by kind
	tables  [signTables][]leaning
	ends    []leaning // by hash of its last two characters: the most that a word says right before a particle
	begins  []leaning // by hash of its first two: and right behind it
	long    pairSet   // the words of three characters and four

	prepare sync.Once
	err     error
}

// particleRule is the rule that wrong particles are reported for.
const particleRule = "typo.particle.learned"

// particle is 的, 地 or 得.
type particle uint8

const (
	deOfNoun   particle = iota // 的
	deOfManner                 // 地
	deOfResult                 // 得
	noParticle
)

const particleRunes = "的地得"

func particleOf(r uint16) particle {
	switch r {
	case '的':
		return deOfNoun
	case '地':
		return deOfManner
	case '得':
		return deOfResult
	}
	return noParticle
}

func (p particle) rune() uint16 { return [...]uint16{'的', '地', '得'}[p] }

// leaning is how much something speaks for 地 and 得 rather than for 的, in parts
// of leaningUnit.
type leaning [2]int8

const leaningUnit = 8

// particleWord is what is known of a word.
type particleWord struct {
	kind           wordKind
	before, behind leaning // if the word stands right before the particle, and right behind it
}

// wordKind is what part of speech a word mostly is.
type wordKind uint8

const (
	unknownWord wordKind = iota
	noWord               // the clause ends
	latinWord            // or a number
	closeMark
	openMark
	nounKind
	personKind
	placeKind
	timesKind
	positionKind
	verbKind
	verbNounKind
	adjectiveKind
	adverbialKind // an adjective that is often an adverb
	adverbKind
	degreeKind
	numberKind
	measureKind
	pronounKind
	prepositionKind
	moverKind // 把 and 将
	conjunctionKind
	aspectKind // 了, 着 and 过
	auxiliaryKind
	idiomKind
	phraseKind
	stateKind
	attributiveKind
	modalKind
	copulaKind
	shortVerbKind
	shortAdjectiveKind
	wordKinds
)

// kindBits is room for a kind.
const kindBits = 5

// The tables of what several words together say.
const (
	twoBefore    = iota // the two words before
	bothSides           // the word before, and the one behind
	twoBehind           // the two words behind
	sidesAndNext        // the word before, and the two behind
	threeBehind         // the three words behind
	framed              // whether 把 or 将 stands before in the clause, whether it begins or ends here, and the word behind
	threeBefore         // the three words before
	allAround           // the two words before, and the one behind
	signTables
)

// tableSizes are how many kinds go together.
var tableSizes = [signTables]int{2, 2, 2, 3, 3, 2, 3, 3}

// setting is what stands around a particle.
type setting struct {
	kinds        [6]wordKind // of the three words before and the three behind
	before, next uint16      // records of the words right before and right behind
	start, end   int         // runes: from where the word before begins to where that behind ends
	moved        bool        // 把 or 将 stands before
	acts         bool        // the word behind is an act that is under way or done, and names none
}

// keys are where the tables are looked up.
func (s *setting) keys() [signTables]int {
	k := func(list ...wordKind) (key int) {
		for _, kind := range list {
			key = key<<kindBits | int(kind)
		}
		return key
	}
	a, frame := &s.kinds, wordKind(0)
	if s.moved {
		frame |= 1
	}
	if a[1] == noWord {
		frame |= 2
	}
	if a[4] == noWord {
		frame |= 4
	}
	return [signTables]int{
		twoBefore: k(a[1], a[2]), bothSides: k(a[2], a[3]), twoBehind: k(a[3], a[4]), sidesAndNext: k(a[2], a[3], a[4]),
		threeBehind: k(a[3], a[4], a[5]), framed: k(frame, a[3]), threeBefore: k(a[0], a[1], a[2]), allAround: k(a[1], a[2], a[3]),
	}
}

func newParticles(rules *Rules) *particles { return &particles{on: rules.byID[particleRule] != nil} }

// ready reads the file, which needs the figures of words.
func (p *particles) ready(u *usage) error {
	p.prepare.Do(func() { p.err = p.load(u, particlesFile) })
	return p.err
}

// load reads words, each with what it shares with the one before it, then the tables.
func (p *particles) load(u *usage, packed []byte) error {
	data, err := unpack(packed)
	if err != nil {
		return err
	}
	cut := errors.New("the words around particles are cut off")
	p.usage, p.records = u, make([]uint16, len(u.d.nodes))
	p.ends, p.begins = make([]leaning, 1<<mostBits), make([]leaning, 1<<mostBits)
	p.long = newPairSet(18)
	for r := range p.ends {
		p.ends[r], p.begins[r] = leaning{-128, -128}, leaning{-128, -128}
	}
	take := func(n int) []byte {
		if n > len(data) {
			return nil
		}
		part := data[:n]
		data = data[n:]
		return part
	}
	for range wordKinds {
		row := take(5)
		if row == nil {
			return cut
		}
		p.words = append(p.words, wordOfRow(row))
	}
	size := take(2)
	if size == nil {
		return cut
	}
	var runes []uint16
	for range int(size[0]) | int(size[1])<<8 {
		head := take(2)
		if head == nil || int(head[0]) > len(runes) {
			return cut
		}
		rest, row := take(int(head[1])), take(5)
		if row == nil {
			return cut
		}
		runes = append(runes[:head[0]], utf16.Encode([]rune(string(rest)))...)
		if node := u.node(runes...); node != 0 {
			p.records[node] = uint16(len(p.words))
			if len(runes) > 2 {
				p.long.addHash(hashOfWord(runes))
			}
			p.addMost(runes, wordOfRow(row))
		}
		p.words = append(p.words, wordOfRow(row))
	}
	for i := range p.tables {
		p.tables[i] = make([]leaning, 1<<(kindBits*tableSizes[i]))
		row := take(2 * len(p.tables[i]))
		if row == nil {
			return cut
		}
		for k := range p.tables[i] {
			p.tables[i][k] = leaning{int8(row[2*k]), int8(row[2*k+1])}
		}
	}
	return nil
}

func (p *particles) addMost(runes []uint16, w particleWord) {
	end, begin := &p.ends[mostHash(0, runes[0])], &p.begins[mostHash(runes[0], 0)]
	if n := len(runes); n > 1 {
		end, begin = &p.ends[mostHash(runes[n-2], runes[n-1])], &p.begins[mostHash(runes[0], runes[1])]
	}
	*end, *begin = end.most(w.before), begin.most(w.behind)
}

func (l leaning) most(other leaning) leaning {
	return leaning{max(l[0], other[0]), max(l[1], other[1])}
}

// mostBits is the size of the tables of what words say at most.
const mostBits = 16

func mostHash(first, second uint16) uint64 { return hashOf(first, second) >> (64 - mostBits) }

// mostBefore is what the word that ends before a place may say at most.
func (p *particles) mostBefore(runes []uint16, end int) leaning {
	most := p.ends[mostHash(0, runes[end-1])]
	if end > 1 {
		most = most.most(p.ends[mostHash(runes[end-2], runes[end-1])])
	}
	return most
}

// mostBehind is what the word that begins at a place may say at most.
func (p *particles) mostBehind(runes []uint16, start int) leaning {
	most := p.begins[mostHash(runes[start], 0)]
	if start+1 < len(runes) {
		most = most.most(p.begins[mostHash(runes[start], runes[start+1])])
	}
	return most
}

func wordOfRow(row []byte) particleWord {
	return particleWord{wordKind(row[0]), leaning{int8(row[1]), int8(row[2])}, leaning{int8(row[3]), int8(row[4])}}
}

// longestBeside is how long a word may be that stands beside a particle.
const longestBeside = 4

// rarestUnknown is what a word of two characters may cost, in bits, that is read as one
// though nothing is known of it: 泡菜 is no 泡.
const rarestUnknown = 21

// record is that of a word; false if the characters are none.
func (p *particles) record(word []uint16) (record uint16, ok bool) {
	if len(word) > 2 && p.long.hasHash(hashOfWord(word)) == 0 {
		return 0, false
	}
	node := p.usage.node(word...)
	if record = p.records[node]; record != 0 {
		return record, true
	}
	return uint16(unknownWord), len(word) == 2 && node != 0 && p.usage.of(node) < rarestUnknown && !strings.ContainsRune("着了过", rune(word[1]))
}

// hashOfWord is that of a word of three characters or four.
func hashOfWord(word []uint16) (h uint64) {
	for _, r := range word {
		h = h<<16 | uint64(r)
	}
	h *= 0x9E3779B97F4A7C15
	return (h ^ h>>32) * 0x9E3779B97F4A7C15
}

// before is the longest word that ends before a place.
func (p *particles) before(runes []uint16, end int) (record uint16, start int) {
	if end == 0 || !isHan(rune(runes[end-1])) {
		return p.mark(runes, end-1), max(end-1, 0)
	}
	for size := longestBeside; size > 0; size-- {
		if start := end - size; start >= 0 {
			if record, ok := p.record(runes[start:end]); ok {
				return record, start
			}
		}
	}
	return uint16(unknownWord), end - 1
}

// behind is the longest word that begins at a place.
func (p *particles) behind(runes []uint16, start int) (record uint16, end int) {
	if start >= len(runes) || !isHan(rune(runes[start])) {
		return p.mark(runes, start), min(start+1, len(runes))
	}
	for size := longestBeside; size > 0; size-- {
		if end := start + size; end <= len(runes) {
			if record, ok := p.record(runes[start:end]); ok {
				return record, end
			}
		}
	}
	return uint16(unknownWord), start + 1
}

// mark is the kind of a rune that is no Chinese character.
func (p *particles) mark(runes []uint16, i int) uint16 {
	if i < 0 || i >= len(runes) {
		return uint16(noWord)
	}
	switch r := rune(runes[i]); {
	case strings.ContainsRune("”’》）)", r):
		return uint16(closeMark)
	case strings.ContainsRune("“‘《（(", r):
		return uint16(openMark)
	case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '%':
		return uint16(latinWord)
	}
	return uint16(noWord)
}

// leastSpoken is how much the words right beside a wrong 的 say for another particle at
// least, but for a few; and what words with such characters may say at most.
const (
	leastSpoken = 3
	leastSaid   = 5
)

// maySpeak tells whether two words together say as much.
func maySpeak(a, b leaning, least int) bool {
	return int(a[0])+int(b[0]) > least || int(a[1])+int(b[1]) > least
}

// joins tells whether two characters are a frequent word: 获得、地方.
func (p *particles) joins(two []uint16) bool {
	cost := p.usage.pair(two[0], two[1]).cost()
	return cost != 0 && cost < frequentWord*quarter
}

const frequentWord = 12 // bits

// mayBeOther tells whether what the words right beside a 地 say, with much from those
// around, may be enough for another particle.
func (p *particles) mayBeOther(s *setting) bool {
	a, b := &p.words[s.before], &p.words[s.next]
	manner, result := int(a.before[0])+int(b.behind[0]), int(a.before[1])+int(b.behind[1])
	need := &needed[1][deOfManner]
	if a.kind.tellsHow() {
		need = &needed[0][deOfManner]
	}
	const fromOthers = 44
	return -manner >= need[deOfNoun]-fromOthers || result-manner >= need[deOfResult]-fromOthers
}

// look reads what stands around the particle at i, if that may be wrong: 的 is
// frequent and mostly right, which the words beside it tell, or their characters.
func (p *particles) look(runes []uint16, i int, written particle) (s setting, ok bool) {
	if i == 0 || i+1 == len(runes) {
		return s, false
	}
	var most leaning
	if written == deOfNoun {
		most = p.mostBehind(runes, i+1)
	}
	if written == deOfNoun && !maySpeak(p.mostBefore(runes, i), most, leastSaid) ||
		(written == deOfManner || written == deOfResult) && (p.joins(runes[i-1:i+1]) || p.joins(runes[i:i+2])) {
		return s, false
	}
	s.before, s.start = p.before(runes, i)
	if written == deOfNoun && !maySpeak(p.words[s.before].before, most, leastSaid) {
		return s, false
	}
	s.next, s.end = p.behind(runes, i+1)
	if written == deOfNoun && !maySpeak(p.words[s.before].before, p.words[s.next].behind, leastSpoken) {
		return s, false
	}
	if written == deOfManner && !p.mayBeOther(&s) {
		return s, false
	}
	first, start := p.before(runes, s.start)
	farther, _ := p.before(runes, start)
	second, end := p.behind(runes, s.end)
	third, _ := p.behind(runes, end)
	s.kinds = [6]wordKind{p.words[farther].kind, p.words[first].kind, p.words[s.before].kind, p.words[s.next].kind, p.words[second].kind, p.words[third].kind}
	for _, beyond := range [...][2]int{{1, 0}, {3, 4}, {4, 5}} { // no word of another clause tells anything
		if s.kinds[beyond[0]] == noWord {
			s.kinds[beyond[1]] = noWord
		}
	}
	if s.start > 0 && s.start == i-1 && runes[s.start] == runes[s.start-1] { // 头晕晕的
		s.kinds[2] = unknownWord
	}
	s.moved = moved(runes[:s.start])
	s.acts = s.kinds[4] == aspectKind || s.end > i+2 && strings.ContainsRune("住起着出到开了回成走", rune(runes[s.end-1]))
	return s, s.kinds[2].isWord() && s.kinds[3].isWord()
}

// farthestMoved is how far from the word before a particle 把 or 将 is looked for.
const farthestMoved = 12

// moved tells whether 把 or 将 stands in the clause, with no particle behind it.
func moved(runes []uint16) bool {
	for _, r := range slices.Backward(runes[max(0, len(runes)-farthestMoved):]) {
		switch {
		case r == '把' || r == '将':
			return true
		case !isHan(rune(r)) || r == '的':
			return false
		}
	}
	return false
}

// weigh is how much speaks for each particle.
func (p *particles) weigh(s *setting) (sum [3]int) {
	add := func(l leaning) {
		sum[deOfManner] += int(l[0])
		sum[deOfResult] += int(l[1])
	}
	add(p.words[s.before].before)
	add(p.words[s.next].behind)
	for i, key := range s.keys() {
		add(p.tables[i][key])
	}
	return sum
}

// needed is how much more must speak for another particle than for that written, in
// parts of leaningUnit: first behind a word that tells how something is or is done,
// then behind others, where 地 may be a place and 得 a verb.
var needed = [2][3][3]int{
	{
		deOfNoun:   {deOfManner: 15, deOfResult: 20},
		deOfManner: {deOfNoun: 36, deOfResult: 22},
		deOfResult: {deOfNoun: 42, deOfManner: 32},
	},
	{
		deOfNoun:   {deOfManner: 16, deOfResult: 21},
		deOfManner: {deOfNoun: 70, deOfResult: 40},
		deOfResult: {deOfNoun: 50, deOfManner: 40},
	},
}

// doubt is how much more is needed where another reading is near.
const doubt = 16

// doubts is how much more is needed between these words for a particle in place of another.
func (s *setting) doubts(written, meant particle) (more int) {
	before, behind := s.kinds[2], s.kinds[3]
	if meant != deOfNoun && behind.names() {
		more += doubt // 分房睡的真相
	}
	if meant == deOfManner && s.acts {
		more -= doubt / 3 // 激动的握住, 激动的说着
	}
	if meant == deOfManner && behind == verbNounKind {
		more += doubt / 2 // 较快的发展
	}
	if written == deOfManner && !behind.names() {
		more += doubt // 安全地通行
	}
	if behind == conjunctionKind {
		more += 2 * doubt // 独立的或者
	}
	if written == deOfResult && (before == personKind || before == pronounKind) {
		more += 2 * doubt // 张某得三票
	}
	return more
}

// isWord tells a word, known or not, from marks and letters.
func (k wordKind) isWord() bool { return k == unknownWord || k > openMark }

// names tells whether words of a kind mostly name something.
func (k wordKind) names() bool {
	return k == nounKind || k == personKind || k == placeKind
}

// tellsHow tells whether words of a kind are mostly such.
func (k wordKind) tellsHow() bool {
	switch k {
	case adjectiveKind, adverbialKind, adverbKind, degreeKind, idiomKind, phraseKind, stateKind, attributiveKind:
		return true
	}
	return false
}

// meant is the particle that should stand in place of another, if that is sure.
func (p *particles) meant(s *setting, written particle) particle {
	if s.kinds[2] == unknownWord || s.kinds[3] == unknownWord {
		return noParticle
	}
	sum, need := p.weigh(s), &needed[1]
	if s.kinds[2].tellsHow() {
		need = &needed[0]
	}
	meant, most := noParticle, 0
	for q := range noParticle {
		if more := sum[q] - sum[written] - need[written][q] - s.doubts(written, q); q != written && more >= most {
			meant, most = q, more
		}
	}
	return meant
}

// dearestJoined is what a word may cost, in bits, that ends with 得: dearer ones are
// an act and the particle.
const dearestJoined = 17.5

// endsLoosely tells whether a word of two characters is rather one and the particle 得:
// 新修得步道.
func endsLoosely(u *usage, word []uint16) bool {
	return word[1] == '得' && u.of(u.node(word...)) > dearestJoined
}

// alone tells whether the rune at i is a word by itself.
func (p *particles) alone(text *stretch, r *match.Reading, i int) bool {
	at := hanBefore(r, i)
	text.take(r, i, i+1)
	text.read(p.usage, 0, text.size)
	begin, end := text.wordAt(at)
	return end == at+1 && (begin == at || begin == at-1 && endsLoosely(p.usage, text.runes[begin:end]))
}

// detect looks for wrong particles in a part.
func (p *particles) detect(d *draft, s *slips, part int) {
	if s.ready(d.segments.dictionary) != nil || p.ready(s.usage) != nil {
		return // the engine has said so when it was made
	}
	r := &d.seen.readings[part]
	var text stretch
	for i, c := range r.Runes {
		written := particleOf(c)
		if written == noParticle {
			continue
		}
		s, ok := p.look(r.Runes, i, written)
		if !ok {
			continue
		}
		meant := p.meant(&s, written)
		if meant == noParticle || !p.alone(&text, r, i) || r.End(s.end-1)-r.Start(s.start) != 3*(s.end-s.start) {
			continue
		}
		right := slices.Clone(r.Runes[s.start:s.end])
		right[i-s.start] = meant.rune()
		d.report(particleRule, part, r.Start(s.start), r.End(s.end-1), note{suggestion: string(utf16.Decode(right))})
	}
}
