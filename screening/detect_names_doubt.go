package screening

import (
	"strings"
	"unicode/utf8"
)

// A name is doubted where the likeliest reading of the clause (usage.go) has words
// in its place: 楼道|里, 白天|当, 查明|系, 管室|月度. How much they count depends on
// how common they are, in all texts and in official ones, and on whether anything
// vouches for the name: a role before it, an age, kin or a home behind it.

// Costs from which words are too rare to speak against a name, in bits.
const (
	rareBesideName = 20
	rareIfVouched  = 17
)

// Bits that speak against a name.
const (
	ofWord       = 3  // by bit that a word is commoner
	ofVouched    = 5  // the same if the name is vouched for
	ofOfficial   = 2  // by bit that it is common in official texts
	ofGiven      = 14 // by bit that a word is commoner that is the given name: 付|定金
	ofSingles    = 4  // by bit that the characters of a short name are commoner as words: 车|先, 代|开
	ofCount      = 16 // a number as given name, 茶|三天, or none: 曲老
	ofStrange    = 12 // a character that no name has: 藏|好|后
	besideName   = 5  // characters on both sides that are read with a name
	bySurname    = 3  // how common a surname of the hundred most common is as a word, whatever texts tell
	commonSingle = 10 // both characters of a short name as words, as usage.ownOf tells it
)

// locative are characters of given names that end none: 盛夏|里, 商圈|内.
var locative = runeSet("里内外边旁间")

// doubt is what the reading of the clause takes from a name, in bits.
func (n *names) doubt(d *draft, s *scene, p person) (bits float32) {
	if n.slips.ready(d.segments.dictionary) != nil {
		return 0
	}
	u := n.slips.usage
	var text stretch
	lo, hi := text.takeName(s.text, p.lo, p.hi)
	if hi == 0 {
		return 0
	}
	text.read(u, 0, text.size)
	given := lo + utf8.RuneCountInString(s.text[p.lo:p.lo+surnameSize(s.text[p.lo:])])
	if given >= hi { // a compound surname read as a surname and a given name
		given = lo + 1
	}
	name := text.runes[given:hi]
	first, last := rune(name[0]), rune(name[len(name)-1])
	strange := nameKind(first)&anyGiven == 0 || nameKind(last)&anyGiven == 0 || locative.has(last)
	behind := p.age > 0 || has.MatchString(s.text[p.hi:])
	vouched := behind || p.role >= naming && !strange
	begin, end := text.wordAt(lo)
	if begin < lo && p.role <= described || begin == lo && end > given {
		bits += text.against(u, begin, end, vouched && end-begin != hi-lo)
	}
	if begin, end = text.wordAt(hi - 1); end > hi && begin >= lo {
		bits += text.against(u, begin, end, behind)
	}
	switch {
	case last == '老', len(name) == 2 && strings.ContainsRune("一二两三四五六七八九十", first) && strings.ContainsRune("天月年成个次", last):
		bits += ofCount
	case begin == given && end == hi && !vouched && nameKind(first)&nameKind(last)&commonGiven == 0:
		bits += ofGiven * max(0, rareIfVouched-text.costOf(u, begin, end))
	}
	switch {
	case vouched:
	case strange:
		bits += ofStrange
	case hi-lo == 2:
		both := float32(u.ownOf(u.node(name[0])))
		if surname := text.runes[lo]; nameKind(rune(surname))&commonSurname == 0 {
			both += float32(u.ownOf(u.node(surname)))
		} else {
			both += bySurname
		}
		bits += ofSingles * max(0, both-commonSingle)
	}
	return bits
}

// against is what a word across an edge of a name, or from its surname on, takes from it.
func (s *stretch) against(u *usage, begin, end int, vouched bool) float32 {
	cost := s.costOf(u, begin, end)
	if vouched {
		return ofVouched * max(0, rareIfVouched-cost)
	}
	if cost >= rareBesideName {
		return 0
	}
	return ofWord*(rareBesideName-cost) + ofOfficial*max(0, float32(u.ownOf(u.node(s.runes[begin:end]...))))
}

// costOf is the cost of a word of a stretch.
func (s *stretch) costOf(u *usage, begin, end int) float32 {
	node := u.node(s.runes[begin:end]...)
	if node == 0 && end-begin > 1 {
		return lateCost
	}
	return float32(u.of(node))
}

// takeName takes the Chinese characters around text[start:end], which then stands
// at lo to hi of the stretch; hi is 0 if it does not fit.
func (s *stretch) takeName(text string, start, end int) (lo, hi int) {
	from := start
	for lo < besideName {
		r, size := utf8.DecodeLastRuneInString(text[:from])
		if !isHan(r) || r >= 1<<16 {
			break
		}
		from, lo = from-size, lo+1
	}
	for i, r := range text[from:] {
		if s.size == stretchSize || !isHan(r) || r >= 1<<16 {
			break
		}
		s.runes[s.size] = uint16(r)
		if s.size++; from+i+utf8.RuneLen(r) == end {
			hi = s.size
		}
	}
	return lo, hi
}
