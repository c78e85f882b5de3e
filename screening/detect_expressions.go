package screening

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"shenfa/screening/match"
)

// expressions finds fixed expressions that are nearly, but not quite right: one
// character wrong, two neighbours swapped, one doubled, a few missing. Each
// expression is cut into pieces; a single mistake leaves one of them whole, and
// from there the rest is compared, outwards and character by character. In the
// idioms of a second rule it finds one character written as another that sounds
// or looks alike.
type expressions struct {
	list   []expression
	pieces []piece
	mixed  []int    // the expressions whose characters stand in another order
	words  []string // each piece, then these
	idioms *idioms
	slips  *slips

	particles *particles

	doubles bool            // whether words that stand twice are looked for,
	doubled map[string]bool // and those that may
}

type expression struct {
	text   string   // as it should be
	plain  string   // without quotation marks and what parts its members
	runes  []rune   // of that, anyNumber for numbers that differ with the times
	quoted bool     // only text in quotation marks counts
	right  []string // other right forms, folded
}

// piece is runes[from:to] of an expression, with the text before and after it.
type piece struct {
	expression, from, to int
	before, after        string
	size                 int // in runes, as texts have it
}

func newExpressions(rules *Rules, fold *match.Fold) *expressions {
	e := &expressions{}
	e.addExpressions(rules.byID["wording.fixed_expression"])
	e.addMixed()
	e.idioms = newIdioms(rules, fold)
	e.slips = newSlips(rules)
	e.particles = newParticles(rules)
	e.doubled = map[string]bool{}
	for _, word := range rules.context["may_be_doubled"] {
		e.doubled[word] = true
	}
	e.doubles = rules.byID["typo.doubled"] != nil
	return e
}

// ready makes what needs the dictionary.
func (e *expressions) ready(d *dictionary) error {
	if err := e.slips.ready(d); err != nil {
		return err
	}
	return e.particles.ready(e.slips.usage)
}

func (e *expressions) addExpressions(rule *Rule) {
	if rule == nil {
		return
	}
	for _, text := range rule.Terms {
		x := expression{text: text, plain: plainExpression(text), quoted: strings.HasPrefix(text, "“")}
		for _, right := range rule.term[text].allow {
			x.right = append(x.right, plainExpression(right))
		}
		runes := []rune(x.plain)
		n := len(runes)
		parts := 2
		if n >= threePieces {
			parts = 3
		}
		for i := range parts {
			p := piece{expression: len(e.list), from: i * n / parts, to: (i + 1) * n / parts}
			p.size = p.to - p.from
			p.before, p.after = string(runes[:p.from]), string(runes[p.to:])
			word := string(runes[p.from:p.to])
			e.pieces, e.words = append(e.pieces, p), append(e.words, word)
			if marked := strings.Trim(cutMarked(text, p.from, p.to), "“”‘’、"); marked != word { // as texts have it
				p.size = utf8.RuneCountInString(marked)
				e.pieces, e.words = append(e.pieces, p), append(e.words, marked)
			}
		}
		x.runes = freeNumbers(x.plain)
		e.list = append(e.list, x)
	}
}

// cutMarked is the stretch of an expression with these of its characters, and the
// marks between them.
func cutMarked(text string, from, to int) string {
	start, n := 0, 0
	for i, r := range text {
		if inserted(r) {
			continue
		}
		if n == from {
			start = i
		}
		if n++; n == to {
			return text[start : i+utf8.RuneLen(r)]
		}
	}
	return text[start:]
}

// anyNumber stands for a number in an expression that differs with the times:
// 党的二十大、二十届三中全会、“十五五”规划.
const anyNumber = '#'

var timelyNumber = regexp.MustCompile(strings.ReplaceAll(`(N+)(?:届|中全会)|党的(N+)大|第(N+)[次个]|十(N)五`, "N", "[一二三四五六七八九十]"))

