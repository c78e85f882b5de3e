package screening

import (
	"slices"
	"strings"
	"unicode/utf8"

	"shenfa/screening/match"
)

// reach bounds clauses, sentences and paragraphs, in bytes, so that a text
// without punctuation costs no more. What is longer than twice that is read in
// blocks, each with a margin on both sides, so that all words of a block share
// what was looked up.
const (
	reach  = 600
	margin = reach / 4
	block  = 2*reach - 2*margin
)

// mark is what ends a stretch of text: a clause ends at any mark, a sentence
// at a full stop and stronger ones, a paragraph at a line break.
type mark uint8

const (
	noMark         mark = iota
	clauseMarks         // ， 、 ： , and all below
	sentenceMarks       // 。 ！ ？ ； ! ? ; and all below
	paragraphMarks      // line breaks and ends of blocks
)

// mayMark tells the bytes that marks begin with.
var mayMark = [256]bool{'\n': true, '!': true, '?': true, ';': true, ',': true, 0xE3: true, 0xEF: true}

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
	text   string
	part   int     // index in draft.parts
	source string  // the text of the part
	start  int     // of the window in the part,
	end    int     // and its end there
	back   []int32 // by byte of text, and one more: the place in the part; nil: start + offset
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
		last := int(w.back[hi-size])
		_, size = utf8.DecodeRuneInString(w.source[last:])
		end = last + size
	}
	return start, end
}

// at leads from a place in the part to the place in the window.
func (w *window) at(place int) int {
	if w.back == nil {
		return min(max(place-w.start, 0), len(w.text))
	}
	i, _ := slices.BinarySearch(w.back, int32(place))
	return min(i, len(w.text))
}

// around is the range of the stretch around start:end that marks of a strength
// bound, without the marks.
func around(text string, start, end int, strength mark) (lo, hi int) {
	lo = markBefore(text, max(0, start-reach), start, strength)
	return wholeRune(text, lo, start), markAfter(text, end, min(len(text), end+reach), strength)
}

// markBefore is the end of the last mark of a strength that begins in
// text[floor:at]; floor if there is none.
func markBefore(text string, floor, at int, strength mark) int {
	if strength == paragraphMarks {
		return floor + strings.LastIndexByte(text[floor:max(at, floor)], '\n') + 1
	}
	for i := at - 1; i >= floor; i-- {
		if !mayMark[text[i]] {
			continue
		}
		if m, size := markAt(text, i); m >= strength {
			return min(i+size, at)
		}
	}
	return floor
}

// markAfter is the place of the first mark of a strength in text[at:ceiling];
// ceiling if there is none.
func markAfter(text string, at, ceiling int, strength mark) int {
	if strength == paragraphMarks && at < ceiling {
		if i := strings.IndexByte(text[at:ceiling], '\n'); i >= 0 {
			return at + i
		}
		at = ceiling
	}
	for i := at; i < ceiling; i++ {
		if !mayMark[text[i]] {
			continue
		}
		if m, _ := markAt(text, i); m >= strength {
			return i
		}
	}
	return wholeRune(text, ceiling, len(text))
}

// wholeRune is the first place from at to limit where a rune begins.
func wholeRune(text string, at, limit int) int {
	for at < limit && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}

// kept is the last stretch of a strength that was looked at: many rules look
// at the same sentence, and a text without marks is searched for them once.
type kept struct {
	part   int    // index + 1; 0: none
	lo, hi int    // between two marks, however far apart
	window window // the one last read in it
	isRead bool
}

// whole tells whether the stretch is short enough to be read at once.
func (k *kept) whole() bool { return k.hi-k.lo <= 2*reach }

// stretch is the one around a place that marks of a strength bound.
func (d *draft) stretch(part, place int, strength mark) *kept {
	k := &d.kept[strength]
	if k.part != part+1 || place < k.lo || place > k.hi {
		text := d.parts[part].text
		*k = kept{part: part + 1, lo: markBefore(text, 0, place, strength), hi: markAfter(text, place, len(text), strength)}
	}
	return k
}

// window is the stretch around a place that marks of a strength bound: all of
// it, or of a long one the block with the place.
func (d *draft) window(part, start, end int, strength mark) window {
	k, text := d.stretch(part, start, strength), d.parts[part].text
	if k.whole() && end <= k.hi {
		return k.read(d, k.lo, k.hi)
	}
	first := k.lo + (start-k.lo)/block*block
	lo, hi := max(k.lo, first-margin), min(k.hi, first+block+margin)
	if end > hi {
		hi = markAfter(text, end, min(len(text), end+margin), strength)
	}
	return k.read(d, wholeRune(text, lo, start), wholeRune(text, hi, len(text)))
}

// sentences is the sentence around a place and the one after it.
func (d *draft) sentences(part, start, end int) window {
	text, first := d.parts[part].text, d.sentence(part, start, end)
	hi := first.end
	if hi < len(text) {
		_, size := utf8.DecodeRuneInString(text[hi:])
		_, hi = around(text, hi+size, hi+size, sentenceMarks)
	}
	k := &d.kept[noMark]
	if k.part != part+1 {
		*k = kept{part: part + 1}
	}
	return k.read(d, first.start, hi)
}

// read is the window of text[lo:hi]. Where stretches of two strengths are the
// same, it is read once.
func (k *kept) read(d *draft, lo, hi int) window {
	if k.isRead && k.window.start == lo && k.window.end == hi {
		return k.window
	}
	for i := range d.kept {
		if other := &d.kept[i]; other.isRead && other.part == k.part && other.window.start == lo && other.window.end == hi {
			k.window, k.isRead = other.window, true
			return k.window
		}
	}
	k.window, k.isRead = d.read(k.part-1, lo, hi), true
	return k.window
}

// read folds text[lo:hi] of a part for reading.
func (d *draft) read(part, lo, hi int) window {
	text := d.parts[part].text
	w := window{text: text[lo:hi], part: part, source: text, start: lo, end: hi}
	if at := d.seen.readings[part].PlainTo(lo, hi); at < hi {
		w.fold(d.fold, text, at, hi)
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

// newFold is the fold of an engine: plain to it are runes that windows leave alone.
func newFold() *match.Fold {
	fold := match.NewFold()
	for r := range rune(1 << 16) {
		if to, ok := readable(fold, r); !ok || to != r {
			fold.Plain.Remove(r)
		}
	}
	return fold
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
