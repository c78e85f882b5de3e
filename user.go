package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/workflow"
)

func newUserCommand() *cobra.Command {
	user := &cobra.Command{Use: "user", Short: "管理用户：建立、改密码、授予角色、停用、列出"}
	user.AddCommand(newUserCreateCommand(), newUserPasswdCommand(), newUserGrantCommand(), newUserDisableCommand(), newUserListCommand())
	return user
}

func newUserCreateCommand() *cobra.Command {
	var (
		at         place
		password   passwordFlag
		name, unit string
		roles      []string
	)
	create := &cobra.Command{
		Use: "create 登录名", Short: "建立用户", Args: exactArgs("登录名"),
		Example: `  shenfa user create admin --name 王敏 --unit 云雾县融媒体中心 --role admin
  shenfa user create lilei --name 李雷 --unit 云雾县融媒体中心 --role author@云雾发布 --password-file 密码.txt`,
		RunE: func(c *cobra.Command, args []string) error {
			if name == "" || unit == "" {
				return usageError("请用 --name 给出姓名，用 --unit 给出单位")
			}
			secret, err := password.read(c)
			if err != nil {
				return err
			}
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				u, err := unitFor(ctx, w, unit)
				if err != nil {
					return err
				}
				in := workflow.UserInput{SignIn: args[0], Name: name, UnitID: u.ID, Password: secret}
				for _, word := range roles {
					role, account, _ := strings.Cut(word, "@")
					grant := workflow.GrantInput{Role: models.Role(role)}
					if account != "" {
						a, err := accountNamed(ctx, w, account)
						if err != nil {
							return err
						}
						grant.AccountID = a.ID
					}
					in.Grants = append(in.Grants, grant)
				}
				created, err := w.CreateUser(ctx, models.System(), in)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "已建立用户 %s（%s），编号 %s\n", created.SignIn, created.Name, created.ID)
				return err
			})
		},
	}
	at.flags(create)
	password.flags(create)
	create.Flags().StringVar(&name, "name", "", "`姓名`")
	create.Flags().StringVar(&unit, "unit", "", "`单位`的名称或编号；尚无任何单位时按此名称建立")
	create.Flags().StringArrayVar(&roles, "role", nil, "`角色`，或 角色@账号；可重复。不带账号的角色在全部账号上有效")
	return create
}

func newUserPasswdCommand() *cobra.Command {
	var (
		at       place
		password passwordFlag
	)
	passwd := &cobra.Command{
		Use: "passwd 登录名", Short: "重设密码", Args: exactArgs("登录名"),
		RunE: func(c *cobra.Command, args []string) error {
			secret, err := password.read(c)
			if err != nil {
				return err
			}
			return at.withUser(c, args[0], func(ctx context.Context, w *workflow.Workflow, u models.User) (string, error) {
				return "已重设密码", w.SetPassword(ctx, models.System(), u.ID, secret)
			})
		},
	}
	at.flags(passwd)
	password.flags(passwd)
	return passwd
}