// freeNumbers puts it in place of such numbers.
func freeNumbers(plain string) []rune {
	runes := []rune(plain)
	for _, m := range timelyNumber.FindAllStringSubmatchIndex(plain, -1) {
		for k := 2; k < len(m); k += 2 {
			if m[k] >= 0 {
				for at := utf8.RuneCountInString(plain[:m[k]]); at < utf8.RuneCountInString(plain[:m[k+1]]); at++ {
					runes[at] = anyNumber
				}
			}
		}
	}
	return runes
}

// is tells whether a character is the one wanted.
func is(got, want rune) bool { return got == want || want == anyNumber && isNumber(got) }

// addMixed adds what expressions become where two words of two characters, or two
// characters that stand in the same place of them, change places: 立人树德，集中民主制;
// or two neighbours in the middle.
func (e *expressions) addMixed() {
	known := map[string]bool{}
	for _, x := range e.list {
		known[x.plain] = true
		for _, right := range x.right {
			known[right] = true
		}
	}
	add := func(i int, mixed string) {
		if !known[mixed] {
			known[mixed] = true
			e.mixed = append(e.mixed, i)
			e.words = append(e.words, mixed)
		}
	}
	for i, x := range e.list {
		runes := []rune(x.plain)
		if half := len(runes) / 2; len(runes) < threePieces && isHan(runes[half-1]) && isHan(runes[half]) { // where two neighbours change places, no piece stays whole
			swapped := slices.Clone(runes)
			swapped[half-1], swapped[half] = swapped[half], swapped[half-1]
			add(i, string(swapped))
		}
		if x.quoted || len(runes) > longestMixed {
			continue
		}
		for at := 0; at+4 <= len(runes); at++ {
			words, chars := slices.Clone(runes), slices.Clone(runes)
			words[at], words[at+1], words[at+2], words[at+3] = words[at+2], words[at+3], words[at], words[at+1]
			chars[at+1], chars[at+3] = chars[at+3], chars[at+1]
			add(i, string(words))
			add(i, string(chars))
		}
	}
}

// threePieces is from how many characters an expression has three pieces.
const threePieces = 9

// longestMixed is up to how many characters expressions are mixed.
const longestMixed = 10

// plainExpression leaves out what writers put or forget between the characters.
func plainExpression(text string) string {
	return strings.Map(func(r rune) rune {
		if inserted(r) {
			return -1
		}
		return r
	}, text)
}

func inserted(r rune) bool {
	switch r {
	case '“', '”', '‘', '’', '"', '、', ' ':
		return true
	}
	return false
}

// parting tells whether no expression goes across a rune.
func parting(r rune) bool {
	switch r {
	case '，', '。', '；', '：', '！', '？', ',', ';', '!', '?', '\n', '（', '）', '(', ')', ':', '《', '》':
		return true
	}
	return false
}

func (e *expressions) anchors() []string {
	return append(e.words[:len(e.words):len(e.words)], everyDraft)
}

// detect looks at what the scan found, part by part; at slips last, as what is a
// wrong expression is none of them.
func (e *expressions) detect(d *draft, found []anchor) {
	if e.doubles {
		e.detectDoubled(d)
	}
	for part := range d.parts {
		for len(found) > 0 && found[0].part == part && found[0].word < len(e.words) {
			e.detectWord(d, found[0])
			found = found[1:]
		}
		e.idioms.detect(d, part)
		if e.slips.on {
			e.slips.detect(d, part)
		}
		if e.particles.on {
			e.particles.detect(d, e.slips, part)
		}
	}
}

func (e *expressions) detectWord(d *draft, a anchor) {
	mixed := a.word - len(e.pieces)
	if mixed < 0 {
		e.detectExpression(d, a, &e.pieces[a.word])
		return
	}
	if x := &e.list[e.mixed[mixed]]; x.fits(d, a.part, a.start, a.end) {
		d.report("wording.fixed_expression", a.part, a.start, a.end, note{suggestion: x.text})
	}
}

