package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"shenfa/config"
)

// demoFileName is what a demo writes into its folder when it is ready.
const demoFileName = "demo.json"

func newDemoCommand() *cobra.Command {
	var addr, data string
	demo := &cobra.Command{
		Use: "demo", Short: "一条命令起一个演示环境", Args: exactArgs(),
		Long: `一条命令起一个演示环境：内置数据库、一个单位和账号、每种角色各一人、十五篇处于不同环节的样稿。
就绪后显示网址、登录名、密码和接口令牌。其中的人名、单位、号码均为虚构。

不给 --data 时数据放在临时目录，停止后删除；给出 --data 则保留，并写有 demo.json 供程序读取，
下次以同一目录启动时接着用。`,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			start, ctx := time.Now(), c.Context()
			kept := data != ""
			if !kept {
				if data, err = os.MkdirTemp("", "shenfa-demo-"); err != nil {
					return err
				}
				defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
			} else if err := os.MkdirAll(data, 0o700); err != nil {
				return err
			}
			settings, err := demoConfig(data)
			if err != nil {
				return err
			}
			settings.Server.Addr = addr
			// Before the slow part: a port that is taken should show at once.
			l, err := listen(addr)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			_, _ = fmt.Fprintln(c.ErrOrStderr(), "正在准备演示环境……")
			p, err := newProgram(ctx, settings, newLogger(settings.Log, c.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, p.close()) }()
			known, err := readDemoFile(data)
			if err != nil {
				return err
			}
			world, err := prepareDemo(ctx, p, known)
			if err != nil {
				return err
			}
			world.URL = urlOf(l, settings.Server)
			if err := world.write(data); err != nil {
				return err
			}
			// From here on /readyz is 200; the kernel has kept those who asked earlier waiting.
			world.print(c.OutOrStdout(), data, kept, time.Since(start))
			return p.serve(ctx, l)
		},
	}
	demo.Flags().StringVar(&addr, "addr", config.Default().Server.Addr, "监听`地址`")
	demo.Flags().StringVar(&data, "data", "", "数据`目录`，停止后保留；不给则用临时目录")
	return demo
}

// demoConfig is the default settings on the database in dir. The environment
// has no say: a demo never touches another database.
func demoConfig(dir string) (config.Config, error) {
	path, err := filepath.Abs(filepath.Join(dir, databaseFile))
	settings := config.Default()
	settings.Database.DSN = "sqlite://" + path
	settings.Log.Level = "warn"
	return settings, err
}

// print tells a person how to go on.
func (f demoFile) print(w io.Writer, dir string, kept bool, took time.Duration) {
	where := dir
	if !kept {
		where += "（临时，停止后删除）"
	}
	rows := [][]string{{"登录名", "密码", "身份", "接口令牌"}}
	for _, m := range demoCast() {
		p := f.People[m.key]
		rows = append(rows, []string{p.SignIn, p.Password, m.title, p.Token})
	}
	rows = append(rows, []string{"", "", "发布端", f.Integration.Token})
	_, _ = fmt.Fprintf(w, "\n审发演示环境\n\n  网址  %s\n  数据  %s\n  账号  %s（%s）\n\n", f.URL, where, demoAccount, f.AccountID)
	printTable(w, rows)
	_, _ = fmt.Fprintf(w, "\n已就绪（ready），用时 %s。按 Ctrl-C 停止。\n", took.Round(10*time.Millisecond))
}
