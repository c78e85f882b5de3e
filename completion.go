package main

import (
	"io"

	"github.com/spf13/cobra"
)

func newCompletionCommand() *cobra.Command {
	completion := &cobra.Command{
		Use: "completion", Short: "生成命令行补全脚本（bash、zsh、fish、powershell）",
		Example: "  source <(shenfa completion bash)",
	}
	for shell, write := range map[string]func(root *cobra.Command, w io.Writer) error{
		"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
		"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) },
	} {
		completion.AddCommand(&cobra.Command{
			Use: shell, Short: shell + " 的补全脚本", Args: exactArgs(),
			RunE: func(c *cobra.Command, _ []string) error { return write(c.Root(), c.OutOrStdout()) },
		})
	}
	return completion
}
