package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/workflow"
)

func newCalendarCommand() *cobra.Command {
	calendar := &cobra.Command{Use: "calendar", Short: "节假日安排：导入、列出"}
	calendar.AddCommand(newCalendarImportCommand(), newCalendarListCommand())
	return calendar
}

func newCalendarImportCommand() *cobra.Command {
	var at place
	c := &cobra.Command{
		Use: "import 文件", Short: "导入一年或几年的节假日安排", Args: exactArgs("文件"),
		Long: `导入国务院办公厅公布的节假日安排（TOML 文件），存入数据库，各副本一分钟内生效。
已有的年份以新导入的为准。文件一年一节：

  [[year]]
  year = 2027
  source = "国务院办公厅关于2027年部分节假日安排的通知"
  off = ["2027-01-01..2027-01-03"]   # 放假
  work = ["2027-02-20"]              # 周末调休上班

有误时逐条指出所在的文件和行，一年也不导入。`,
		RunE: func(c *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return usageError("读不到文件 %s：%w", args[0], err)
			}
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				years, err := w.ImportCalendar(ctx, models.System(), args[0], data)
				if err != nil {
					return fmt.Errorf("没有导入：\n%w", err)
				}
				for _, y := range years {
					_, _ = fmt.Fprintf(c.OutOrStdout(), "已导入 %d 年：%s\n", y.Year, y.Source)
				}
				return nil
			})
		},
	}
	at.flags(c)
	return c
}

func newCalendarListCommand() *cobra.Command {
	var at place
	c := &cobra.Command{
		Use: "list", Short: "列出已有的年份", Args: exactArgs(),
		Long: "列出已有节假日安排的年份。没有的年份只按周末计算工作日，时限标为暂定。",
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				years, err := w.Calendar(ctx)
				if err != nil {
					return err
				}
				rows := [][]string{{"年份", "来源", "依据"}}
				for _, y := range years {
					from := "内置"
					if !y.ImportedAt.IsZero() {
						from = "导入"
					}
					rows = append(rows, []string{fmt.Sprint(y.Year), from, y.Source})
				}
				printTable(c.OutOrStdout(), rows)
				return nil
			})
		},
	}
	at.flags(c)
	return c
}
