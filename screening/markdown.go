package screening

import (
	"html"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"shenfa/models"
)

// markdownParts reads a Markdown body (CommonMark with tables, strike-through
// and bare links), HTML in it included.
func markdownParts(source string) []part {
	m := markdownReader{htmlReader: htmlReader{source: source}, places: map[string][2]int{}}
	m.bytes = []byte(source)
	m.children(markdownParser(source).Parse(text.NewReader(m.bytes)))
	return append([]part{m.visible.part(models.FieldBody, inBody, source)}, m.others...)
}

// maxEmphasis is the number of asterisks, underscores and tildes up to which
// they are paired. Beyond it they are shown as they are: pairing takes the square
// of their number, and the scan skips them in terms anyway.
const maxEmphasis = 10_000

func markdownParser(source string) parser.Parser {
	if strings.Count(source, "*")+strings.Count(source, "_")+strings.Count(source, "~") <= maxEmphasis {
		return goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	}
	inline := slices.DeleteFunc(parser.DefaultInlineParsers(), func(p util.PrioritizedValue) bool {
		return p.Value == parser.NewEmphasisParser()
	})
	bare := goldmark.New(goldmark.WithParser(parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(inline...), parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))),
		goldmark.WithExtensions(extension.Table, extension.Linkify))
	return bare.Parser()
}

type markdownReader struct {
	htmlReader
	bytes []byte // the source
	at    int    // how far the source was read, to find what the tree has no place for

	places map[string][2]int // by address or title: where it stands first and last, -1 if nowhere
}

func (m *markdownReader) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		m.node(c)
	}
}

func (m *markdownReader) node(n ast.Node) {
	if n.Type() == ast.TypeBlock {
		m.visible.separate(m.at)
		defer func() { m.visible.separate(m.at) }()
	}
	switch n := n.(type) {
	case *ast.Text:
		m.inline(n)
	case *ast.String:
		m.visible.show(string(n.Value), m.at, m.at)
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			s := n.Segments.At(i)
			m.read(s.Start, s.Stop)
			m.at = s.Stop
		}
	case *ast.HTMLBlock:
		m.htmlBlock(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			m.visible.copy(m.source, s.Start, s.Stop)
			m.at = s.Stop
		}
	case *ast.AutoLink:
		lo, hi := m.find(string(n.Label(m.bytes)))
		m.visible.copy(m.source, lo, hi)
	case *ast.Link:
		m.children(n)
		m.attribute(inLink, n.Destination)
		m.attribute(inAlt, n.Title)
	case *ast.Image:
		visible := m.visible
		m.visible = weaver{}
		m.children(n)
		if len(m.visible.text) > 0 {
			m.others = append(m.others, m.visible.part(models.FieldBody, inAlt, m.source))
		}
		m.visible = visible
		m.attribute(inLink, n.Destination)
		m.attribute(inAlt, n.Title)
	default:
		m.children(n)
	}
}

// inline shows a run of text, with escapes and entities resolved outside code.
func (m *markdownReader) inline(n *ast.Text) {
	lo, hi := n.Segment.Start, n.Segment.Stop
	if n.Parent() != nil && n.Parent().Kind() == ast.KindCodeSpan || n.IsRaw() {
		m.visible.copy(m.source, lo, hi)
	} else {
		for lo < hi {
			end := hi
			if i := strings.IndexByte(m.source[lo:hi], '\\'); i >= 0 {
				end = lo + i
			}
			showEntities(&m.visible, m.source, lo, end, true)
			if lo = end; lo < hi {
				if lo+1 < hi && isPunctuation(m.source[lo+1]) {
					lo++
				}
				m.visible.copy(m.source, lo, lo+1)
				lo++
			}
		}
	}
	m.at = hi
	switch {
	case n.HardLineBreak():
		m.visible.separate(hi)
	case n.SoftLineBreak():
		m.visible.show(" ", hi, hi)
	}
}

func isPunctuation(b byte) bool {
	return b >= '!' && b <= '/' || b >= ':' && b <= '@' || b >= '[' && b <= '`' || b >= '{' && b <= '~'
}

func (m *markdownReader) htmlBlock(n *ast.HTMLBlock) {
	lines := n.Lines()
	lo, hi := -1, -1
	flush := func() {
		if lo >= 0 {
			m.read(lo, hi)
			m.at = hi
		}
	}
	for i := range lines.Len() {
		s := lines.At(i)
		if s.Start != hi {
			flush()
			lo = s.Start
		}
		hi = s.Stop
	}
	if n.HasClosure() {
		if n.ClosureLine.Start != hi {
			flush()
			lo = n.ClosureLine.Start
		}
		hi = n.ClosureLine.Stop
	}
	flush()
	m.hidden = ""
}

// attribute adds an address or a title whose place the tree does not tell.
func (m *markdownReader) attribute(where place, value []byte) {
	if len(value) == 0 {
		return
	}
	lo, hi := m.find(string(value))
	var w weaver
	if m.source[lo:hi] == string(value) {
		showEntities(&w, m.source, lo, hi, true)
	} else {
		w.show(html.UnescapeString(string(value)), lo, hi)
	}
	m.others = append(m.others, w.part(models.FieldBody, where, m.source))
}

// find looks for words after what was read, then anywhere (a reference is
// defined elsewhere); without any trace it answers the rest of the line.
func (m *markdownReader) find(words string) (lo, hi int) {
	place, known := m.places[words]
	if !known {
		place = [2]int{strings.Index(m.source, words), strings.LastIndex(m.source, words)}
		m.places[words] = place
	}
	switch {
	case m.at <= place[0]:
		m.at = place[0] + len(words)
		return place[0], m.at
	case m.at <= place[1]:
		m.at += strings.Index(m.source[m.at:], words) + len(words)
		return m.at - len(words), m.at
	case place[0] >= 0:
		return place[0], place[0] + len(words)
	}
	hi = len(m.source)
	if i := strings.IndexByte(m.source[m.at:], '\n'); i >= 0 {
		hi = m.at + i
	}
	return m.at, hi
}
