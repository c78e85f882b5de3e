package screening

import (
	"cmp"
	"slices"
	"strings"

	"shenfa/models"
)

// Masked is the text with every personal datum of the report replaced by its
// masked form. The report must be of this very text. Hits without a masked
// form stay as they are: they need a person's judgement.
func Masked(t Text, report models.Report) Text {
	t.Title = masked(t.Title, models.FieldTitle, report.Hits)
	t.Body = masked(t.Body, models.FieldBody, report.Hits)
	return t
}

func masked(source, field string, hits []models.Hit) string {
	var b strings.Builder
	var place offsets
	at := 0
	inOrder := slices.SortedStableFunc(slices.Values(hits), func(a, b models.Hit) int { return cmp.Compare(a.Start, b.Start) })
	for _, h := range inOrder {
		if h.Field != field || family(h.Category) != "pii" || h.Suggestion == "" {
			continue
		}
		from, to := place.bytes(source, h.Start), place.bytes(source, h.End)
		if from < at || to < from {
			continue
		}
		b.WriteString(source[at:from])
		b.WriteString(h.Suggestion)
		b.WriteString(tags(source[from:to]))
		at = to
	}
	b.WriteString(source[at:])
	return b.String()
}

// tags are the HTML tags in a stretch that is replaced: they stay, so that
// what was opened is closed.
func tags(source string) string {
	var b strings.Builder
	for {
		_, tail, found := strings.Cut(source, "<")
		if !found {
			return b.String()
		}
		tag, rest, closed := strings.Cut(tail, ">")
		if !closed {
			return b.String()
		}
		b.WriteString("<" + tag + ">")
		source = rest
	}
}

// offsets turns rising code point offsets into bytes.
type offsets struct{ at, count int }

func (o *offsets) bytes(text string, count int) int {
	if count < o.count {
		*o = offsets{}
	}
	for i := range text[o.at:] {
		if o.count == count {
			o.at += i
			return o.at
		}
		o.count++
	}
	if o.count < count {
		return len(text)
	}
	o.at = len(text)
	return o.at
}
