package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/workflow"
)

func newTokenCommand() *cobra.Command {
	token := &cobra.Command{Use: "token", Short: "管理接口令牌：签发、吊销、列出"}
	token.AddCommand(newTokenCreateCommand(), newTokenRevokeCommand(), newTokenListCommand())
	return token
}

func newTokenCreateCommand() *cobra.Command {
	var (
		at         place
		name, user string
		accounts   []string
		expires    time.Duration
	)
	create := &cobra.Command{
		Use: "create", Short: "签发令牌：给一个用户（--user），或给发布端（--account）", Args: exactArgs(),
		Long: `签发令牌：给一个用户（--user），或给发布端（--account，可重复）。
令牌只在此显示一次，输出到标准输出；系统只保存其散列值。`,
		Example: `  shenfa token create --account 云雾发布 --name 微信发布程序 > 发布端令牌.txt
  shenfa token create --user lilei --name 采编系统 --expires 8760h`,
		RunE: func(c *cobra.Command, _ []string) error {
			if (user == "") == (len(accounts) == 0) {
				return usageError("请用 --user 给出用户，或用 --account 给出发布端的账号，二者择一")
			}
			if expires < 0 {
				return usageError("--expires 应是正的时长")
			}
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				in := workflow.TokenInput{Kind: models.TokenIntegration, Name: cmp.Or(name, "命令行签发")}
				if expires > 0 {
					in.ExpiresAt = time.Now().Add(expires)
				}
				if user != "" {
					u, err := userNamed(ctx, w, user)
					if err != nil {
						return err
					}
					in.Kind, in.UserID = models.TokenUser, u.ID
				}
				for _, word := range accounts {
					a, err := accountNamed(ctx, w, word)
					if err != nil {
						return err
					}
					in.AccountIDs = append(in.AccountIDs, a.ID)
				}
				created, secret, err := w.CreateToken(ctx, models.System(), in)
				if err != nil {
					return err
				}
				_, _ = fmt.Fprintf(c.ErrOrStderr(), "已签发令牌 %s（%s），请妥善保存，不再显示：\n", created.ID, created.Name)
				_, err = fmt.Fprintln(c.OutOrStdout(), secret)
				return err
			})
		},
	}
	at.flags(create)
	create.Flags().StringVar(&name, "name", "", "令牌的`用途`，列表中显示")
	create.Flags().StringVar(&user, "user", "", "用户的`登录名`")
	create.Flags().StringArrayVar(&accounts, "account", nil, "发布端可取件的`账号`，名称或编号；可重复")
	create.Flags().DurationVar(&expires, "expires", 0, "有效`时长`，如 8760h；不给则长期有效")
	return create
}

func newTokenRevokeCommand() *cobra.Command {
	var at place
	revoke := &cobra.Command{
		Use: "revoke 令牌编号", Short: "吊销令牌，立即生效", Args: exactArgs("令牌编号"),
		RunE: func(c *cobra.Command, args []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				if err := w.RevokeToken(ctx, models.System(), args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(c.OutOrStdout(), "已吊销令牌 %s\n", args[0])
				return err
			})
		},
	}
	at.flags(revoke)
	return revoke
}

func newTokenListCommand() *cobra.Command {
	var at place
	list := &cobra.Command{
		Use: "list", Short: "列出令牌（不含令牌本身）", Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				tokens, err := w.Tokens(ctx, models.System())
				if err != nil {
					return err
				}
				names, err := placeNames(ctx, w)
				if err != nil {
					return err
				}
				users, err := w.Users(ctx, models.System())
				if err != nil {
					return err
				}
				for _, u := range users {
					names[u.ID] = u.SignIn
				}
				rows := [][]string{{"编号", "用途", "属于", "状态"}}
				for _, t := range tokens {
					rows = append(rows, []string{t.ID, t.Name, ownerOf(t, names), stateOf(t, time.Now())})
				}
				printTable(c.OutOrStdout(), rows)
				return nil
			})
		},
	}
	at.flags(list)
	return list
}

func ownerOf(t models.Token, names map[string]string) string {
	if t.Kind == models.TokenUser {
		return "用户 " + cmp.Or(names[t.UserID], t.UserID)
	}
	accounts := make([]string, len(t.AccountIDs))
	for i, id := range t.AccountIDs {
		accounts[i] = cmp.Or(names[id], id)
	}
	return "发布端 " + strings.Join(accounts, "、")
}

func stateOf(t models.Token, now time.Time) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "已吊销"
	case t.ExpiresAt.IsZero():
		return "长期有效"
	case !now.Before(t.ExpiresAt):
		return "已过期"
	}
	return "有效至 " + t.ExpiresAt.Local().Format(time.DateTime)
}
