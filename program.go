package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"shenfa/api"
	"shenfa/config"
	"shenfa/models/store"
	"shenfa/screening"
	"shenfa/workflow"
	"shenfa/workflow/webhook"
)

// program is the whole service put together, as serve and demo run it.
type program struct {
	settings config.Config
	log      *slog.Logger
	store    *store.Store
	engine   *screening.Engine
	workflow *workflow.Workflow
	api      *api.API
}

// newProgram opens and wires everything, in this order: database, rules,
// profiles, workflow, HTTP. The screening engine goes on loading its
// dictionary in the background.
func newProgram(ctx context.Context, settings config.Config, log *slog.Logger) (*program, error) {
	p := &program{settings: settings, log: log}
	var err error
	// The rules come first: their dictionary loads while the database is opened.
	if p.engine, err = screening.New(screening.Options{RulesDir: settings.Screening.RulesDir}); err != nil {
		return nil, err
	}
	if p.store, err = openStore(ctx, settings, log); err != nil {
		return nil, err
	}
	if err := p.wire(ctx); err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	return p, nil
}

func (p *program) wire(ctx context.Context) error {
	if p.settings.Database.MigrateOnStart {
		if err := p.store.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := p.store.Ping(ctx); err != nil {
		return err
	}
	profiles, err := workflow.LoadProfiles(p.settings.Workflow.ProfilesDir)
	if err != nil {
		return err
	}
	guard, err := webhook.NewGuard(p.settings.Webhooks.Allow)
	if err != nil {
		return err
	}
	clean, err := officialSample()
	if err != nil {
		return err
	}
	if p.workflow, err = workflow.New(workflow.Options{Store: p.store, Engine: p.engine, Clean: clean, Profiles: profiles, Guard: guard, Algorithm: p.settings.Workflow.CertificateAlgorithm, Log: p.log}); err != nil {
		return err
	}
	s := p.settings.Server
	p.api, err = api.New(api.Options{
		Workflow: p.workflow, Store: p.store, Engine: p.engine, Log: p.log, Version: versionText(),
		MaxBody: int64(s.MaxBody), RequestTimeout: s.RequestTimeout,
		SessionIdle: s.SessionIdle, SessionLifetime: s.SessionLifetime,
		SecureCookies: secureCookies(s), TrustedProxies: s.TrustedProxies,
	})
	return err
}

// ready waits until the screening engine can work: the last part to be ready.
func (p *program) ready(ctx context.Context) error {
	select {
	case <-p.engine.Ready():
		return p.engine.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve answers requests on l and does the jobs until ctx ends, then finishes
// what is in flight, for as long as the settings allow.
func (p *program) serve(ctx context.Context, l net.Listener) error {
	working, stop := context.WithCancel(ctx)
	idle := make(chan struct{})
	go func() { p.work(working); close(idle) }()
	defer func() { stop(); <-idle }()

	s := p.settings.Server
	server := &http.Server{
		Handler:           p.api,
		ReadHeaderTimeout: s.ReadTimeout,
		ReadTimeout:       s.ReadTimeout,
		WriteTimeout:      s.WriteTimeout,
		IdleTimeout:       s.IdleTimeout,
		ErrorLog:          slog.NewLogLogger(p.log.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(p.api.Drain)
	ended := make(chan error, 1)
	go func() {
		if s.TLSCert != "" {
			ended <- server.ServeTLS(l, s.TLSCert, s.TLSKey)
			return
		}
		ended <- server.Serve(l)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	p.log.Info("stopping: finishing the requests in flight", "at_most", s.ShutdownTimeout)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("有请求在 %s 内未能完成，已中断：%w", s.ShutdownTimeout, err), server.Close())
	}
	return nil
}

func (p *program) close() error { return p.store.Close() }

// listen opens the address of the settings.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("无法监听 %s，该端口可能已被占用，可用 --addr 另选：%w", addr, err)
	}
	return l, nil
}

// urlOf is the address at which a browser on this machine reaches the listener.
func urlOf(l net.Listener, s config.Server) string {
	if s.BaseURL != "" {
		return strings.TrimSuffix(s.BaseURL, "/")
	}
	s.Addr = l.Addr().String()
	return localURL(s)
}

func secureCookies(s config.Server) bool {
	switch s.SecureCookies {
	case "on":
		return true
	case "off":
		return false
	}
	return s.TLSCert != "" || strings.HasPrefix(s.BaseURL, "https:")
}

// since is a duration for people.
func since(start time.Time) string { return time.Since(start).Round(10 * time.Millisecond).String() }
