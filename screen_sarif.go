package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"shenfa/models"
	"shenfa/screening"
)

// sarifWriter gathers all reports into one SARIF 2.1.0 log (OASIS), for
// editors and build systems that show findings in place.
type sarifWriter struct {
	out     io.Writer
	run     sarifRun
	rules   map[string]int
	failed  bool
	notices []any
}

type sarifRun struct {
	Tool        sarifTool `json:"tool"`
	ColumnKind  string    `json:"columnKind"`
	Invocations []any     `json:"invocations"`
	Results     []any     `json:"results"`
}

type sarifTool struct {
	Driver struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Rules   []any  `json:"rules"`
	} `json:"driver"`
}

type object = map[string]any

var sarifLevels = map[models.Severity]string{
	models.SeverityLock: "error", models.SeverityBlock: "error", models.SeverityWarn: "warning", models.SeverityInfo: "note",
}

func newSARIFWriter(out io.Writer, _ *screenOptions) screenWriter {
	w := &sarifWriter{out: out, rules: map[string]int{}, notices: []any{}}
	w.run.Tool.Driver.Name = "shenfa"
	w.run.Tool.Driver.Version = screening.Version
	w.run.Tool.Driver.Rules = []any{}
	w.run.ColumnKind = "unicodeCodePoints"
	w.run.Results = []any{}
	return w
}

func (w *sarifWriter) write(s screened) error {
	if s.err != nil {
		w.failed = true
		location := object{"artifactLocation": artifact(s.path)}
		if s.line > 0 {
			location["region"] = object{"startLine": s.line}
		}
		w.notices = append(w.notices, object{"level": "error", "message": object{"text": s.err.Error()},
			"locations": []any{object{"physicalLocation": location}}})
		return nil
	}
	for _, h := range s.report.Hits {
		w.run.Results = append(w.run.Results, w.result(s, h))
	}
	return nil
}

func (w *sarifWriter) result(s screened, h models.Hit) object {
	message := fmt.Sprintf("%s：“%s”。%s", screening.Label(h.Category), h.Text, h.Why)
	if h.Suggestion != "" {
		message += "。建议：" + h.Suggestion
	}
	location := object{
		"physicalLocation": object{"artifactLocation": artifact(s.path), "region": region(s, h)},
		"logicalLocations": []any{object{"name": h.Field, "fullyQualifiedName": s.id + "/" + h.Field, "kind": "member"}},
	}
	return object{
		"ruleId": h.Rule, "ruleIndex": w.rule(h), "level": sarifLevels[h.Severity], "message": object{"text": message},
		"locations": []any{location}, "partialFingerprints": object{"shenfa/v1": h.ID},
		"properties": object{"category": h.Category, "severity": h.Severity, "basis": h.Basis, "edition": s.report.Edition},
	}
}

// rule is the index of a hit's rule in the log.
func (w *sarifWriter) rule(h models.Hit) int {
	i, known := w.rules[h.Rule]
	if !known {
		rules := &w.run.Tool.Driver.Rules
		i = len(*rules)
		w.rules[h.Rule] = i
		*rules = append(*rules, object{"id": h.Rule, "name": h.Category,
			"shortDescription":     object{"text": screening.Label(h.Category)},
			"help":                 object{"text": "依据：" + h.Basis},
			"defaultConfiguration": object{"level": sarifLevels[h.Severity]}})
	}
	return i
}

// region is the place in the file: of a line of a .jsonl file the line, of a
// body that is the file itself line, column and offset.
func region(s screened, h models.Hit) object {
	switch {
	case s.line > 0:
		return object{"startLine": s.line}
	case h.Field != models.FieldBody:
		return object{"startLine": 1}
	}
	line, column := 1, 1
	var startLine, startColumn int
	i := 0
	for _, r := range s.text.Body {
		if i == h.Start {
			startLine, startColumn = line, column
		}
		if i == h.End {
			break
		}
		i++
		if column++; r == '\n' {
			line, column = line+1, 1
		}
	}
	return object{"startLine": startLine, "startColumn": startColumn, "endLine": line, "endColumn": column,
		"charOffset": h.Start, "charLength": h.End - h.Start, "snippet": object{"text": h.Text}}
}

func artifact(path string) object {
	if path == "-" {
		return object{"uri": "stdin"}
	}
	return object{"uri": (&url.URL{Path: filepath.ToSlash(path)}).String()}
}

func (w *sarifWriter) close() error {
	w.run.Invocations = []any{object{"executionSuccessful": !w.failed, "toolExecutionNotifications": w.notices}}
	encoder := json.NewEncoder(w.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []any{w.run},
	})
}
