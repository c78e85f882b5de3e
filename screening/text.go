package screening

import (
	"sort"

	"shenfa/models"
)

// Text is what is screened: the words of one draft. A zero Format is plain
// text, a zero Kind an original.
type Text struct {
	Title, Body string
	Format      models.Format
	Kind        models.Kind
	Source      *models.Source
}

// place is the kind of spot where words stand; a rule says which it reads.
type place uint8

const (
	inTitle place = 1 << iota
	inBody
	inAlt    // alt and title attributes, comments: words behind the visible text
	inLink   // href and src
	inSource // the stated source of a reprint
)

// places are the names of the places in rule files.
var places = map[string]place{"title": inTitle, "body": inBody, "alt": inAlt, "link": inLink, "source": inSource}

// part is a stretch of words that is read as one: the title, the visible text
// of the body, one attribute. Detectors work on text, with byte offsets;
// spans lead back to the source of the field.
type part struct {
	field  string // as submitted: title, body, source.unit …
	place  place
	text   string // visible
	source string
	spans  []span // nil: text is source
}

// span maps text[at:…], up to the next span, to source[src:src+n]. A span of
// equal lengths maps byte by byte, any other (an entity, a separator) as a whole.
type span struct{ at, src, n int }

// origin is the range of the source that shows as text[start:end].
func (p *part) origin(start, end int) (from, to int) {
	if p.spans == nil {
		return start, end
	}
	s, _ := p.spanAt(start)
	from = s.src
	if at := p.verbatim(start); at >= 0 {
		from = at
	}
	s, next := p.spanAt(end - 1)
	to = s.src + s.n
	if next-s.at == s.n {
		to = s.src + end - s.at
	}
	return from, max(from, to)
}

func (p *part) verbatim(at int) int {
	s, next := p.spanAt(at)
	if next-s.at != s.n {
		return -1
	}
	return s.src + at - s.at
}

func (p *part) spanAt(at int) (s span, next int) {
	i := sort.Search(len(p.spans), func(i int) bool { return p.spans[i].at > at }) - 1
	next = len(p.text)
	if i+1 < len(p.spans) {
		next = p.spans[i+1].at
	}
	return p.spans[max(i, 0)], next
}

// parts takes a text apart into what is read.
func parts(t Text) []part {
	list := make([]part, 0, 2)
	if t.Title != "" {
		list = append(list, part{field: models.FieldTitle, place: inTitle, text: t.Title, source: t.Title})
	}
	switch t.Format {
	case models.FormatHTML:
		list = append(list, htmlParts(t.Body)...)
	case models.FormatMarkdown:
		list = append(list, markdownParts(t.Body)...)
	default:
		if t.Body != "" {
			list = append(list, part{field: models.FieldBody, place: inBody, text: t.Body, source: t.Body})
		}
	}
	if t.Source != nil {
		for _, f := range []struct{ name, value string }{
			{models.FieldSourceUnit, t.Source.Unit},
			{models.FieldSourceURL, t.Source.URL},
			{models.FieldSourceOriginalTitle, t.Source.OriginalTitle},
		} {
			if f.value != "" {
				list = append(list, part{field: f.name, place: inSource, text: f.value, source: f.value})
			}
		}
	}
	return list
}

// weaver builds the visible text of one field and its map to the source.
type weaver struct {
	text  []byte
	spans []span
	blank bool // the text so far ends a block
}

// copy takes source[lo:hi] over as it is.
func (w *weaver) copy(source string, lo, hi int) {
	if lo < hi {
		w.spans = append(w.spans, span{len(w.text), lo, hi - lo})
		w.text = append(w.text, source[lo:hi]...)
		w.blank = false
	}
}

// show shows source[lo:hi] as something else.
func (w *weaver) show(text string, lo, hi int) {
	if text == "" {
		return
	}
	if len(text) == hi-lo { // keep the map of unequal things a map of wholes
		for i := range len(text) {
			w.spans = append(w.spans, span{len(w.text) + i, lo + i, 1})
		}
	} else {
		w.spans = append(w.spans, span{len(w.text), lo, hi - lo})
	}
	w.text = append(w.text, text...)
	w.blank = false
}

// separate ends a block at a place of the source: nothing is read across it.
func (w *weaver) separate(at int) {
	if len(w.text) == 0 || w.blank {
		return
	}
	w.spans = append(w.spans, span{len(w.text), at, 0})
	w.text = append(w.text, '\n')
	w.blank = true
}

func (w *weaver) part(field string, where place, source string) part {
	if len(w.spans) == 0 {
		w.spans = []span{{}}
	}
	return part{field: field, place: where, text: string(w.text), source: source, spans: w.spans}
}
