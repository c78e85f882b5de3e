package web

import (
	"bytes"
	"html/template"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"shenfa/models"
)

// previewer renders a body as a reader of the channel would roughly see it:
// structure and emphasis only. Pictures become their alternative text, so that
// opening a draft tells no other server about it.
type previewer struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

func newPreviewer() previewer {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "div", "section", "article", "header", "footer", "figure", "figcaption",
		"h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "u", "s", "del", "ins", "mark",
		"small", "sub", "sup", "span", "blockquote", "pre", "code", "ul", "ol", "li", "dl", "dt", "dd",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return previewer{goldmark.New(goldmark.WithExtensions(extension.GFM)), p}
}

// preview is the sanitized rendering of a body; "" for plain text, which is its own.
func (p previewer) preview(c models.Content) template.HTML {
	switch c.Format {
	case models.FormatHTML:
		return picturesAsText(p.policy.SanitizeBytes([]byte(c.Body)))
	case models.FormatMarkdown:
		var out bytes.Buffer
		if err := p.markdown.Convert([]byte(c.Body), &out); err != nil {
			return ""
		}
		return picturesAsText(p.policy.SanitizeBytes(out.Bytes()))
	}
	return ""
}

// picture is a picture as the policy writes it: no attribute but its alternative text, which is escaped.
var picture = regexp.MustCompile(`<img(?: alt="([^"<>]*)")?\s*/?>`)

// picturesAsText takes sanitized HTML.
func picturesAsText(sanitized []byte) template.HTML {
	return template.HTML(picture.ReplaceAll(sanitized, []byte(`<span class="picture">图片：$1</span>`)))
}
