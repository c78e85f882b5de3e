package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/workflow"
)

func newAuditCheckpointCommand() *cobra.Command {
	var (
		at  place
		out string
	)
	checkpoint := &cobra.Command{
		Use: "checkpoint", Short: "签署检查点：各审计链此刻到第几条", Args: exactArgs(),
		Long: `签署检查点：记下每条审计链此刻的条数和链尾哈希，用签名密钥签名。
检查点应存放在本系统以外（如主管单位处）；日后用 audit verify --checkpoint 核对，
即可发现审计链尾部被截断、整条链被删除或改写。`,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				signed, said, err := w.Checkpoint(ctx, models.System())
				if err != nil {
					return err
				}
				raw, err := json.Marshal(signed)
				if err != nil {
					return err
				}
				raw = append(raw, '\n')
				if out == "" {
					_, err := c.OutOrStdout().Write(raw)
					return err
				}
				if err := writeFile(out, raw, 0o644); err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "已签署检查点 %s：%d 条链、%d 个事件，写在 %s\n", said.Root[:16], said.Chains, said.Events, out)
				return err
			})
		},
	}
	at.flags(checkpoint)
	checkpoint.Flags().StringVar(&out, "out", "", "写入的`文件`（默认为标准输出）")
	return checkpoint
}

// checkpointOf reads and checks a checkpoint file.
func checkpointOf(path, key string) (workflow.Checkpoint, error) {
	if key == "" {
		return workflow.Checkpoint{}, usageError("核对检查点须用 --key 给出公钥文件（应另行保存，不取自待核验的系统）")
	}
	keys, err := readKeys(key)
	if err != nil {
		return workflow.Checkpoint{}, err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return workflow.Checkpoint{}, usageError("读不到检查点文件：%w", err)
	}
	c, _, err := workflow.OpenCheckpoint(raw, keys)
	if err != nil {
		return c, &exitError{exitFailed, fmt.Errorf("检查点核验不符：%w", err)}
	}
	return c, nil
}
