package screening

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Limits of a .docx file: what it may unpack to, in bytes, and its parts.
const (
	maxDocxPart  = 32 << 20
	maxDocxTotal = 64 << 20
)

// ReadDocx reads the words of a Word document (ECMA-376): the body, then
// headers, footers, notes and comments, a paragraph a line, table cells too.
// The addresses of links follow. It reads no more than its limits, whatever
// the file says of itself.
func ReadDocx(r io.ReaderAt, size int64) (string, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return "", fmt.Errorf("不是 Word 文档：%w", err)
	}
	var body, rest, links []*zip.File
	for _, f := range archive.File {
		name := strings.TrimPrefix(f.Name, "/")
		dir, base, _ := strings.Cut(name, "/")
		switch {
		case name == "word/document.xml":
			body = append(body, f)
		case dir == "word" && strings.HasSuffix(base, ".xml") && hasAnyPrefix(base, "header", "footer", "footnotes", "endnotes", "comments"):
			rest = append(rest, f)
		case dir == "word" && strings.HasPrefix(base, "_rels/") && strings.HasSuffix(base, ".rels"):
			links = append(links, f)
		}
	}
	if len(body) == 0 {
		return "", errors.New("不是 Word 文档：其中没有 word/document.xml")
	}
	byName := func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) }
	slices.SortStableFunc(rest, byName)
	slices.SortStableFunc(links, byName)
	d := docxReader{left: maxDocxTotal}
	for _, f := range slices.Concat(body[:1], rest, links) {
		if err := d.read(f); err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return strings.TrimRight(d.text.String(), "\n"), nil
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

type docxReader struct {
	text strings.Builder
	left int64 // bytes that may still be unpacked
}

var errTooLarge = errors.New("文档过大")

func (d *docxReader) read(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	limit := min(d.left, maxDocxPart)
	limited := &io.LimitedReader{R: r, N: limit + 1}
	err = d.tokens(xml.NewDecoder(limited))
	if d.left -= limit + 1 - limited.N; limited.N <= 0 {
		return errTooLarge
	}
	d.endLine()
	return err
}

// tokens takes in the text of one part.
func (d *docxReader) tokens(x *xml.Decoder) error {
	inText, skipping := false, 0
	for {
		token, err := x.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case skipping > 0 || t.Name.Local == "Fallback": // a second writing of what Choice holds
				skipping++
			default:
				inText = t.Name.Local == "t"
				d.start(t)
			}
		case xml.EndElement:
			inText = false
			switch {
			case skipping > 0:
				skipping--
			case t.Name.Local == "p" || t.Name.Local == "tc":
				d.endLine()
			}
		case xml.CharData:
			if inText && skipping == 0 {
				d.text.Write(t)
			}
		}
	}
}

func (d *docxReader) start(t xml.StartElement) {
	switch t.Name.Local {
	case "tab":
		d.text.WriteByte(' ')
	case "br", "cr":
		d.text.WriteByte('\n')
	case "noBreakHyphen":
		d.text.WriteByte('-')
	case "txbxContent":
		d.endLine()
	case "Relationship":
		external, target := false, ""
		for _, a := range t.Attr {
			switch a.Name.Local {
			case "TargetMode":
				external = a.Value == "External"
			case "Target":
				target = a.Value
			}
		}
		if external {
			d.text.WriteString(target + "\n")
		}
	}
}

func (d *docxReader) endLine() {
	if s := d.text.String(); s != "" && s[len(s)-1] != '\n' {
		d.text.WriteByte('\n')
	}
}
