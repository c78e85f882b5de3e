package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"shenfa/models"
)

func newServeCommand() *cobra.Command {
	var (
		at      place
		addr    string
		migrate bool
	)
	serve := &cobra.Command{
		Use: "serve", Short: "按配置文件启动服务", Args: exactArgs(),
		Long: `按配置文件启动服务。

收到 SIGTERM 或 SIGINT 后不再接受新请求，办完手头的请求再退出。
数据库表结构默认在启动时自动升级；配置 database.migrate_on_start = false 后，
表结构未升级则拒绝启动，可先执行 shenfa migrate up，或加 --migrate 启动。`,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			start, ctx := time.Now(), c.Context()
			settings, err := at.settings()
			if err != nil {
				return err
			}
			if addr != "" {
				settings.Server.Addr = addr
			}
			settings.Database.MigrateOnStart = settings.Database.MigrateOnStart || migrate
			log := newLogger(settings.Log, c.ErrOrStderr())
			l, err := listen(settings.Server.Addr)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }() // serve has closed it, unless it was never reached
			p, err := newProgram(ctx, settings, log)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, p.close()) }()
			log.Info("listening", "url", urlOf(l, settings.Server), "version", versionText(), "database", p.store.Dialect())
			users, err := p.workflow.Users(ctx, models.System())
			if err != nil {
				return err
			}
			if len(users) == 0 {
				log.Warn("尚无用户，请先建立管理员：shenfa user create 登录名 --name 姓名 --unit 单位名称 --role admin")
			}
			go func() {
				if err := p.ready(ctx); err == nil {
					log.Info("ready", "took", since(start), "edition", p.engine.Edition())
				} else if ctx.Err() == nil {
					log.Error("the screening engine cannot work", "error", err)
				}
			}()
			return p.serve(ctx, l)
		},
	}
	at.flags(serve)
	serve.Flags().StringVar(&addr, "addr", "", "监听`地址`，代替配置中的 server.addr")
	serve.Flags().BoolVar(&migrate, "migrate", false, "启动时升级数据库表结构")
	return serve
}
