package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"shenfa/models"
	"shenfa/screening"
	"shenfa/workflow"
)

func newRescanCommand() *cobra.Command {
	var (
		at    place
		since string
	)
	rescan := &cobra.Command{
		Use: "rescan", Short: "归档复审：用现行词库复查全部已签发的稿件", Args: exactArgs(),
		Long: `归档复审：用现行词库版次逐件复查已签发的稿件。签发时的机审报告中没有的命中，
各开一个复审事项，由签发人办结（更正、撤回，或说明理由保留）。

随时可以中断（Ctrl-C）；再次运行从中断处接着做，不重复、不遗漏。
有新命中时退出码为 1。`,
		RunE: func(c *cobra.Command, _ []string) error {
			settings, err := at.settings()
			if err != nil {
				return err
			}
			engine, err := screening.New(screening.Options{RulesDir: settings.Screening.RulesDir})
			if err != nil {
				return err
			}
			return at.withEngine(c, engine, func(ctx context.Context, w *workflow.Workflow) error {
				return runRescan(ctx, c, w, since)
			})
		},
	}
	at.flags(rescan)
	rescan.Flags().StringVar(&since, "since", "", "只复查此`签发件编号`之后的")
	return rescan
}

func runRescan(ctx context.Context, c *cobra.Command, w *workflow.Workflow, since string) error {
	r, err := w.StartRescan(ctx, models.System(), since)
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	if r.Done > 0 {
		_, _ = fmt.Fprintf(out, "接着上次的进度：已复查 %d 件。\n", r.Done)
	}
	bar := rescanBar(c.ErrOrStderr(), r.Total)
	r, err = w.RunRescan(ctx, r.ID, func(r models.Rescan) { _ = bar.Set64(min(r.Done, r.Total)) })
	_ = bar.Clear()
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("已中断：复查了 %d／%d 件，再次运行即接着做", r.Done, r.Total)
	case err != nil:
		return err
	}
	_, _ = fmt.Fprintf(out, "复查完毕：词库版次 %s，共 %d 件，新命中 %d 处。\n", r.Edition, r.Done, r.Hits)
	if r.Hits > 0 {
		_, _ = fmt.Fprintln(out, "请签发人在待办的复审事项中逐一办结。")
		return &exitError{code: exitFailed}
	}
	return nil
}

// rescanBar shows on a terminal how far the work has come; elsewhere nothing.
func rescanBar(stderr io.Writer, total int64) *progressbar.ProgressBar {
	if f, ok := stderr.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		stderr = io.Discard
	}
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(stderr), progressbar.OptionSetDescription("复查"),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("件"), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(1e8))
}
