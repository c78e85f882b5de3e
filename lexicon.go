package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"shenfa/screening"
)

func newLexiconCommand() *cobra.Command {
	lexicon := &cobra.Command{Use: "lexicon", Short: "检查、导出机审规则和词库"}
	lexicon.AddCommand(newLexiconCheckCommand(), newLexiconExportCommand())
	return lexicon
}

func newLexiconCheckCommand() *cobra.Command {
	var rulesDir, clean string
	var asJSON bool
	c := &cobra.Command{
		Use: "check", Short: "检查规则：逐条试跑正反例，报告重复词、误报词和放行词候选", Args: cobra.NoArgs,
		Long: `检查规则和词库：每条规则的正例必须命中、反例不得命中，错误指明文件、行号和规则。
随后给出导入报告：折叠后重复的词；短词所在的常用词（放行词候选）；
--clean FILE（.jsonl，每行一篇，字段 text）中的干净官方文本里命中的规则和词。
退出码：0 全部通过；1 有规则不符；2 规则读不了。`,
		RunE: func(c *cobra.Command, _ []string) error {
			rules, err := loadRules(rulesDir)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			engine, err := screening.New(screening.Options{RulesDir: rulesDir})
			if err != nil {
				return &exitError{exitUsage, err}
			}
			<-engine.Ready()
			if err := engine.Err(); err != nil {
				return &exitError{exitFailed, err}
			}
			texts, err := cleanTexts(clean)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			report, err := engine.Inspect(rules, texts)
			if err != nil {
				return err
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

func loadRules(dir string) (*screening.Rules, error) {
	if dir == "" {
		return screening.EmbeddedRules()
	}
	return screening.LoadRules(os.DirFS(dir))
}

func cleanTexts(name string) (texts []screening.Text, err error) {
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

func newLexiconExportCommand() *cobra.Command {
	var rulesDir string
	c := &cobra.Command{
		Use: "export DIR", Short: "把规则和词库写到文件夹，供修改后用 --rules 使用", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			rules, err := loadRules(rulesDir)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			for name, data := range rules.Files() {
				path := filepath.Join(args[0], filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					return &exitError{exitUsage, err}
				}
				if err := os.WriteFile(path, data, 0o644); err != nil {
					return &exitError{exitUsage, err}
				}
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "版次 %s：%d 个文件已写到 %s\n", rules.Edition(), len(rules.Files()), args[0])
			return err
		},
	}
	c.Flags().StringVar(&rulesDir, "rules", "", "规则文件夹（默认为内置规则）")
	return c
}
