package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"shenfa/screening"
)

func newLexiconFitCommand() *cobra.Command {
	var rulesDir, rule, out string
	var precision float64
	c := &cobra.Command{
		Use: "fit --rule 规则 --out 文件 样例…", Short: "由标注样例学习一条规则的行文权重", Args: cobra.MinimumNArgs(1),
		Long: `由标注样例（.jsonl，格式见 testdata/cases/README.md；无标注的语料作为反例）学习按线索判断的规则的行文权重，并从中选出锚词，写成词表。
轮流留出五分之一的样例检验，按 --precision 定界，给出在留出样例上的准确率和查全率。同样的样例得到同样的权重。`,
		Example: "  shenfa lexicon fit --rule ad.commercial.evidence --out lexicon/style_ad.tsv 本县样例.jsonl",
		RunE: func(c *cobra.Command, args []string) error {
			engine, err := screening.New(screening.Options{RulesDir: rulesDir})
			if err != nil {
				return &exitError{exitUsage, err}
			}
			<-engine.Ready()
			if err := engine.Err(); err != nil {
				return &exitError{exitUsage, err}
			}
			at := slices.IndexFunc(engine.Rules().List(), func(r *screening.Rule) bool { return r.ID == rule })
			if at < 0 {
				return usageError("没有规则 %q", rule)
			}
			examples, err := examplesOf(args, engine.Rules().List()[at].Category)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			fitted, err := engine.Fit(rule, examples, precision)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			if err := os.WriteFile(out, fitted.Lexicon, 0o644); err != nil {
				return &exitError{exitUsage, err}
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "样例 %d 条，句子 %d 个，其中应命中 %d 个；留出检验：准确率 %s，查全率 %s\n",
				len(examples), fitted.Sentences, fitted.Wanted, percent(fitted.Precision), percent(fitted.Recall))
			return err
		},
	}
	c.Flags().StringVar(&rulesDir, "rules", "", "规则文件夹（默认为内置规则）")
	c.Flags().StringVar(&rule, "rule", "", "规则的 id")
	c.Flags().StringVar(&out, "out", "", "写出的词表")
	c.Flags().Float64Var(&precision, "precision", 0.97, "留出样例上要达到的准确率")
	_ = c.MarkFlagRequired("rule")
	_ = c.MarkFlagRequired("out")
	return c
}

// examplesOf reads labelled cases as examples of a category.
func examplesOf(paths []string, category string) (examples []screening.Example, err error) {
	files, err := jsonlFiles(paths)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		err := eachCase(file, func(c labelled, text screening.Text) error {
			example := screening.Example{Text: text}
			if c.MustHit != nil {
				for _, want := range *c.MustHit {
					if want.names(category) {
						example.Wanted = append(example.Wanted, want.Text)
					}
					example.Unsure = example.Unsure || family(want.category()) == family(category)
				}
			}
			for _, may := range c.MayHit {
				example.Unsure = example.Unsure || may.Category == "" || family(may.Category) == family(category)
			}
			examples = append(examples, example)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return examples, nil
}
