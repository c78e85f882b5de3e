package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/models/sign"
	"shenfa/workflow"
)

func newKeyCommand() *cobra.Command {
	key := &cobra.Command{Use: "key", Short: "管理签名密钥：列出、换发、停用"}
	key.AddCommand(newKeyListCommand(), newKeyRotateCommand(), newKeyRetireCommand())
	return key
}

func newKeyListCommand() *cobra.Command {
	var at place
	list := &cobra.Command{
		Use: "list", Short: "列出签名密钥（不含私钥）", Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				keys, err := w.Keys(ctx)
				if err != nil {
					return err
				}
				rows := [][]string{{"编号", "算法", "启用", "状态"}}
				for _, k := range keys {
					state := "在用"
					if !k.RetiredAt.IsZero() {
						state = "已停用（" + localTime(k.RetiredAt) + "），仍可验证以前的证书"
					}
					rows = append(rows, []string{k.ID, k.Algorithm, localTime(k.CreatedAt), state})
				}
				printTable(c.OutOrStdout(), rows)
				return nil
			})
		},
	}
	at.flags(list)
	return list
}

func newKeyRotateCommand() *cobra.Command {
	var (
		at        place
		algorithm string
	)
	rotate := &cobra.Command{
		Use: "rotate", Short: "换发签名密钥：新钥即时启用，旧钥停用", Args: exactArgs(),
		Long: `换发签名密钥：生成新钥，停用同一算法在用的旧钥。旧公钥仍在 /api/v1/keys 公布，
以前签发的证书照样可以验证。运行中的服务一秒内改用新钥，不必重启。`,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				k, err := w.RotateKey(ctx, models.System(), algorithm)
				if err != nil {
					return err
				}
				if k.Algorithm != w.Algorithm() {
					_, err = fmt.Fprintf(c.OutOrStdout(), "已生成 %s 签名密钥 %s；配置 workflow.certificate_algorithm 仍为 %s，改为 %s 并重启后用它签名\n", k.Algorithm, k.ID, w.Algorithm(), k.Algorithm)
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "已启用 %s 签名密钥 %s\n", k.Algorithm, k.ID)
				return err
			})
		},
	}
	at.flags(rotate)
	rotate.Flags().StringVar(&algorithm, "algorithm", sign.Ed25519, "`算法`：Ed25519 或 SM2（国密）")
	return rotate
}

func newKeyRetireCommand() *cobra.Command {
	var at place
	retire := &cobra.Command{
		Use: "retire 密钥编号", Short: "停用一个签名密钥", Args: exactArgs("密钥编号"),
		RunE: func(c *cobra.Command, args []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				if err := w.RetireKey(ctx, models.System(), args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(c.OutOrStdout(), "已停用签名密钥 %s\n", args[0])
				return err
			})
		},
	}
	at.flags(retire)
	return retire
}

func localTime(t time.Time) string { return t.Local().Format(time.DateTime) }
