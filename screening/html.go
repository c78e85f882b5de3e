package screening

import (
	"html"
	"strings"

	htmlsyntax "golang.org/x/net/html"

	"shenfa/models"
)

// htmlParts reads an HTML body: its visible text, then what stands in
// attributes and comments, each with its place in the source.
func htmlParts(source string) []part {
	h := htmlReader{source: source}
	h.read(0, len(source))
	return append([]part{h.visible.part(models.FieldBody, inBody, source)}, h.others...)
}

// htmlReader walks over the tokens of an HTML text. It keeps no tree, so that
// no nesting, however broken, makes it lose text.
type htmlReader struct {
	source  string
	visible weaver
	others  []part
	hidden  string // the script or style element that is open
	pre     int
}

// read takes in source[lo:hi].
func (h *htmlReader) read(lo, hi int) {
	z := htmlsyntax.NewTokenizer(strings.NewReader(h.source[lo:hi]))
	at := lo
	for {
		kind := z.Next()
		end := min(at+len(z.Raw()), hi)
		switch kind {
		case htmlsyntax.ErrorToken:
			if h.hidden == "" {
				h.words(at, hi) // an unfinished tag is shown rather than lost
			}
			return
		case htmlsyntax.TextToken:
			if h.hidden == "" {
				h.words(at, end)
			}
		case htmlsyntax.StartTagToken, htmlsyntax.SelfClosingTagToken, htmlsyntax.EndTagToken:
			h.tag(at, end)
			if kind == htmlsyntax.EndTagToken {
				h.hidden = ""
			}
		case htmlsyntax.CommentToken:
			var w weaver
			w.copy(h.source, at, end)
			h.others = append(h.others, w.part(models.FieldBody, inAlt, h.source))
		}
		at = end
	}
}

// words shows text with its entities resolved; line breaks are blanks outside pre.
func (h *htmlReader) words(lo, hi int) {
	showEntities(&h.visible, h.source, lo, hi, h.pre == 0)
}

// showEntities shows source[lo:hi] with character references resolved.
func showEntities(w *weaver, source string, lo, hi int, flow bool) {
	for lo < hi {
		n := strings.IndexAny(source[lo:hi], "&\r\n")
		if n < 0 {
			w.copy(source, lo, hi)
			return
		}
		w.copy(source, lo, lo+n)
		lo += n
		if source[lo] != '&' {
			if flow {
				w.show(" ", lo, lo+1)
			} else {
				w.copy(source, lo, lo+1)
			}
			lo++
			continue
		}
		end := lo + 1
		for end < hi && end-lo < 40 && isReference(source[end]) {
			end++
		}
		if end < hi && source[end] == ';' {
			end++
		}
		if text := html.UnescapeString(source[lo:end]); text != source[lo:end] {
			w.show(text, lo, end)
		} else {
			w.copy(source, lo, end)
		}
		lo = end
	}
}

func isReference(b byte) bool {
	return b == '#' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// blocks are the elements that part what stands before from what comes after.
var blocks = setOf("address article aside blockquote body br button caption center dd details dialog dir div dl dt " +
	"fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe legend li link main menu meta nav " +
	"object ol optgroup option p pre section select summary table tbody td textarea tfoot th thead title tr ul video audio")

// attributes tells in which attributes words or addresses stand.
var attributes = map[string]place{
	"href": inLink, "src": inLink, "data-src": inLink, "action": inLink, "poster": inLink, "cite": inLink, "data-href": inLink,
	"alt": inAlt, "title": inAlt, "aria-label": inAlt, "placeholder": inAlt, "label": inAlt, "summary": inAlt, "content": inAlt, "value": inAlt,
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// tag reads the tag in source[lo:hi], brackets included.
func (h *htmlReader) tag(lo, hi int) {
	i := lo + 1
	closing := i < hi && h.source[i] == '/'
	if closing {
		i++
	}
	start := i
	for i < hi && !strings.ContainsRune(" \t\r\n\f/>", rune(h.source[i])) {
		i++
	}
	name := strings.ToLower(h.source[start:i])
	if blocks[name] {
		h.visible.separate(lo)
	}
	switch {
	case closing && name == "pre":
		h.pre = max(h.pre-1, 0)
	case closing:
	case name == "pre":
		h.pre++
	case name == "script" || name == "style":
		h.hidden = name
	}
	if !closing {
		h.attributes(i, hi)
	}
}

// attributes reads the attributes in source[i:hi].
func (h *htmlReader) attributes(i, hi int) {
	s := h.source
	for i < hi {
		for i < hi && strings.IndexByte(" \t\r\n\f/>", s[i]) >= 0 {
			i++
		}
		start := i
		for i < hi && strings.IndexByte(" \t\r\n\f/>=", s[i]) < 0 {
			i++
		}
		name := strings.ToLower(s[start:i])
		for i < hi && strings.IndexByte(" \t\r\n\f", s[i]) >= 0 {
			i++
		}
		if i >= hi || s[i] != '=' {
			if name == "" {
				i++
			}
			continue
		}
		i++
		for i < hi && strings.IndexByte(" \t\r\n\f", s[i]) >= 0 {
			i++
		}
		lo, end := i, i
		switch {
		case i < hi && (s[i] == '"' || s[i] == '\''):
			lo = i + 1
			end = hi
			if n := strings.IndexByte(s[lo:hi], s[i]); n >= 0 {
				end = lo + n
			}
			i = end + 1
		default:
			for i < hi && strings.IndexByte(" \t\r\n\f>", s[i]) < 0 {
				i++
			}
			end = i
		}
		if where, known := attributes[name]; known && lo < end {
			var w weaver
			showEntities(&w, s, lo, end, true)
			h.others = append(h.others, w.part(models.FieldBody, where, s))
		}
	}
}
