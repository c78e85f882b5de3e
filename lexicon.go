package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/screening"
	"shenfa/workflow"
)

func newLexiconCommand() *cobra.Command {
	lexicon := &cobra.Command{Use: "lexicon", Short: "管理词库：检查、学习、导入、导出、安装、列出版次"}
	lexicon.AddCommand(newLexiconCheckCommand(), newLexiconImportCommand(), newLexiconExportCommand(), newLexiconEditionsCommand(), newLexiconInstallCommand(), newLexiconFitCommand())
	return lexicon
}

func newLexiconImportCommand() *cobra.Command {
	var (
		at         place
		unit, note string
		install    bool
	)
	c := &cobra.Command{
		Use: "import 目录或压缩包", Short: "导入一个版次，给出导入报告", Args: exactArgs("目录或压缩包"),
		Long: `导入一个版次：目录或 zip 压缩包，其中有 *.toml 规则文件和 lexicon/*.tsv 词表。

导入的文件叠加在随程序提供的规则之上：新文件是增补，同名文件是替换，[[exception]] 表写明例外。
与随程序提供的完全相同的文件自动略去，程序升级后仍用新的。有误则不导入，并逐条指出。
导入后不即生效；加 --install 随即安装，运行中的服务在数秒内启用，不必重启。`,
		Example: "  shenfa lexicon import 本县规则 --note 2026年第一版 --install\n  shenfa lexicon import 医院规则.zip --unit 云雾县人民医院",
		RunE: func(c *cobra.Command, args []string) error {
			files, err := readEdition(args[0])
			if err != nil {
				return err
			}
			return at.withLexicon(c, func(ctx context.Context, w *workflow.Workflow) error {
				unitID, err := unitIDNamed(ctx, w, unit)
				if err != nil {
					return err
				}
				edition, report, err := w.ImportEdition(ctx, models.System(), workflow.EditionInput{Files: files, Note: note, UnitID: unitID})
				if err != nil {
					return err
				}
				printImport(c.OutOrStdout(), edition, report)
				if !install {
					_, err := fmt.Fprintf(c.OutOrStdout(), "尚未生效。安装：shenfa lexicon install %s\n", edition.ID)
					return err
				}
				return installEdition(ctx, c.OutOrStdout(), w, edition.ID, unitID)
			})
		},
	}
	at.flags(c)
	c.Flags().StringVar(&unit, "unit", "", "用于哪个`单位`（名称或编号）；不给则用于全部单位")
	c.Flags().StringVar(&note, "note", "", "`说明`，列表中显示")
	c.Flags().BoolVar(&install, "install", false, "导入后随即安装")
	return c
}

func newLexiconExportCommand() *cobra.Command {
	var (
		at  place
		out string
	)
	c := &cobra.Command{
		Use: "export [版次]", Short: "导出一个版次的规则文件；不给版次则导出现行通用的整套",
		Example: "  shenfa lexicon export --out 规则目录\n  shenfa lexicon export 4f2a9c0d11e8b7a3 --out 规则.zip",
		Args:    atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usageError("请用 --out 给出导出到的目录或 .zip 文件")
			}
			return at.withLexicon(c, func(ctx context.Context, w *workflow.Workflow) error {
				edition, files, err := w.EditionFiles(ctx, models.System(), strings.Join(args, ""))
				if err != nil {
					return err
				}
				if err := writeEdition(out, files); err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "已导出版次 %s（%d 个文件）到 %s\n", edition.ID, len(files), out)
				return err
			})
		},
	}
	at.flags(c)
	c.Flags().StringVar(&out, "out", "", "`目录`，或以 .zip 结尾的文件")
	return c
}

func newLexiconEditionsCommand() *cobra.Command {
	var at place
	c := &cobra.Command{
		Use: "editions", Short: "列出各版次，以及何处安装了哪个", Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withLexicon(c, func(ctx context.Context, w *workflow.Workflow) error {
				view, err := w.Editions(ctx, models.System())
				if err != nil {
					return err
				}
				printEditions(c.OutOrStdout(), view)
				return nil
			})
		},
	}
	at.flags(c)
	return c
}