func newUserGrantCommand() *cobra.Command {
	var (
		at                  place
		role, account, unit string
		remove              bool
	)
	grant := &cobra.Command{
		Use: "grant 登录名", Short: "授予或收回角色", Args: exactArgs("登录名"),
		Long: `授予或收回角色。角色可授在一个账号上（--account）、一个单位及其下属单位上（--unit），
两者都不给则在全部账号上有效。

角色：author 拟稿人、editor 编辑、account_lead 账号主要负责人、deputy_lead 分管领导、
principal_lead 主要领导、secrecy_reviewer 保密审查员、consultee 会签单位、
supervisor 主管单位、admin 系统管理员，以及审签制度另行规定的角色。`,
		Example: "  shenfa user grant lilei --role editor --account 云雾发布",
		RunE: func(c *cobra.Command, args []string) error {
			if role == "" {
				return usageError("请用 --role 给出角色")
			}
			if account != "" && unit != "" {
				return usageError("--account 与 --unit 只能用一个")
			}
			return at.withUser(c, args[0], func(ctx context.Context, w *workflow.Workflow, u models.User) (string, error) {
				in := workflow.GrantInput{Role: models.Role(role)}
				if account != "" {
					a, err := accountNamed(ctx, w, account)
					if err != nil {
						return "", err
					}
					in.AccountID = a.ID
				}
				if unit != "" {
					found, err := unitNamed(ctx, w, unit)
					if err != nil {
						return "", err
					}
					in.UnitID = found.ID
				}
				if remove {
					return "已收回角色 " + role, revokeGrant(ctx, w, u, in)
				}
				_, err := w.Grant(ctx, models.System(), u.ID, in)
				return "已授予角色 " + role, err
			})
		},
	}
	at.flags(grant)
	grant.Flags().StringVar(&role, "role", "", "`角色`")
	grant.Flags().StringVar(&account, "account", "", "`账号`的名称或编号")
	grant.Flags().StringVar(&unit, "unit", "", "`单位`的名称或编号")
	grant.Flags().BoolVar(&remove, "remove", false, "收回而不是授予")
	return grant
}

func revokeGrant(ctx context.Context, w *workflow.Workflow, u models.User, in workflow.GrantInput) error {
	grants, err := w.Grants(ctx, models.System(), u.ID)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.Role == in.Role && g.AccountID == in.AccountID && g.UnitID == in.UnitID {
			return w.RevokeGrant(ctx, models.System(), g.ID)
		}
	}
	return models.Errorf(models.CodeNotFound, "%s 在该范围内没有角色 %s。", u.SignIn, in.Role)
}

func newUserDisableCommand() *cobra.Command {
	var at place
	disable := &cobra.Command{
		Use: "disable 登录名", Short: "停用用户；其办过的事项一概保留", Args: exactArgs("登录名"),
		RunE: func(c *cobra.Command, args []string) error {
			return at.withUser(c, args[0], func(ctx context.Context, w *workflow.Workflow, u models.User) (string, error) {
				return "已停用", w.DisableUser(ctx, models.System(), u.ID)
			})
		},
	}
	at.flags(disable)
	return disable
}

func newUserListCommand() *cobra.Command {
	var at place
	list := &cobra.Command{
		Use: "list", Short: "列出用户及其角色", Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
				users, err := w.Users(ctx, models.System())
				if err != nil {
					return err
				}
				names, err := placeNames(ctx, w)
				if err != nil {
					return err
				}
				rows := [][]string{{"登录名", "姓名", "单位", "状态", "角色"}}
				for _, u := range users {
					grants, err := w.Grants(ctx, models.System(), u.ID)
					if err != nil {
						return err
					}
					var roles []string
					for _, g := range grants {
						role := string(g.Role)
						if on := cmp.Or(g.AccountID, g.UnitID); on != "" {
							role += "@" + cmp.Or(names[on], on)
						}
						roles = append(roles, role)
					}
					slices.Sort(roles)
					state := "在用"
					if !u.DisabledAt.IsZero() {
						state = "停用"
					}
					rows = append(rows, []string{u.SignIn, u.Name, cmp.Or(names[u.UnitID], u.UnitID), state, strings.Join(roles, " ")})
				}
				printTable(c.OutOrStdout(), rows)
				return nil
			})
		},
	}
	at.flags(list)
	return list
}

// withUser runs a command on one user and prints what do says was done.
func (p *place) withUser(c *cobra.Command, signIn string, do func(ctx context.Context, w *workflow.Workflow, u models.User) (string, error)) error {
	return p.withWorkflow(c, func(ctx context.Context, w *workflow.Workflow) error {
		u, err := userNamed(ctx, w, signIn)
		if err != nil {
			return err
		}
		done, err := do(ctx, w, u)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s（%s）：%s\n", u.SignIn, u.Name, done)
		return err
	})
}
