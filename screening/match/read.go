package match

import (
	"slices"
	"unicode/utf8"
)

// MaxSkip is the number of skipped runes in a row that a term may contain.
const MaxSkip = 8

// MinDigits is the number of digits from which a run is reported.
const MinDigits = 5

// A Run is a stretch of digits and letters, in any writing, that may be parted
// by blanks, hyphens and other skipped runes. It starts and ends with a digit or letter.
type Run struct{ Start, End int32 }

// A Reading is a text as matchers see it. It can be used for one text after
// another, to spare the memory.
type Reading struct {
	Text  string
	Runes []uint16 // folded, without those that are skipped; 0: a broken one, or more in a row than may be skipped
	At    []int32  // by rune: the byte where it begins in Text
	Runs  []Run
	odd   []int32 // where runes begin that are not of the fold's Plain
}

// PlainTo is the first place in Text[lo:hi] of a rune that is not of the fold's
// Plain; hi if there is none.
func (r *Reading) PlainTo(lo, hi int) int {
	if len(r.odd) == 0 {
		return hi
	}
	if i, _ := slices.BinarySearch(r.odd, int32(lo)); i < len(r.odd) {
		return min(int(r.odd[i]), hi)
	}
	return hi
}

// Start and End are the bytes where a rune of the reading begins and ends in the text.
func (r *Reading) Start(i int) int { return int(r.At[i]) }
func (r *Reading) End(i int) int {
	at := int(r.At[i])
	switch b := r.Text[at]; {
	case b < utf8.RuneSelf:
		return at + 1
	case b >= 0xE0 && b < 0xF0 && r.Runes[i] != 0:
		return at + 3
	}
	_, size := utf8.DecodeRuneInString(r.Text[at:])
	return at + size
}

// Index is the number of the rune that begins at a byte of the text, or of the
// first one after it.
func (r *Reading) Index(at int) int {
	i, _ := slices.BinarySearch(r.At, int32(at))
	return i
}

// Read folds a text.
func (f *Fold) Read(r *Reading, text string) {
	r.Text, r.Runs, r.odd = text, r.Runs[:0], r.odd[:0]
	if cap(r.Runes) < len(text) {
		r.Runes, r.At = make([]uint16, len(text)), make([]int32, len(text))
	}
	r.Runes, r.At = r.Runes[:len(text)], r.At[:len(text)] // a rune has one byte or more
	n, skips := 0, 0
	run := openRun{last: -2}
	for i := 0; i < len(text); {
		if wide := f.wide(r, i, n); wide > 0 {
			i, n, skips = i+3*wide, n+wide, 0
			continue
		}
		code, size, plain := f.decode(text[i:])
		if !plain {
			r.odd = append(r.odd, int32(i))
		}
		if code-special < specials {
			s := f.special[code-special]
			switch s.kind {
			case skip:
				if skips++; skips != MaxSkip+1 {
					i += size
					continue
				}
			case letter, digit, han:
				run.add(r, n, i, i+size, s.kind != letter)
			case astral:
				folded, _ := utf8.DecodeRuneInString(text[i:]) // to itself
				s.to = codeOf(folded)
			}
			code = s.to
		}
		if code != 0 {
			skips = 0
		}
		r.Runes[n], r.At[n] = code, int32(i)
		n++
		i += size
	}
	run.close(r)
	r.Runes, r.At = r.Runes[:n], r.At[:n]
}

// wide reads plain runes of three bytes, as nearly all of Chinese are, from
// byte i of the text, the reading's rune n; it answers how many there were.
func (f *Fold) wide(r *Reading, i, n int) int {
	text, runes, codes, plain := r.Text[i:], r.Runes[n:], f.codes, &f.Plain
	at := r.At[n:][:len(runes)]
	for count := range runes {
		if len(text) < 4 {
			return count
		}
		b := uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
		c := three(b)
		code := codes[c]
		if !threeBytes(b) || code-special < specials || plain[c/64]>>(c%64)&1 == 0 {
			return count
		}
		runes[count], at[count] = code, int32(i+3*count)
		text = text[3:]
	}
	return len(runes)
}

// four are the four bytes at i.
func four(text string, i int) uint32 {
	b := text[i : i+4]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// threeBytes tells whether bytes begin with a rune of three, as those of
// Chinese are. The halves of surrogate pairs pass too.
func threeBytes(b uint32) bool { return b&0x00C0C0F0 == 0x008080E0 && b&0xFF != 0xE0 }

// Wide is the rune of three bytes at a byte of a text, if it is surely one: a
// quick first try for Chinese, before utf8.DecodeRuneInString.
func Wide(text string, i int) (r rune, ok bool) {
	if i+3 >= len(text) {
		return 0, false
	}
	b := four(text, i)
	return rune(three(b)), wide(b)
}

// wide tells whether bytes begin with a rune of three that is surely no surrogate.
func wide(b uint32) bool { return threeBytes(b) && b&0xFF != 0xED }

// A Set is a set of runes of the basic plane: bit r%64 of word r/64 for rune r.
type Set [plane / 64]uint64

// Remove removes a rune.
func (s *Set) Remove(r rune) { s[r/64] &^= 1 << (r % 64) }

func (s *Set) has(r rune) bool { return r < plane && s[r/64]>>(r%64)&1 != 0 }

// Count is the number of runes of a text, as utf8.RuneCountInString counts them.
func Count(text string) (n int) {
	for ; len(text) >= 4; n++ {
		size := 3
		if b := four(text, 0); !wide(b) {
			_, size = utf8.DecodeRuneInString(text)
		}
		text = text[size:]
	}
	return n + utf8.RuneCountInString(text)
}

// three decodes a rune of three bytes.
func three(b uint32) uint16 { return uint16(b<<12 | b>>2&0xFC0 | b>>16&0x3F) }

// decode is the code of the first rune of a text, its length, and whether it is plain.
func (f *Fold) decode(text string) (code uint16, size int, plain bool) {
	r, size := rune(text[0]), 1
	if r >= utf8.RuneSelf {
		r, size = utf8.DecodeRuneInString(text)
	}
	plain = f.Plain.has(r)
	if r == utf8.RuneError && size == 1 {
		return brokenRune, 1, plain
	}
	return f.code(r), size, plain
}

// openRun is a run that may go on.
type openRun struct {
	Run
	last   int // the number of its last rune in the reading
	digits int
}

// add takes in a digit or letter, which goes on with the run if nothing but
// skipped runes stands between them.
func (o *openRun) add(r *Reading, n, start, end int, isDigit bool) {
	if o.last+1 != n {
		o.close(r)
		o.Start, o.digits = int32(start), 0
	}
	o.last, o.End = n, int32(end)
	if isDigit {
		o.digits++
	}
}

func (o *openRun) close(r *Reading) {
	if o.digits >= MinDigits {
		r.Runs = append(r.Runs, o.Run)
	}
}
