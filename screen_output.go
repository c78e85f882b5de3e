package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"

	"shenfa/models"
	"shenfa/screening"
)

// screenWriter writes what was screened, draft by draft.
type screenWriter interface {
	write(screened) error
	close() error
}

// jsonWriter writes one line a draft: its id and its report.
type jsonWriter struct {
	out *bufio.Writer
	o   *screenOptions
}

func newJSONWriter(out io.Writer, o *screenOptions) screenWriter {
	return &jsonWriter{bufio.NewWriter(out), o}
}

func (w *jsonWriter) write(s screened) error {
	if s.err != nil {
		return nil
	}
	line := struct {
		ID string `json:"id"`
		models.Report
		Fixed *fixedText `json:"fixed,omitempty"`
	}{ID: s.id, Report: s.report}
	if w.o.fix {
		text := screening.Masked(s.text, s.report)
		line.Fixed = &fixedText{text.Title, text.Body}
	}
	encoder := json.NewEncoder(w.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(line)
}

func (w *jsonWriter) close() error { return w.out.Flush() }

// fixedText is a draft with all personal data masked.
type fixedText struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// textWriter writes for people: each hit with its line and a marker under it,
// or with --fix the masked text and nothing else.
type textWriter struct {
	out *bufio.Writer
	o   *screenOptions
}

func newTextWriter(out io.Writer, o *screenOptions) screenWriter {
	return &textWriter{bufio.NewWriter(out), o}
}

var (
	outcomeLabels  = map[models.Outcome]string{models.OutcomeLocked: "涉密锁定", models.OutcomeBlocked: "拦截", models.OutcomeWarned: "有提示", models.OutcomeClean: "通过"}
	severityLabels = map[models.Severity]string{models.SeverityLock: "锁定", models.SeverityBlock: "拦截", models.SeverityWarn: "提示", models.SeverityInfo: "主题"}
	fieldLabels    = map[string]string{models.FieldTitle: "标题", models.FieldBody: "正文", models.FieldSourceUnit: "稿源单位", models.FieldSourceURL: "稿源链接", models.FieldSourceOriginalTitle: "原标题"}
)

func (w *textWriter) write(s screened) error {
	if s.err != nil {
		return nil
	}
	if w.o.fix {
		text := screening.Masked(s.text, s.report)
		if text.Title != "" {
			_, _ = fmt.Fprintln(w.out, text.Title)
		}
		_, _ = w.out.WriteString(text.Body)
		if !strings.HasSuffix(text.Body, "\n") {
			_ = w.out.WriteByte('\n')
		}
		return w.out.Flush()
	}
	name := s.id
	if name == "-" {
		name = "标准输入"
	}
	_, _ = fmt.Fprintf(w.out, "%s：%s，建议层级“%s”，%d 处\n", name, outcomeLabels[s.report.Outcome], s.report.Tier.Label(), len(s.report.Hits))
	for _, h := range s.report.Hits {
		w.hit(sourceOf(s.text, h.Field), h)
	}
	return w.out.Flush()
}

func sourceOf(t screening.Text, field string) string {
	if s := t.Source; s != nil {
		switch field {
		case models.FieldSourceUnit:
			return s.Unit
		case models.FieldSourceURL:
			return s.URL
		case models.FieldSourceOriginalTitle:
			return s.OriginalTitle
		}
	}
	if field == models.FieldTitle {
		return t.Title
	}
	return t.Body
}

func (w *textWriter) hit(source string, h models.Hit) {
	at := locate([]rune(source), h.Start, h.End)
	_, _ = fmt.Fprintf(w.out, "\n  [%s] %s　%s第 %d 行第 %d 字　%s\n", severityLabels[h.Severity], screening.Label(h.Category), fieldLabels[h.Field], at.line, at.column, h.Category)
	_, _ = fmt.Fprintf(w.out, "      %s\n      %s%s\n", at.excerpt, strings.Repeat(" ", at.indent), strings.Repeat("^", max(at.width, 1)))
	for _, row := range []struct{ label, text string }{{"原因", h.Why}, {"依据", h.Basis}, {"建议", h.Suggestion}} {
		if row.text != "" {
			_, _ = fmt.Fprintf(w.out, "      %s：%s\n", row.label, row.text)
		}
	}
}

func (w *textWriter) close() error { return w.out.Flush() }

// spot is where a hit stands, with as much of its line as fits a screen.
type spot struct {
	line, column  int // from 1; column in characters
	excerpt       string
	indent, width int // of the marker under the excerpt, in cells
}

// excerptReach is how many characters of the line are shown on either side.
const excerptReach = 24

func locate(source []rune, start, end int) spot {
	at := spot{line: 1, column: 1}
	lineStart := 0
	for i, r := range source[:start] {
		if r == '\n' {
			at.line++
			lineStart = i + 1
		}
	}
	at.column = start - lineStart + 1
	from := max(lineStart, start-excerptReach)
	shown := end // a hit over several lines is marked on its first
	for i := start; i < end; i++ {
		if source[i] == '\n' {
			shown = i
			break
		}
	}
	to := shown
	for to < len(source) && to < shown+excerptReach && source[to] != '\n' {
		to++
	}
	head, hit := printable(source[from:start]), printable(source[start:shown])
	if from > lineStart {
		head = "…" + head
	}
	at.excerpt = head + hit + printable(source[shown:to])
	if to < len(source) && source[to] != '\n' {
		at.excerpt += "…"
	}
	at.indent, at.width = uniseg.StringWidth(head), uniseg.StringWidth(hit)
	return at
}

// printable leaves control characters out of what goes to a terminal.
func printable(text []rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ', r >= 0x7F && r < 0xA0:
			return -1
		}
		return r
	}, string(text))
}
