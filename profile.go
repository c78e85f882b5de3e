package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"shenfa/workflow"
)

func newProfileCommand() *cobra.Command {
	profile := &cobra.Command{Use: "profile", Short: "审签制度：核对、列出"}
	profile.AddCommand(newProfileCheckCommand(), newProfileListCommand())
	return profile
}

func newProfileCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check 文件", Short: "核对一个审签制度文件，说明谁按什么次序审签", Args: exactArgs("文件"),
		Long: `核对一个审签制度文件（TOML）。

无误时用中文说明其角色、各类稿件的审签次序、时限和依据，并给出流程图（Mermaid）；
有误时逐条指出所在的文件和行，退出码为 1。不需要数据库。`,
		RunE: func(c *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return usageError("读不到文件 %s：%w", args[0], err)
			}
			p, err := workflow.ParseProfile(args[0], data)
			if err != nil {
				return fmt.Errorf("制度文件有误：\n%w", err)
			}
			out := c.OutOrStdout()
			p.Explain(out)
			_, _ = fmt.Fprint(out, "\n流程图\n\n```mermaid\n")
			p.Mermaid(out)
			_, _ = fmt.Fprintln(out, "```")
			return nil
		},
	}
}

func newProfileListCommand() *cobra.Command {
	var dir string
	list := &cobra.Command{
		Use: "list", Short: "列出可选用的审签制度", Args: exactArgs(),
		Long: "列出可选用的审签制度：内置的制度和示例，以及 --dir 目录中的。新建账号时以其名称选用。",
		RunE: func(c *cobra.Command, _ []string) error {
			profiles, err := workflow.LoadProfiles(dir)
			if err != nil {
				return err
			}
			rows := [][]string{{"名称", "版本", "制度"}}
			for _, p := range profiles.All() {
				rows = append(rows, []string{p.Name, p.Version, p.Title})
			}
			printTable(c.OutOrStdout(), rows)
			return nil
		},
	}
	list.Flags().StringVar(&dir, "dir", "", "审签制度`目录`（配置中的 workflow.profiles_dir）")
	return list
}
