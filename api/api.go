// Package api is the HTTP interface: the operations under /api/v1, what
// belongs to the operation of a server (health, metrics, documents), and the
// one chain of middleware around them and the pages.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"shenfa/models/store"
	"shenfa/workflow"
)

// Options wires an API.
type Options struct {
	Workflow *workflow.Workflow
	Store    *store.Store // for /readyz and the sessions
	Engine   Readiness    // for /readyz
	Log      *slog.Logger // nil: slog.Default()
	Version  string       // of the program; stands in the OpenAPI document

	MaxBody         int64         // bytes of a request body; 0: 4 MiB
	RequestTimeout  time.Duration // 0: 15 s
	SessionIdle     time.Duration // a session ends unused after; 0: 2 h
	SessionLifetime time.Duration // a session ends after; 0: 12 h
	SecureCookies   bool          // the site is reached by HTTPS only
	TrustedProxies  []string      // addresses or CIDR ranges whose X-Forwarded-For counts; none: nobody's

	FailureEvery time.Duration // one more try with wrong credentials each; 0: 2 s
	FailureBurst int           // tries before that; 0: 30

	Metrics *prometheus.Registry // nil: one of its own
}

// Readiness is what /readyz asks of the screening engine.
type Readiness interface {
	Ready() <-chan struct{}
	Err() error
	Edition() string
}

// withDefaults fills what is left zero.
func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Metrics == nil {
		o.Metrics = prometheus.NewRegistry()
	}
	orTime := func(value *time.Duration, otherwise time.Duration) {
		if *value == 0 {
			*value = otherwise
		}
	}
	orTime(&o.RequestTimeout, 15*time.Second)
	orTime(&o.SessionIdle, 2*time.Hour)
	orTime(&o.SessionLifetime, 12*time.Hour)
	orTime(&o.FailureEvery, 2*time.Second)
	if o.MaxBody == 0 {
		o.MaxBody = 4 << 20
	}
	if o.FailureBurst == 0 {
		o.FailureBurst = 30
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// API serves HTTP. Make one with New.
type API struct {
	options  Options
	handler  http.Handler
	sessions *scs.SessionManager
	failures *failures
	metrics  *metrics

	huma            huma.API
	check           *checker
	gates           gates
	problemResponse *huma.Response
	longPolls       []string // gin paths of the operations that wait for news
	documents       documents

	draining context.Context // ends when the server shuts down
	drain    context.CancelFunc
}

// New makes the handler of the whole site. An error means that the options make no sense.
func New(o Options) (*API, error) {
	a := &API{options: o.withDefaults(), gates: newGates()}
	a.draining, a.drain = context.WithCancel(context.Background())
	a.failures = newFailures(a.options.FailureEvery, a.options.FailureBurst)
	a.metrics = newMetrics(a.options.Metrics)
	a.sessions = a.newSessions()

	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	if err := engine.SetTrustedProxies(a.options.TrustedProxies); err != nil {
		return nil, err
	}
	a.handler = a.chain(engine)
	if err := a.routes(engine); err != nil {
		return nil, err
	}
	return a, nil
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Sessions is the session manager that the pages share.
func (a *API) Sessions() *scs.SessionManager { return a.sessions }

// Drain ends the requests that wait for news, so that a shutdown does not
// wait for them; for http.Server.RegisterOnShutdown.
func (a *API) Drain() { a.drain() }

// newSessions makes the session manager on the store's table.
func (a *API) newSessions() *scs.SessionManager {
	s := scs.New()
	s.Store = a.options.Store.Sessions()
	s.IdleTimeout, s.Lifetime = a.options.SessionIdle, a.options.SessionLifetime
	s.HashTokenInStore = true
	s.Cookie.Name = "shenfa_session"
	s.Cookie.HttpOnly = true
	s.Cookie.SameSite = http.SameSiteLaxMode
	s.Cookie.Secure = a.options.SecureCookies
	s.Cookie.Persist = false
	s.ErrorFunc = fail
	return s
}
