// Command shenfa is Shenfa 审发, the pre-publication review engine for
// government social-media accounts. DESIGN: fixed surface, command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // local time on machines and in images without zone files

	"github.com/spf13/cobra"

	"shenfa/models"
)

// Exit codes of every command.
const (
	exitOK     = 0
	exitFailed = 1 // the command ran and the answer is no: a failure, a fault found, something blocked
	exitUsage  = 2 // the command could not run: bad use, bad settings, unreadable input
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program: it runs the command that args name and gives its
// exit code. Ending ctx is the order to stop.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)

	// Until a command has begun to run, every error is one of use.
	began := false
	root.PersistentPreRun = func(*cobra.Command, []string) { began = true }

	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	exit, chosen := errors.AsType[*exitError](err)
	if !chosen {
		exit = &exitError{code: exitFailed, err: err}
		if !began {
			exit.code = exitUsage
		}
	}
	if exit.err != nil {
		_, _ = fmt.Fprintf(stderr, "shenfa: %s\n", explain(exit.err))
	}
	return exit.code
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "shenfa",
		Short: "审发：政务新媒体发布前审签引擎",
		Long: `审发（shenfa）：政务新媒体发布前审签引擎。

初次使用：shenfa demo        一条命令起一个演示环境，浏览器打开即用
正式运行：shenfa serve       按配置文件启动服务`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(
		newDemoCommand(),
		newServeCommand(),
		newScreenCommand(),
		newLexiconCommand(),
		newEvaluateCommand(),
		newMigrateCommand(),
		newUserCommand(),
		newTokenCommand(),
		newCalendarCommand(),
		newAuditCommand(),
		newReleaseCommand(),
		newRescanCommand(),
		newKeyCommand(),
		newProfileCommand(),
		newPullCommand(),
		newHealthcheckCommand(),
		newCompletionCommand(),
		newVersionCommand(),
	)
	speakChinese(root)
	return root
}

// exitError is an error that chooses the exit code. Without err nothing more
// is said: the command has spoken already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError says that the command was called wrongly.
func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// explain is what the operator reads: of a domain error its sentence, the
// places to mend and the cause; of any other its text.
func explain(err error) string {
	domain, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err.Error()
	}
	text := domain.Message
	for _, f := range domain.Fields {
		text += "\n  " + f.Pointer + "：" + f.Message
	}
	if domain.Cause != nil {
		text += "（" + domain.Cause.Error() + "）"
	}
	return text
}
