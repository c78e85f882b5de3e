package match

import (
	_ "embed"
	"math"
)

// simplified pairs each traditional character with its simplified one, in
// lines of pairs. Source: the CLDR transform Traditional-Simplified, one to
// one pairs only, without characters that are standard in simplified text too.
//
//go:embed simplified.txt
var simplified string

// A Fold makes the spellings of one text alike: full and half width, upper and
// lower case, traditional and simplified, circled digits. It folds rune by
// rune, so offsets are never lost. It knows which runes may be inserted into a
// term without changing it (skip). A Fold is immutable.
type Fold struct {
	Plain Set // runes that readings need not tell of (Reading.PlainTo): all, unless some are removed before use

	to      []uint16 // by rune of the basic plane; 0: skipped
	kind    []kind
	codes   *[plane]uint16 // by rune: what it folds to, or, if it is not plain, special and
	special []specialRune  // the place here
}

type kind uint8

const (
	plain  kind = iota
	skip        // invisible runes, inserted symbols and blanks
	letter      // a–z after folding
	digit       // 0–9 after folding
	han         // a digit written in Chinese: 〇 一 … 九, 零, 幺
	broken      // no rune: bytes that are no UTF-8
	astral      // outside the basic plane after folding
)

// specialRune is a rune that is not plain, and what it folds to.
type specialRune struct {
	kind kind
	to   uint16
}

// Codes from special on, those of the halves of surrogate pairs, which no text
// has, stand for runes that are not plain, and in a reading for runes outside
// the basic plane.
const (
	special    = 0xD800
	specials   = 0x0800
	brokenRune = special
	astralRune = special + 1
)

const plane = 1 << 16

// NewFold builds the tables, in about a millisecond.
func NewFold() *Fold {
	f := &Fold{to: make([]uint16, plane), kind: make([]kind, plane), codes: new([plane]uint16)}
	for r := range f.to {
		f.to[r] = uint16(r)
	}
	f.foldWidth()
	pairs := []rune(simplified)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == '\n' {
			i--
			continue
		}
		f.to[pairs[i]] = uint16(pairs[i+1])
	}
	for r := 'A'; r <= 'Z'; r++ {
		f.to[r] = uint16(r + 'a' - 'A')
	}
	for r := range plane {
		switch to := rune(f.to[r]); {
		case to >= '0' && to <= '9':
			f.kind[r] = digit
		case to >= 'a' && to <= 'z':
			f.kind[r] = letter
		}
	}
	for r := range hanDigits {
		f.kind[r] = han
	}
	for _, span := range skipped {
		for r := span[0]; r <= span[1]; r++ {
			f.to[r], f.kind[r] = 0, skip
		}
	}
	f.encode()
	for i := range f.Plain {
		f.Plain[i] = math.MaxUint64
	}
	return f
}

// encode numbers the runes that are not plain.
func (f *Fold) encode() {
	f.special = []specialRune{{kind: broken}, {kind: astral}}
	known := map[specialRune]uint16{}
	for r := range f.codes {
		s := specialRune{f.kind[r], f.to[r]}
		switch {
		case r >= special && r < special+specials:
			f.codes[r] = brokenRune
			continue
		case s.kind == plain:
			f.codes[r] = s.to
			continue
		}
		code, ok := known[s]
		if !ok {
			code = special + uint16(len(f.special))
			known[s] = code
			f.special = append(f.special, s)
		}
		f.codes[r] = code
	}
}

// code of a rune.
func (f *Fold) code(r rune) uint16 {
	if r < plane {
		return f.codes[r]
	}
	folded, ok := foldAstral(r)
	switch {
	case !ok:
		return f.codes[' ']
	case folded < plane:
		return f.codes[folded]
	}
	return astralRune
}

// codeOf is how a folded rune stands in a reading. Runes outside the basic
// plane share their codes: what is found by them must be looked at again.
func codeOf(folded rune) uint16 {
	if folded < plane {
		return uint16(folded)
	}
	return special + uint16(folded)%specials
}