func newLexiconInstallCommand() *cobra.Command {
	var (
		at   place
		unit string
	)
	c := &cobra.Command{
		Use: "install 版次", Short: "安装一个已导入的版次，立即生效", Args: exactArgs("版次"),
		Long: `安装一个已导入的版次。运行中的服务在数秒内启用，不必重启，审签中的稿件在签发前按新版次复审。

安装随程序提供的版次（见 shenfa lexicon editions），即撤下此处原来安装的版次。`,
		RunE: func(c *cobra.Command, args []string) error {
			return at.withLexicon(c, func(ctx context.Context, w *workflow.Workflow) error {
				unitID, err := unitIDNamed(ctx, w, unit)
				if err != nil {
					return err
				}
				return installEdition(ctx, c.OutOrStdout(), w, args[0], unitID)
			})
		},
	}
	at.flags(c)
	c.Flags().StringVar(&unit, "unit", "", "装给哪个`单位`（名称或编号）；不给则为全部单位")
	return c
}

func installEdition(ctx context.Context, out io.Writer, w *workflow.Workflow, id, unitID string) error {
	force, err := w.InstallEdition(ctx, models.System(), id, unitID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "已安装到%s，现行版次 %s。\n", cmp.Or(force.Unit, "全部单位"), force.InForce)
	return err
}

// withLexicon runs a command on the workflow with the engine that the settings ask for.
func (p *place) withLexicon(c *cobra.Command, do func(ctx context.Context, w *workflow.Workflow) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	engine, err := screening.New(screening.Options{RulesDir: settings.Screening.RulesDir})
	if err != nil {
		return err
	}
	return p.withEngine(c, engine, do)
}

func unitIDNamed(ctx context.Context, w *workflow.Workflow, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	u, err := unitNamed(ctx, w, name)
	return u.ID, err
}

// readEdition reads the rule files of a folder, or a zip archive.
func readEdition(path string) (map[string][]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError("读不到 %s：%w", path, err)
	}
	if !info.IsDir() {
		if info.Size() > workflow.MaxArchive {
			return nil, models.Errorf(models.CodeTooLarge, "压缩包超过 %d MB 的上限。", workflow.MaxArchive>>20)
		}
		archive, err := os.ReadFile(path)
		if err != nil {
			return nil, usageError("读不到 %s：%w", path, err)
		}
		return workflow.ReadArchive(archive)
	}
	files, dir := map[string][]byte{}, os.DirFS(path)
	for _, pattern := range []string{"*.toml", "lexicon/*.tsv"} {
		names, err := fs.Glob(dir, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if files[name], err = fs.ReadFile(dir, name); err != nil {
				return nil, usageError("%w", err)
			}
		}
	}
	return workflow.NormalFiles(files)
}

// writeEdition writes files into a folder that has no other rules, or into a zip archive.
func writeEdition(out string, files map[string][]byte) error {
	if strings.EqualFold(filepath.Ext(out), ".zip") {
		archive, err := workflow.WriteArchive(files)
		if err != nil {
			return err
		}
		return writeFile(out, archive, 0o644)
	}
	if _, err := readEdition(out); err == nil {
		return usageError("%s 中已有规则文件，请另选空目录", out)
	}
	errs := []error{os.MkdirAll(filepath.Join(out, "lexicon"), 0o755)}
	for name, data := range files {
		errs = append(errs, writeFile(filepath.Join(out, filepath.FromSlash(name)), data, 0o644))
	}
	return errors.Join(errs...)
}

func printEditions(out io.Writer, view workflow.EditionsView) {
	_, _ = fmt.Fprintf(out, "随程序提供的版次  %s\n\n现行词库\n", view.Shipped)
	rows := [][]string{{"适用", "现行版次", "叠加的版次", "安装时间", "备注"}}
	for _, f := range view.InForce {
		at := "—"
		if !f.At.IsZero() {
			at = f.At.Local().Format(time.DateTime)
		}
		rows = append(rows, []string{cmp.Or(f.Unit, "全部单位"), f.InForce, cmp.Or(f.Edition, "—"), at, f.Failure})
	}
	printTable(out, rows)
	_, _ = fmt.Fprintln(out, "\n各版次")
	rows = [][]string{{"版次", "时间", "类别", "说明"}}
	for _, e := range view.Items {
		kind := "导入"
		if e.Complete {
			kind = "整套存档"
		}
		rows = append(rows, []string{e.ID, e.CreatedAt.Local().Format(time.DateTime), kind, e.Note})
	}
	printTable(out, rows)
}
