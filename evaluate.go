package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shenfa/screening"
)

// limits are the marks that an evaluation must reach.
type limits struct {
	Precision, Recall float64 // over all categories
	Family            float64 // precision and recall of each family
	Traps             float64 // word-boundary traps without a false alarm
	PII, Block, Warn  float64 // share of the documents of a corpus with such a hit
}

func newEvaluateCommand() *cobra.Command {
	var format, rules string
	var totals bool
	goal := limits{Precision: 0.95, Recall: 0.95, Family: 0.90, Traps: 0.95, PII: 0.01, Block: 0.01, Warn: 0.03}
	c := &cobra.Command{
		Use:   "evaluate [--format text|json] [--rules DIR] PATH…",
		Short: "用标注样例和语料检验机审规则的准确率与查全率",
		Long: `用标注样例和语料检验机审规则。

标注样例（.jsonl，格式见 testdata/cases/README.md）给出各类别的准确率、查全率和每一处漏报、误报；
无标注的语料（.jsonl，每行一篇，字段 text 或 body）给出命中个人信息、拦截类、提示类的文档比例。
全部达标时退出码为 0，未达标为 1，不能运行为 2。`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usageError("--format 只能是 text 或 json")
			}
			e, err := screening.New(screening.Options{RulesDir: rules})
			if err != nil {
				return &exitError{exitUsage, err}
			}
			<-e.Ready()
			if err := e.Err(); err != nil {
				return &exitError{exitUsage, err}
			}
			files, err := jsonlFiles(args)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			result := newEvaluation(goal)
			for _, file := range files {
				if err := result.file(c.Context(), e, file); err != nil {
					return &exitError{exitUsage, err}
				}
			}
			result.sum()
			if totals {
				result.forget()
			}
			if format == "json" {
				err = json.NewEncoder(c.OutOrStdout()).Encode(result)
			} else {
				result.print(c.OutOrStdout())
			}
			if err == nil && len(result.Failed) > 0 {
				err = &exitError{code: exitFailed}
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&format, "format", "text", "输出格式：text 或 json")
	f.StringVar(&rules, "rules", "", "规则目录（默认用内置规则）")
	f.BoolVar(&totals, "totals", false, "只输出合计，不列出样例内容")
	for _, l := range []struct {
		value       *float64
		name, usage string
	}{
		{&goal.Precision, "min-precision", "总准确率下限"},
		{&goal.Recall, "min-recall", "总查全率下限"},
		{&goal.Family, "min-family", "每一类族的准确率、查全率下限"},
		{&goal.Traps, "min-traps", "词界陷阱的正确放行率下限"},
		{&goal.PII, "max-pii", "语料中命中个人信息的文档比例上限"},
		{&goal.Block, "max-block", "语料中命中拦截类的文档比例上限"},
		{&goal.Warn, "max-warn", "语料中命中提示类的文档比例上限"},
	} {
		f.Float64Var(l.value, l.name, *l.value, l.usage)
	}
	return c
}

// jsonlFiles lists the .jsonl files that the paths name, folders included.
func jsonlFiles(paths []string) (files []string, err error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && filepath.Ext(name) == ".jsonl" {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s 中没有 .jsonl 文件", strings.Join(paths, "、"))
	}
	return files, nil
}

// print writes the result for people.
func (e *evaluation) print(w io.Writer) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	for _, f := range e.Findings {
		say("%s  %s  %s  %s  “%s”  %s\n", f.Case, f.Kind, f.Category, f.Rule, f.Text, f.Context)
	}
	if e.Cases > 0 {
		say("\n标注样例 %d 条\n", e.Cases)
		rows := [][]string{{"类别", "应命中", "漏报", "误报", "准确率", "查全率"}}
		for _, list := range [][]*score{e.Categories, e.Families, {e.All}} {
			for _, s := range list {
				rows = append(rows, []string{s.Name, fmt.Sprint(s.Expected), fmt.Sprint(s.Missed), fmt.Sprint(s.False), percent(s.Precision()), percent(s.Recall())})
			}
		}
		printTable(w, rows)
		say("词界陷阱：%d 条，正确放行 %d 条\n", e.Traps, e.TrapsPassed)
		say("层级：%d 条，相符 %d 条\n", e.Tiers, e.TiersRight)
	}
	for _, c := range e.Corpora {
		say("\n语料 %s：%d 篇\n", c.Name, c.Documents)
		for _, kind := range corpusKinds {
			say("  %s：%d 篇（%s）\n", kind, c.With[kind], percent(share(c.With[kind], c.Documents)))
		}
	}
	if len(e.Failed) == 0 {
		say("\n全部达标\n")
		return
	}
	slices.Sort(e.Failed)
	say("\n未达标：\n  %s\n", strings.Join(e.Failed, "\n  "))
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }
