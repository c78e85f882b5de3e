package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"shenfa/models"
	"shenfa/screening"
)

type screenOptions struct {
	format, kind, title, rules string
	fix                        bool
}

func newScreenCommand() *cobra.Command {
	var o screenOptions
	c := &cobra.Command{
		Use:   "screen [PATH…|-]",
		Short: "机审文稿：文件、文件夹或标准输入，不需要数据库",
		Long: `机审文稿，逐处指出问题、依据和改法。不需要数据库。

PATH 可以是 .txt .md .html .docx .jsonl 文件或文件夹；“-”或不写是标准输入。
.jsonl 每行一篇稿件：id、title、body、format、kind、source。

退出码：0 通过或仅有提示；1 有拦截或涉密锁定；2 有文件读不了（其余照常机审）。`,
		Example: "  shenfa screen 通知.docx\n  shenfa screen --format json 稿件文件夹 > 结果.jsonl\n  echo '电话13800138000' | shenfa screen -",
		RunE: func(c *cobra.Command, paths []string) error {
			return o.run(c.Context(), paths, c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "输出格式：text、json（每篇一行）或 sarif")
	f.StringVar(&o.kind, "kind", string(models.KindOriginal), "稿件性质：original 原创、reprint 转载")
	f.StringVar(&o.title, "title", "", "稿件标题")
	f.StringVar(&o.rules, "rules", "", "改用这个文件夹里的规则")
	f.BoolVar(&o.fix, "fix", false, "输出去标识化以后的全文")
	return c
}

func (o *screenOptions) run(ctx context.Context, paths []string, stdin io.Reader, stdout, stderr io.Writer) error {
	writers := map[string]func(io.Writer, *screenOptions) screenWriter{"text": newTextWriter, "json": newJSONWriter, "sarif": newSARIFWriter}
	switch {
	case writers[o.format] == nil:
		return usageError("--format %q 不认识：可用 text、json、sarif", o.format)
	case o.kind != string(models.KindOriginal) && o.kind != string(models.KindReprint):
		return usageError("--kind %q 不认识：可用 original、reprint", o.kind)
	}
	engine, err := screening.New(screening.Options{RulesDir: o.rules})
	if err != nil {
		return usageError("%w", err)
	}
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	bar := newBar(stderr, paths)
	defer bar.done()
	in := &screenInput{title: o.title, kind: models.Kind(o.kind), stdin: stdin}
	out := writers[o.format](stdout, o)
	code := exitOK
	work, stop := context.WithCancel(ctx) // so that an early return stops the readers
	defer stop()
	for done := range screenAll(work, engine, in.drafts(work, paths)) {
		bar.add(done.bytes)
		if done.err != nil {
			code = exitUsage
			bar.clear()
			_, _ = fmt.Fprintf(stderr, "shenfa: %s：%v\n", done.place(), done.err)
		} else if code == exitOK && (done.report.Outcome == models.OutcomeBlocked || done.report.Outcome == models.OutcomeLocked) {
			code = exitFailed
		}
		if err := out.write(done); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	if err := out.close(); err != nil {
		return &exitError{exitUsage, err}
	}
	if ctx.Err() != nil {
		return &exitError{exitUsage, ctx.Err()}
	}
	if code != exitOK {
		return &exitError{code: code}
	}
	return nil
}

// screened is a draft with its report, or with the reason why there is none.
type screened struct {
	screenDraft
	report models.Report
}

// screenAll screens drafts on all cores and answers in the order they came.
func screenAll(ctx context.Context, engine *screening.Engine, drafts <-chan screenDraft) <-chan screened {
	workers := runtime.GOMAXPROCS(0)
	type job struct {
		draft screenDraft
		done  chan screened
	}
	jobs, order, out := make(chan job), make(chan chan screened, 4*workers), make(chan screened)
	go func() {
		defer close(order)
		defer close(jobs)
		for draft := range drafts {
			j := job{draft, make(chan screened, 1)}
			select {
			case order <- j.done:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- j:
			case <-ctx.Done():
				j.done <- screened{screenDraft: screenDraft{err: ctx.Err()}}
				return
			}
		}
	}()
	for range workers {
		go func() {
			for j := range jobs {
				s := screened{screenDraft: j.draft}
				if s.err == nil {
					s.report, s.err = engine.Screen(ctx, j.draft.text)
				}
				j.done <- s
			}
		}()
	}
	go func() {
		defer close(out)
		for done := range order {
			select {
			case out <- <-done:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// bar shows on a terminal how far long work has come.
type bar struct{ bar *progressbar.ProgressBar }

// A bar is for work that takes longer than a glance.
const barFrom = 4 << 20

func newBar(stderr io.Writer, paths []string) *bar {
	f, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	size := sizeOf(paths)
	if size < barFrom {
		return &bar{}
	}
	return &bar{bar: progressbar.NewOptions64(size, progressbar.OptionSetWriter(stderr), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("机审"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(1e8))}
}

func (b *bar) add(n int64) {
	if b.bar != nil {
		_ = b.bar.Add64(n)
	}
}

func (b *bar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}

func (b *bar) done() {
	if b.bar != nil {
		_ = b.bar.Finish()
	}
}