// detectExpression compares what stands around a piece with the rest of its expression.
func (e *expressions) detectExpression(d *draft, a anchor, p *piece) {
	x, r := &e.list[p.expression], &d.seen.readings[a.part]
	from, to := a.start, a.end
	if strings.HasSuffix(r.Text[:from], p.before) && strings.HasPrefix(r.Text[to:], p.after) {
		return // as it should be
	}
	left := x.compare(r, a.last-p.size, -1, x.runes[:p.from])
	if !left.ok {
		return
	}
	right := x.compare(r, a.last+1, 1, x.runes[p.to:])
	if !right.ok || left.mistakes+right.mistakes != 1 {
		return
	}
	start, end := from, to
	if left.last >= 0 {
		start = r.Start(left.last)
	}
	if right.last >= 0 {
		end = r.End(right.last)
	}
	if x.fits(d, a.part, start, end) && e.lacks(d, x, a.part, start, end) {
		d.report("wording.fixed_expression", a.part, start, end, note{suggestion: x.text})
	}
}

// lacks tells whether a short expression that seems to lack a character does, and is
// not another one: one of its characters goes with neither neighbour; of one in
// quotation marks, these close behind it.
func (e *expressions) lacks(d *draft, x *expression, part, start, end int) bool {
	text := d.parts[part].text
	if len(x.runes) >= shortLacking || utf8.RuneCountInString(plainExpression(d.fold.String(text[start:end]))) >= len(x.runes) {
		return true
	}
	if x.quoted {
		next, _ := utf8.DecodeRuneInString(text[end:])
		return !strings.HasSuffix(x.text, "”") || strings.ContainsRune(closeQuotes, next)
	}
	return e.slips.loose(d, part, start, end)
}

// Expressions up to how many characters are looked at twice where one is missing.
const shortLacking = 7

// fits tells whether a near match is a mistake and no other word.
func (x *expression) fits(d *draft, part, start, end int) bool {
	text := d.parts[part].text
	near := plainExpression(d.fold.String(text[start:end]))
	if x.quoted && !opensQuote(text, start) {
		return false
	}
	if d.segments.straddled(d.fold, text, start, end) {
		return false
	}
	around := plainExpression(d.fold.String(text[max(0, runeStart(text, start-30)):min(len(text), runeStart(text, end+30))]))
	for _, right := range append([]string{x.plain}, x.right...) {
		if strings.Contains(around, right) && (strings.Contains(right, near) || strings.Contains(near, right)) {
			return false
		}
	}
	// In short expressions a changed character that makes another word is that word.
	if n := len(x.runes); n <= 6 && !x.quoted && utf8.RuneCountInString(near) == n {
		runes := []rune(near)
		for i, r := range runes {
			if is(r, x.runes[i]) {
				continue
			}
			if i > 0 && d.segments.knows(string(runes[i-1:i+1])) || i+1 < n && d.segments.knows(string(runes[i:i+2])) {
				return false
			}
		}
	}
	return true
}

// opensQuote tells whether a quotation mark stands right before a place.
func opensQuote(text string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return strings.ContainsRune(openQuotes, r)
}

