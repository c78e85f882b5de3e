package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenfa/api/papers"
	"shenfa/models"
	"shenfa/workflow"
)

func newAuditExportCommand() *cobra.Command {
	var (
		at           place
		out, release string
	)
	export := &cobra.Command{
		Use: "export [稿件编号]", Short: "导出一份稿件的案卷：目录，或 zip 文件",
		Long: `导出一份稿件的案卷：各版本、机审报告、审签决定、命中处置、会签、签发件及其证书和
回执、审计链、审签单，附可打印的目录页 index.html。

稿件编号是系统内的 id；也可用 --release 给出签发件的 id。
--out 以 .zip 结尾则写成一个文件，否则写成目录（须为新目录或空目录）。
导出本身记入系统审计链。涉密锁定的稿件不得导出。`,
		Example: "  shenfa audit export 0190… --out 案卷.zip\n  shenfa audit export --release 0190… --out 案卷",
		Args: func(c *cobra.Command, args []string) error {
			if release != "" {
				return exactArgs()(c, args)
			}
			return exactArgs("稿件编号")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usageError("请用 --out 给出目录或 zip 文件")
			}
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				id := strings.Join(args, "")
				if release != "" {
					draft, err := w.DraftOfRelease(ctx, models.System(), release)
					if err != nil {
						return err
					}
					id = draft
				}
				d, err := w.Dossier(ctx, models.System(), id, workflow.ReadExport)
				if err != nil {
					return err
				}
				now := time.Now()
				files, err := papers.Export(d, now)
				if err != nil {
					return err
				}
				if err := writeExport(out, files, now); err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "已导出 %s“%s”：%d 个文件，在 %s\n", d.Draft.Number, d.Draft.Title, len(files), out)
				return err
			})
		},
	}
	at.flags(export)
	export.Flags().StringVar(&out, "out", "", "写入的`目录或 zip 文件`")
	export.Flags().StringVar(&release, "release", "", "签发件的`编号`（id）")
	return export
}

func writeExport(path string, files []papers.File, at time.Time) error {
	if strings.HasSuffix(strings.ToLower(path), ".zip") {
		var content bytes.Buffer
		if err := papers.Zip(&content, files, at); err != nil {
			return err
		}
		return writeFile(path, content.Bytes(), 0o600)
	}
	known, err := os.ReadDir(path)
	switch {
	case err == nil && len(known) > 0:
		return usageError("目录 %s 不是空的", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		if err := writeFile(filepath.Join(path, f.Name), f.Content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
