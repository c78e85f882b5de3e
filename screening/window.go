package screening

import (
	"strings"
	"unicode/utf8"

	"shenfa/screening/match"
)

// reach bounds how far a clause, sentence or paragraph extends from its
// anchor, in bytes, so that a text without punctuation costs no more.
const reach = 600

// mark is what ends a stretch of text: a clause ends at any mark, a sentence
// at a full stop and stronger ones, a paragraph at a line break.
type mark uint8

const (
	noMark         mark = iota
	clauseMarks         // ， 、 ： , and all below
	sentenceMarks       // 。 ！ ？ ； ! ? ; and all below
	paragraphMarks      // line breaks and ends of blocks
)

// markAt is the mark at a byte of a text, and its length.
func markAt(text string, i int) (m mark, size int) {
	switch text[i] {
	case '\n':
		return paragraphMarks, 1
	case '!', '?', ';':
		return sentenceMarks, 1
	case ',':
		return clauseMarks, 1
	case 0xE3: // 、 。
		if i+2 < len(text) && text[i+1] == 0x80 {
			switch text[i+2] {
			case 0x81:
				return clauseMarks, 3
			case 0x82:
				return sentenceMarks, 3
			}
		}
	case 0xEF: // ！ ， ： ； ？
		if i+2 < len(text) && text[i+1] == 0xBC {
			switch text[i+2] {
			case 0x8C, 0x9A:
				return clauseMarks, 3
			case 0x81, 0x9B, 0x9F:
				return sentenceMarks, 3
			}
		}
	}
	return noMark, 1
}

// window is a stretch of a part made easy to read: half width, simplified,
// circled digits plain, invisible runes left out; letters keep their case.
type window struct {
	text  string
	start int     // of the window in the part
	back  []int32 // by byte of text, and one more: the place in the part; nil: start + offset
}

// origin leads from a range of the window back to the part.
func (w *window) origin(lo, hi int) (start, end int) {
	if w.back == nil {
		return w.start + lo, w.start + hi
	}
	start = int(w.back[lo])
	end = start
	if hi > lo { // the end of the last rune, not the start of what follows
		_, size := utf8.DecodeLastRuneInString(w.text[lo:hi])
		end = int(w.back[hi-size]) + w.size(hi-size)
	}
	return start, end
}

// size is the length in the part of the rune at a byte of the window.
func (w *window) size(at int) int {
	_, n := utf8.DecodeRuneInString(w.text[at:])
	next := int(w.back[at+n])
	return min(next-int(w.back[at]), 4)
}

// at leads from a place in the part to the place in the window.
func (w *window) at(place int) int {
	if w.back == nil {
		return min(max(place-w.start, 0), len(w.text))
	}
	for i := range w.back {
		if int(w.back[i]) >= place {
			return i
		}
	}
	return len(w.text)
}

// around is the range of the stretch around start:end that marks of a strength
// bound, without the marks.
func around(text string, start, end int, strength mark) (lo, hi int) {
	floor, ceiling := max(0, start-reach), min(len(text), end+reach)
	for lo = start - 1; lo >= floor; lo-- {
		if m, size := markAt(text, lo); m >= strength {
			lo += size
			break
		}
	}
	lo = min(max(lo, floor), start)
	for lo < start && !utf8.RuneStart(text[lo]) {
		lo++
	}
	for hi = end; hi < ceiling; hi++ {
		if m, _ := markAt(text, hi); m >= strength {
			return lo, hi
		}
	}
	for hi < len(text) && !utf8.RuneStart(text[hi]) {
		hi++
	}
	return lo, hi
}

// holdsMark tells whether a text holds a mark of a strength.
func holdsMark(text string, strength mark) bool {
	for i := range len(text) {
		if m, _ := markAt(text, i); m >= strength {
			return true
		}
	}
	return false
}

// read folds text[lo:hi] for reading.
func read(fold *match.Fold, text string, lo, hi int) window {
	w := window{text: text[lo:hi], start: lo}
	for i, r := range w.text {
		if to, ok := readable(fold, r); !ok || to != r {
			w.fold(fold, text, lo+i, hi)
			break
		}
	}
	return w
}

func (w *window) fold(fold *match.Fold, text string, from, hi int) {
	folded := append(make([]byte, 0, hi-w.start), text[w.start:from]...)
	w.back = make([]int32, 0, hi-w.start+1)
	for i := w.start; i < from; i++ {
		w.back = append(w.back, int32(i))
	}
	for i, r := range text[from:hi] {
		to, ok := readable(fold, r)
		if !ok {
			continue
		}
		before := len(folded)
		folded = utf8.AppendRune(folded, to)
		for range len(folded) - before {
			w.back = append(w.back, int32(from+i))
		}
	}
	w.text = string(folded)
	w.back = append(w.back, int32(hi))
}

// readable folds a rune for reading; ok is false for invisible ones.
func readable(fold *match.Fold, r rune) (to rune, ok bool) {
	switch {
	case r >= ' ' && r < 0x7F, r == '\n':
		return r, true
	case r < ' ', invisible(r):
		return 0, false
	case r >= 0xFF01 && r <= 0xFF5E:
		if half := r - 0xFEE0; strings.ContainsRune("@.-_/+*=#%&~", half) || half >= '0' && half <= '9' ||
			half >= 'A' && half <= 'Z' || half >= 'a' && half <= 'z' {
			return half, true
		}
		return r, true
	case r == 0xA0 || r == 0x3000:
		return ' ', true
	}
	if to, ok := fold.Rune(r); ok {
		return to, true
	}
	return r, true
}

// invisible tells the runes that are not seen in print.
func invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0xFEFF, r == 0x3164,
		r >= 0x300 && r <= 0x36F, r >= 0x115F && r <= 0x1160, r >= 0x180B && r <= 0x180E,
		r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE01EF:
		return true
	}
	return false
}
