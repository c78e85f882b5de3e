package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"shenfa/models"
	"shenfa/screening"
	"shenfa/workflow"
)

// officialTexts are clean official texts: a rule that fires on them raises false alarms.
//
//go:embed testdata/official.jsonl
var officialTexts embed.FS

// officialSample reads the official texts.
func officialSample() ([]screening.Text, error) {
	data, err := officialTexts.ReadFile("testdata/official.jsonl")
	if err != nil {
		return nil, err
	}
	var texts []screening.Text
	for line := range bytes.Lines(data) {
		var text struct{ Text string }
		if err := json.Unmarshal(line, &text); err != nil {
			return nil, fmt.Errorf("official.jsonl: %w", err)
		}
		texts = append(texts, screening.Text{Body: text.Text})
	}
	return texts, nil
}

// mostListed is how many findings of a kind are printed.
const mostListed = 50

// printImport prints the import report.
func printImport(out io.Writer, e models.Edition, r workflow.ImportReport) {
	_, _ = fmt.Fprintf(out, "已导入版次 %s：新增或改动 %d 条规则、%d 个词；略去与随程序提供者相同的 %d 个文件。\n", e.ID, r.Rules, r.Terms, r.Unchanged)
	section(out, "在规范公文中误报的词（请加限定，或列入 allow）", r.Firing, func(f screening.Firing) string {
		return fmt.Sprintf("%s  “%s”%d 处，如“…%s…”", f.Rule, f.Text, f.Count, f.Example)
	})
	section(out, "重复的词（全半角、简繁、大小写归并后相同）", r.Duplicates, func(group []string) string { return strings.Join(group, "  ＝  ") })
	section(out, "常用词中含有的词（这些常用词可列入 allow）", r.Contained, func(c screening.Contained) string {
		return c.Term + "  见于 " + strings.Join(c.Words, "、")
	})
}

func section[T any](out io.Writer, title string, items []T, line func(T) string) {
	if len(items) == 0 {
		_, _ = fmt.Fprintf(out, "%s：无\n", title)
		return
	}
	_, _ = fmt.Fprintf(out, "%s：%d 项\n", title, len(items))
	for _, item := range items[:min(len(items), mostListed)] {
		_, _ = fmt.Fprintf(out, "  %s\n", line(item))
	}
	if more := len(items) - mostListed; more > 0 {
		_, _ = fmt.Fprintf(out, "  ……另有 %d 项\n", more)
	}
}
