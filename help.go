package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// usageTemplate is cobra's own, in Chinese.
const usageTemplate = `用法：{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} <命令>{{end}}{{if .HasExample}}

示例：
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

选项：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

“{{.CommandPath}} <命令> --help”显示一个命令的详细用法。{{end}}
`

// speakChinese gives a command and those below it Chinese help, and makes a
// missing or mistyped subcommand bad use.
func speakChinese(root *cobra.Command) {
	root.SetUsageTemplate(usageTemplate)
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true})
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError("%s\n用法：%s（详见 %s --help）", err, c.UseLine(), c.CommandPath())
	})
	root.PersistentFlags().BoolP("help", "h", false, "显示用法")
	for _, c := range withBelow(root) {
		c.DisableFlagsInUseLine, c.SuggestionsMinimumDistance = true, 2
		if c.HasSubCommands() {
			c.Args, c.RunE = cobra.ArbitraryArgs, runGroup
		}
	}
}

// runGroup is for a command that only holds others. The program alone shows its help.
func runGroup(c *cobra.Command, args []string) error {
	switch {
	case len(args) > 0:
		hint := "详见 " + c.CommandPath() + " --help"
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "是否要用 " + strings.Join(near, "、") + "？" + hint
		}
		return usageError("没有“%s %s”这个命令（%s）", c.CommandPath(), args[0], hint)
	case c.HasParent():
		return usageError("“%s”之后还应写明命令（详见 %s --help）", c.CommandPath(), c.CommandPath())
	}
	return c.Help()
}

func withBelow(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, child := range c.Commands() {
		all = append(all, withBelow(child)...)
	}
	return all
}
