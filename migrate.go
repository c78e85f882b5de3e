package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"shenfa/models/store"
)

func newMigrateCommand() *cobra.Command {
	var at place
	migrate := &cobra.Command{Use: "migrate", Short: "升级数据库表结构，或查看其版本"}
	up := &cobra.Command{
		Use: "up", Short: "把表结构升级到本程序的版本", Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withStore(c, func(ctx context.Context, db *store.Store) error {
				before, err := pending(ctx, db)
				if err != nil {
					return err
				}
				if err := db.Migrate(ctx); err != nil {
					return err
				}
				for _, m := range before {
					_, _ = fmt.Fprintf(c.OutOrStdout(), "已升级 %d %s\n", m.Version, m.Name)
				}
				if len(before) == 0 {
					_, _ = fmt.Fprintln(c.OutOrStdout(), "表结构已是最新。")
				}
				return nil
			})
		},
	}
	status := &cobra.Command{
		Use: "status", Short: "列出各次升级；有未执行的，退出码为 1", Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			return at.withStore(c, func(ctx context.Context, db *store.Store) error {
				all, err := db.Migrations(ctx)
				if err != nil {
					return err
				}
				rows := [][]string{{"版本", "名称", "执行时间"}}
				behind := false
				for _, m := range all {
					applied := "未执行"
					if m.AppliedAt.IsZero() {
						behind = true
					} else {
						applied = m.AppliedAt.Local().Format(time.DateTime)
					}
					rows = append(rows, []string{fmt.Sprint(m.Version), m.Name, applied})
				}
				printTable(c.OutOrStdout(), rows)
				if behind {
					return &exitError{code: exitFailed}
				}
				return nil
			})
		},
	}
	for _, c := range []*cobra.Command{up, status} {
		at.flags(c)
		migrate.AddCommand(c)
	}
	return migrate
}

func pending(ctx context.Context, db *store.Store) ([]store.Migration, error) {
	all, err := db.Migrations(ctx)
	var ms []store.Migration
	for _, m := range all {
		if m.AppliedAt.IsZero() {
			ms = append(ms, m)
		}
	}
	return ms, err
}

// withStore runs a command on the bare database, whatever its version.
func (p *place) withStore(c *cobra.Command, do func(ctx context.Context, db *store.Store) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	db, err := openStore(c.Context(), settings, newLogger(settings.Log, c.ErrOrStderr()))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return do(c.Context(), db)
}
