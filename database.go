package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"shenfa/config"
	"shenfa/models/store"
	"shenfa/screening"
	"shenfa/workflow"
)

// databaseFile is the database in a demo's folder.
const databaseFile = "shenfa.db"

// place is where a command finds its database: --config FILE or --data DIR.
type place struct{ config, data string }

func (p *place) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.config, "config", "", "配置`文件`（默认为当前目录的 shenfa.toml，如果有）")
	c.Flags().StringVar(&p.data, "data", "", "演示环境的`目录`（shenfa demo --data 所用）")
}

// settings loads what the place says.
func (p *place) settings() (config.Config, error) {
	if p.data == "" {
		return loadConfig(p.config)
	}
	if p.config != "" {
		return config.Config{}, usageError("--config 与 --data 只能用一个")
	}
	file := filepath.Join(p.data, databaseFile)
	if _, err := os.Stat(file); err != nil {
		return config.Config{}, usageError("%s 不是演示环境的目录：其中没有 %s", p.data, databaseFile)
	}
	return demoConfig(p.data)
}

// loadConfig reads the settings at path; with path "", shenfa.toml if there is one.
func loadConfig(path string) (config.Config, error) {
	const usual = "shenfa.toml"
	if path == "" {
		if _, err := os.Stat(usual); err == nil {
			path = usual
		}
	}
	c, err := config.Load(path, os.Environ())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, usageError("没有配置文件 %s", path)
	case err != nil:
		return c, usageError("配置有误：\n%w", err)
	}
	return c, nil
}

func openStore(ctx context.Context, c config.Config, log *slog.Logger) (*store.Store, error) {
	return store.Open(ctx, store.Options{DSN: c.Database.DSN, MaxConns: c.Database.MaxConns, Log: log})
}

// withWorkflow runs a command of the administration: on a database that is up
// to date, without the screening engine.
func (p *place) withWorkflow(c *cobra.Command, do func(ctx context.Context, w *workflow.Workflow) error) error {
	return p.withEngine(c, nil, do)
}

// withEngine is withWorkflow for a command that screens.
func (p *place) withEngine(c *cobra.Command, engine *screening.Engine, do func(ctx context.Context, w *workflow.Workflow) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	ctx, log := c.Context(), newLogger(settings.Log, c.ErrOrStderr())
	db, err := openStore(ctx, settings, log)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // every write has been answered by then
	if err := db.Ping(ctx); err != nil {
		return err
	}
	profiles, err := workflow.LoadProfiles(settings.Workflow.ProfilesDir)
	if err != nil {
		return err
	}
	clean, err := officialSample()
	if err != nil {
		return err
	}
	w, err := workflow.New(workflow.Options{Store: db, Engine: engine, Clean: clean, Profiles: profiles, Algorithm: settings.Workflow.CertificateAlgorithm, Log: log})
	if err != nil {
		return err
	}
	return do(ctx, w)
}