// foldWidth maps full-width ASCII and enclosed digits and letters.
func (f *Fold) foldWidth() {
	for r := 0xFF01; r <= 0xFF5E; r++ {
		lower := r - 0xFEE0
		if lower >= 'A' && lower <= 'Z' {
			lower += 'a' - 'A'
		}
		f.to[r] = uint16(lower)
	}
	for _, row := range []struct{ from, to, n int }{
		{0x2460, '1', 9}, {0x2474, '1', 9}, {0x2488, '1', 9}, // ① ⑴ ⒈
		{0x24F5, '1', 9}, {0x2776, '1', 9}, {0x2780, '1', 9}, {0x278A, '1', 9}, // ⓵ ❶ ➀ ➊
		{0x3220, '1', 0},                                     // ㈠ stays: it numbers paragraphs
		{0x24EA, '0', 1}, {0x24FF, '0', 1}, {0x2070, '0', 1}, // ⓪ ⓿ ⁰
		{0x2074, '4', 6}, {0x2080, '0', 10}, // ⁴ ₀
		{0x24B6, 'a', 26}, {0x24D0, 'a', 26}, {0x249C, 'a', 26}, // Ⓐ ⓐ ⒜
	} {
		for i := range row.n {
			f.to[row.from+i] = uint16(row.to + i)
		}
	}
}

// hanDigits are the digits as spoken and written in Chinese.
var hanDigits = map[rune]byte{
	'〇': 0, '零': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '幺': 1,
	'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9,
}

// skipped lists what may stand inside a term: blanks, joiners, direction
// marks, variation selectors, and symbols that evaders insert. Line breaks,
// clause punctuation, quotation marks and brackets are not among them.
var skipped = [][2]rune{
	{0x00, 0x09}, {0x0B, 0x0C}, {0x0E, 0x20}, // controls and blank, but not line breaks
	{'#', '\''}, {'*', '+'}, {'-', '/'}, {'=', '='}, {'@', '@'}, {'\\', '\\'}, {'^', '`'}, {'|', '|'}, {'~', '~'},
	{0x7F, 0x84}, {0x86, 0xA0}, {0xA6, 0xA9}, {0xAC, 0xB7}, {0xB8, 0xB9},
	{0x300, 0x36F}, {0x61C, 0x61C}, {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180E},
	{0x2000, 0x200F}, {0x2010, 0x2017}, {0x2020, 0x2027}, {0x202A, 0x2031}, {0x205F, 0x206F}, {0x20D0, 0x20FF},
	{0x2190, 0x21FF}, {0x2200, 0x22FF}, {0x2500, 0x2775}, {0x2794, 0x27BF},
	{0x3000, 0x3000}, {0x3030, 0x3030}, {0x30FB, 0x30FC}, {0x3164, 0x3164},
	{0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
	{0xFF03, 0xFF07}, {0xFF0A, 0xFF0B}, {0xFF0D, 0xFF0F}, {0xFF1D, 0xFF1D}, {0xFF20, 0xFF20}, {0xFF3C, 0xFF3C},
	{0xFF3E, 0xFF40}, {0xFF5C, 0xFF5C}, {0xFF5E, 0xFF5E}, {0xFFA0, 0xFFA0}, {0xFFE3, 0xFFE3}, {0xFFF9, 0xFFFB},
}

// Rune folds one rune; ok is false for a rune that is skipped inside terms.
func (f *Fold) Rune(r rune) (folded rune, ok bool) {
	if r < plane {
		return rune(f.to[r]), f.kind[r] != skip
	}
	return foldAstral(r)
}

// Digit is the value of a digit in any writing, Chinese ones too.
func (f *Fold) Digit(r rune) (value byte, ok bool) {
	folded, _ := f.Rune(r)
	if folded >= '0' && folded <= '9' {
		return byte(folded - '0'), true
	}
	value, ok = hanDigits[folded]
	return value, ok
}

// String folds a whole text and leaves out what is skipped.
func (f *Fold) String(s string) string {
	folded := make([]rune, 0, len(s)/2)
	for _, r := range s {
		if to, ok := f.Rune(r); ok {
			folded = append(folded, to)
		}
	}
	return string(folded)
}

// foldAstral folds mathematical digits and letters and skips pictographs
// and variation selectors.
func foldAstral(r rune) (rune, bool) {
	switch {
	case r >= 0x1D7CE && r <= 0x1D7FF:
		return '0' + (r-0x1D7CE)%10, true
	case r >= 0x1D400 && r <= 0x1D6A3:
		if n := (r - 0x1D400) % 52; n < 26 {
			return 'a' + n, true
		} else {
			return 'a' + n - 26, true
		}
	case r >= 0x1F300 && r <= 0x1FAFF, r >= 0xE0000 && r <= 0xE01EF:
		return 0, false
	}
	return r, true
}
