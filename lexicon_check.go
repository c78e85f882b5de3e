package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"shenfa/screening"
)

func newLexiconCheckCommand() *cobra.Command {
	var rulesDir, clean string
	var asJSON bool
	c := &cobra.Command{
		Use: "check [目录或压缩包]", Short: "检查规则：逐条试跑正反例，报告重复词、误报词和放行词候选", Args: atMostOne,
		Long: `检查规则和词库：每条规则的正例必须命中、反例不得命中，错误指明文件、行号和规则。
给出目录或 zip 压缩包时，检查其中的规则叠加在内置规则（或 --rules 的规则）之上是否成立。
随后给出导入报告：折叠后重复的词；短词所在的常用词（放行词候选）；
--clean FILE（.jsonl，每行一篇，字段 text）中的干净官方文本里命中的规则和词。
退出码：0 全部通过；1 有规则不符；2 规则读不了。`,
		RunE: func(c *cobra.Command, args []string) error {
			engine, err := screening.New(screening.Options{RulesDir: rulesDir})
			if err != nil {
				return &exitError{exitUsage, err}
			}
			if err := engine.CheckExamples(); err != nil {
				return &exitError{exitFailed, err}
			}
			rules := engine.Rules()
			if len(args) == 1 {
				if rules, err = rulesUpon(engine, args[0]); err != nil {
					return err
				}
			}
			texts, err := textsOf(clean)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			report, err := engine.Inspect(rules, texts)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				report = report.Since(engine.Rules(), rules)
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(report)
			}
			return printInspection(c.OutOrStdout(), report, len(texts))
		},
	}
	c.Flags().StringVar(&rulesDir, "rules", "", "规则文件夹（默认为内置规则）")
	c.Flags().StringVar(&clean, "clean", "", "干净的官方文本（.jsonl）")
	c.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return c
}

// rulesUpon are the rules of an engine with those of a folder or archive upon them, their examples tried.
func rulesUpon(engine *screening.Engine, path string) (*screening.Rules, error) {
	files, err := readEdition(path)
	if err != nil {
		return nil, err
	}
	rules, err := engine.Rules().With(files)
	if err == nil {
		_, err = engine.Derive(rules)
	}
	if err != nil {
		return nil, fmt.Errorf("规则有误：\n%w", err)
	}
	return rules, nil
}

func atMostOne(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError("多余的参数 %q", args[1])
	}
	return nil
}

func textsOf(name string) (texts []screening.Text, err error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if len(line) > 1 {
			var doc struct{ Text string }
			if err := json.Unmarshal(line, &doc); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			texts = append(texts, screening.Text{Body: doc.Text})
		}
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
}

func printInspection(w io.Writer, r screening.Inspection, texts int) error {
	out := bufio.NewWriter(w)
	_, _ = fmt.Fprintf(out, "版次 %s：规则 %d 条，词 %d 个，正反例全部相符\n", r.Edition, r.Rules, r.Terms)
	for _, group := range r.Duplicates {
		_, _ = fmt.Fprintf(out, "重复　%s\n", group)
	}
	for _, c := range r.Contained {
		_, _ = fmt.Fprintf(out, "放行词候选　%s　%s\n", c.Term, c.Words)
	}
	if texts > 0 {
		_, _ = fmt.Fprintf(out, "干净文本 %d 篇，命中 %d 种\n", texts, len(r.Firing))
	}
	for _, f := range r.Firing {
		_, _ = fmt.Fprintf(out, "误报　%s　%s　%d 次　%s\n", f.Rule, f.Text, f.Count, printable([]rune(f.Example)))
	}
	return out.Flush()
}
