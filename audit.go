package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"shenfa/workflow"
)

func newAuditCommand() *cobra.Command {
	var (
		at              place
		checkpoint, key string
	)
	audit := &cobra.Command{Use: "audit", Short: "核验审计记录"}
	verify := &cobra.Command{
		Use: "verify", Short: "逐条核验全部审计链；有一条不符，退出码为 1", Args: exactArgs(),
		Long: `逐条核验全部审计链：每个稿件一条，系统管理一条。
每个事件的散列值都按其内容重算，并与下一个事件所记的对照。
内容被改动、事件被删除或插入的链，指出其中第一个不符的事件，退出码为 1。
给出 --checkpoint 时，还与检查点核对：尾部被截断或整条被删除的链也指出来。`,
		RunE: func(c *cobra.Command, _ []string) error {
			var signed workflow.Checkpoint
			if checkpoint != "" {
				var err error
				if signed, err = checkpointOf(checkpoint, key); err != nil {
					return err
				}
			}
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				chains := 0
				events, faults, err := w.VerifyAudit(ctx, func(done int) { chains = done })
				if err != nil {
					return err
				}
				cut, err := w.VerifyCheckpoint(ctx, signed)
				if err != nil {
					return err
				}
				faults = append(faults, cut...)
				out := c.OutOrStdout()
				for _, f := range faults {
					_, _ = fmt.Fprintf(out, "不符：链 %s 的第 %d 个事件：%s\n", f.Chain, f.N, f.Why)
				}
				_, _ = fmt.Fprintf(out, "已核验 %d 条链、%d 个事件，不符 %d 处。\n", chains, events, len(faults))
				if len(faults) > 0 {
					return &exitError{code: exitFailed}
				}
				return nil
			})
		},
	}
	at.flags(verify)
	verify.Flags().StringVar(&checkpoint, "checkpoint", "", "与检查点`文件`核对（shenfa audit checkpoint 所写）")
	verify.Flags().StringVar(&key, "key", "", "核验检查点签名的公钥`文件`")
	audit.AddCommand(verify, newAuditCheckpointCommand(), newAuditExportCommand())
	return audit
}