func runeStart(text string, at int) int {
	at = min(max(at, 0), len(text))
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// comparison tells how a text agrees with a part of an expression.
type comparison struct {
	ok       bool
	mistakes int
	last     int // the number of the farthest rune that belongs to it; -1: none does
}

// compare holds the runes of a text from at on, or back, against want, and
// allows one mistake.
func (x *expression) compare(r *match.Reading, at, step int, want []rune) comparison {
	if len(want) == 0 {
		return comparison{ok: true, last: -1}
	}
	if !begins(r, at, step, want) {
		return comparison{}
	}
	var got, reversed [32]rune
	var places [len(got)]int // where each stands in the reading
	n := 0
	for limit := min(len(got), len(want)+2); n < limit && at >= 0 && at < len(r.Runes); at += step {
		c := rune(r.Runes[at])
		if !isHan(c) {
			if parting(c) {
				break
			}
			if inserted(c) {
				continue
			}
		}
		got[n], places[n] = c, at
		n++
	}
	if step < 0 {
		want = append(reversed[:0], want...)
		slices.Reverse(want)
	}
	same := 0
	for same < len(want) && same < n && is(got[same], want[same]) {
		same++
	}
	if same == len(want) {
		return comparison{true, 0, places[same-1]}
	}
	// skipped characters of want, taken characters of text
	for _, m := range [...]struct{ skipped, taken int }{{0, 1}, {1, 1}, {2, 2}, {1, 0}, {2, 0}, {3, 0}} {
		rest, from := same+m.skipped, same+m.taken
		if rest > len(want) || from > n || !agree(got[from:n], want[rest:]) || !x.plausible(got[:n], want, same, m.skipped, m.taken, step < 0) {
			continue
		}
		if last := from + len(want) - rest; last > 0 {
			return comparison{true, 1, places[last-1]}
		}
		return comparison{true, 1, -1}
	}
	return comparison{}
}

// begins tells quickly, mostly with no, whether runes may agree with want but
// for a mistake: one of the first four stands there, or the second in its place.
func begins(r *match.Reading, at, step int, want []rune) bool {
	got := func(k int) rune {
		if i := at + k*step; i >= 0 && i < len(r.Runes) {
			return rune(r.Runes[i])
		}
		return '\n'
	}
	wanted := func(k int) rune {
		if step < 0 {
			k = len(want) - 1 - k
		}
		return want[k]
	}
	first := got(0)
	if len(want) == 1 || inserted(first) {
		return true
	}
	for k := range min(len(want), 4) {
		if is(first, wanted(k)) {
			return true
		}
	}
	second := got(1)
	return inserted(second) || is(second, wanted(1))
}

func agree(got, want []rune) bool {
	if len(got) < len(want) {
		return false
	}
	for i, r := range want {
		if !is(got[i], r) {
			return false
		}
	}
	return true
}

// plausible tells whether a difference is a slip of the pen, not another
// wording: the shorter the expression, the more other wordings there are.
func (x *expression) plausible(got, want []rune, at, skipped, taken int, backward bool) bool {
	inside := at+skipped < len(want) // the mistake is followed by something right
	long := len(x.runes) >= 9
	switch {
	case skipped == 1 && taken == 1: // a wrong character
		return !strings.ContainsRune("的和与", got[at]) && (inside || long || !backward)
	case skipped == 2 && taken == 2: // two swapped
		return got[at] == want[at+1] && got[at+1] == want[at]
	case taken == 0: // missing ones
		return inside && (long || skipped == 1 && (x.quoted || len(x.runes) >= shortLacking-1)) && (skipped < 3 || len(x.runes) >= 14)
	default: // a doubled one
		return inside && (at > 0 && got[at] == want[at-1] || got[at] == want[at])
	}
}

// isNumber tells the characters that Chinese numbers are written with.
func isNumber(r rune) bool {
	switch r {
	case '一', '二', '三', '四', '五', '六', '七', '八', '九', '十':
		return true
	}
	return false
}

// two is the next two visible characters of a text.
func (d *draft) two(text string, at int) (a, b rune, end int, ok bool) {
	a, at, ok = d.next(text, at)
	if ok {
		b, at, ok = d.next(text, at)
	}
	return a, b, at, ok
}

func (d *draft) next(text string, at int) (rune, int, bool) {
	for range 4 {
		r, size := utf8.DecodeRuneInString(text[at:])
		if size == 0 {
			break
		}
		at += size
		if folded, visible := d.fold.Rune(r); visible {
			return folded, at, true
		}
	}
	return 0, at, false
}

// twoBefore is the two visible characters before a place.
func (d *draft) twoBefore(text string, at int) (a, b rune, start int, ok bool) {
	b, at, ok = d.previous(text, at)
	if ok {
		a, at, ok = d.previous(text, at)
	}
	return a, b, at, ok
}

func (d *draft) previous(text string, at int) (rune, int, bool) {
	for range 4 {
		r, size := utf8.DecodeLastRuneInString(text[:at])
		if size == 0 {
			break
		}
		at -= size
		if folded, visible := d.fold.Rune(r); visible {
			return folded, at, true
		}
	}
	return 0, at, false
}

// detectDoubled finds what stands twice in a row.
func (e *expressions) detectDoubled(d *draft) {
	for part := range d.parts {
		r, text := &d.seen.readings[part], d.parts[part].text
		var one, two, three uint16 // before this one
		done := 0
		for i, this := range r.Runes {
			if this == one {
				one, two, three = this, one, two
				if at := r.Start(i); twice(text, at, len("字")) && at >= done {
					e.detectStutter(d, part, at)
				}
				continue
			}
			if this == two && one == three && i >= 3 {
				if at := r.Start(i - 1); twice(text, at, len("两字")) && at >= done && e.detectWordTwice(d, part, at) {
					done = at + len("两字")
				}
			}
			one, two, three = this, one, two
		}
	}
}

// twice tells whether the same characters of three bytes, size bytes in all,
// stand before a place and behind it, with two characters on either side.
func twice(text string, at, size int) bool {
	const two = len("两字")
	return at >= two && at+two <= len(text) && text[at]&0xF0 == 0xE0 && text[at:at+size] == text[at-size:at]
}

// detectWordTwice finds a word of two characters that stands before a place and
// behind it.
func (e *expressions) detectWordTwice(d *draft, part, at int) (found bool) {
	const two = len("两字")
	text := d.parts[part].text
	word := text[at : at+two]
	if e.mayDouble(d, word) || !e.goesOn(d, text, at+two) && !e.isNamed(d, text, at-two) {
		return false
	}
	if d.segments.straddled(d.fold, text, at-two, at) || d.segments.straddled(d.fold, text, at, at+two) {
		return false
	}
	d.report("typo.doubled", part, at-two, at+two, note{suggestion: word})
	return true
}

// goesOn tells whether the sentence goes on behind a place: 商量商量。落实落实再落实
func (e *expressions) goesOn(d *draft, text string, at int) bool {
	next, _ := utf8.DecodeRuneInString(text[at:])
	return unicode.Is(unicode.Han, next) && !strings.ContainsRune("再吧一下", next)
}

// isNamed tells whether what stands before a place names or tells more of what
// follows, so that no call or trial of an act stands there: 重重的困难困难。
func (e *expressions) isNamed(d *draft, text string, at int) bool {
	if strings.HasSuffix(text[:at], "的") {
		return true
	}
	before := d.wordBefore(text, at)
	return before != "" && !e.doubled[before]
}

// detectStutter finds a character standing twice: the last of a word, 继续续做好, one that
// the text around reads far easier without, or a 了.
func (e *expressions) detectStutter(d *draft, part, at int) {
	text := d.parts[part].text
	r, size := utf8.DecodeRuneInString(text[at:])
	if r == '了' { // 进行了了检查
		if d.wordBefore(text, at-size) != "" && d.segments.knows(d.twoWordAfter(text, at+size)) {
			d.report("typo.doubled", part, at-size, at+size, note{suggestion: "了"})
		}
		return
	}
	if strings.ContainsRune(neverTwice, r) && !e.pairs(text, at) {
		if e.standsAlone(d, text, at-size, at) && e.standsAlone(d, text, at, at+size) {
			d.report("typo.doubled", part, at-size, at+size, note{suggestion: string(r)})
		}
		return
	}
	if e.slips.alone[r] > 1 || !isHan(r) || r == '〇' || size != 3 || e.pairs(text, at) {
		return
	}
	if word := e.stutters(d, text, r, at); word != "" {
		d.report("typo.doubled", part, at-len(word), at+size, note{suggestion: word})
		return
	}
	reading := &d.seen.readings[part]
	if twice, next := text[at-size:at+size], d.twoWordAfter(text, at); !d.segments.knows(twice) && !d.segments.knows(next) && e.slips.isSpare(&d.desk.text, reading, reading.Index(at)) {
		d.report("typo.doubled", part, at-size, at+size, note{suggestion: string(r)})
	}
}

// neverTwice are particles and the like, one of which is never said twice.
const neverTwice = "的为将在于对与和及或被把从由向而之也都就已并该各是有到不所使名元亿"

// standsAlone tells whether no word joins the character of a range with the one before
// it, nor with the one behind it: 目的的, 在在建项目.
func (e *expressions) standsAlone(d *draft, text string, start, end int) bool {
	this := []rune(text[start:end])[0]
	joins := func(a, b rune) bool { return d.segments.knows(string([]rune{a, b})) }
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return (before == this || !joins(before, this)) && (after == this || !joins(this, after))
}

// stutters answers the word before a place if its last character stands there again
// and belongs to nothing.
func (e *expressions) stutters(d *draft, text string, r rune, at int) string {
	size := utf8.RuneLen(r)
	before, after, ok := d.segments.loose(d.fold, text, at, at+size)
	word := before + string(r)
	if !ok || utf8.RuneCountInString(before) < 2 || utf8.RuneCountInString(before) == 2 && !e.slips.isOfficial(d.segments.dictionary, before) ||
		utf8.RuneCountInString(after) == 1 && unicode.Is(unicode.Han, []rune(after)[0]) || !strings.HasSuffix(before, string(r)) || d.segments.knows(word) {
		return ""
	}
	next, _ := utf8.DecodeRuneInString(after)
	if strings.HasSuffix(before, string(r)+string(r)) || d.segments.knows(string(r)+string(next)) { // 高高兴兴的；仲裁裁决
		return ""
	}
	return before
}

// pairs tells whether the character that stands twice does so beside another that does,
// 干干净净, or behind 一, 一张张.
func (e *expressions) pairs(text string, at int) bool {
	before, after := []rune(text[runeStart(text, at-9):at]), []rune(text[at:runeStart(text, at+9)])
	n := len(before)
	return n >= 2 && before[n-2] == '一' || n >= 3 && before[n-2] == before[n-3] || len(after) >= 3 && after[1] == after[2]
}

// oftenDoubled are characters that begin words said twice, 很远很远; noises name sounds,
// 咕嘟咕嘟.
const (
	oftenDoubled = "一很好老"
	noises       = "咕嘟吱呀呼嗒吧哗啦叮当咚哐轰隆滴答嘀噼啪咔嚓嗡沙咯扑通哒嘎嘣嘭砰噔呜哇咿嘻哈汪喵叽喳咩哞嘘吁簌唰嗖嗤棱噗嗞滋呲嘚"
)

func (e *expressions) mayDouble(d *draft, word string) bool {
	first, second := word[:3], word[3:]
	return first == second || strings.Contains(oftenDoubled, first) || e.doubled[word] || strings.Contains(noises, first) && strings.Contains(noises, second) ||
		!d.segments.knows(word)
}

// twoWordAfter is the two characters behind a place.
func (d *draft) twoWordAfter(text string, at int) string {
	a, b, _, ok := d.two(text, at)
	if !ok {
		return ""
	}
	return string([]rune{a, b})
}

// wordBefore is the word of two characters that ends at a place, if there is one.
func (d *draft) wordBefore(text string, at int) string {
	a, b, start, ok := d.twoBefore(text, at)
	if !ok {
		return ""
	}
	word := string([]rune{a, b})
	if !d.segments.knows(word) || d.segments.straddled(d.fold, text, start, at) {
		return ""
	}
	return word
}

// loose tells whether the characters of a range stand each for itself when the
// clause is cut into words, and which words stand before and after it.
func (s *segmenter) loose(fold *match.Fold, text string, start, end int) (before, after string, ok bool) {
	p, from, to := s.readClause(fold, text, start, end)
	defer s.forget(p)
	s.cut(p)
	ok = true
	for i := len(p.units) - 1; i >= 0; {
		first := int(p.from[i])
		lo, hi := int(p.units[first].start), int(p.units[i].end)
		switch {
		case hi > from && lo < to && first != i:
			ok = false
		case lo == to:
			after = p.clause[lo:hi]
		case hi == from:
			before = p.clause[lo:hi]
		}
		i = first - 1
	}
	return before, after, ok
}
