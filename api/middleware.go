package api

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"shenfa/models"
)

// chain is the order of all middleware. For operations, huma goes on with
// authenticate and readRequest.
func (a *API) chain(engine *gin.Engine) http.Handler {
	engine.Use(
		a.observe,            // access log and metrics: sees everything below, with the route
		recoverPanics,        // a panic is a problem with an error id, not a lost connection
		a.secure,             // headers that hold for every answer
		ownOriginOnly(),      // writes with a cookie come from our own pages
		a.limitTime,          // but for those who wait for news
		a.drainRefused,       // so that who sends too much gets to read why
		newCompressor().gzip, // JSON, where the caller accepts it
	)
	return identify(a.session(engine))
}

// identify gives each request an id, the caller's if it is a harmless word.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if len(id) == 0 || len(id) > 64 || strings.ContainsFunc(id, outsideWord) {
			id = uuid.Must(uuid.NewV7()).String()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(withCall(r.Context(), &call{id: id})))
	})
}

func outsideWord(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}

// withToken says whether a request comes with a token in place of a session:
// only calls of the API do, for pages know nothing but sessions.
func withToken(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" && strings.HasPrefix(r.URL.Path, "/api/")
}

// session loads the session of a request; a call with a token has none.
func (a *API) session(next http.Handler) http.Handler {
	with := a.sessions.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if withToken(r) {
			next.ServeHTTP(w, r)
			return
		}
		with.ServeHTTP(w, r)
	})
}

// observe writes one line for each request: no bodies, no titles, no query.
func (a *API) observe(c *gin.Context) {
	start := time.Now()
	c.Next()
	route, status, took := c.FullPath(), c.Writer.Status(), time.Since(start)
	if route == "" {
		route = "none"
	}
	a.metrics.request(c.Request.Method, route, status, took)
	call := callOf(c.Request.Context())
	attrs := []slog.Attr{slog.String("method", c.Request.Method), slog.String("route", route), slog.Int("status", status),
		slog.Int64("duration_us", took.Microseconds()), slog.String("request_id", call.id)}
	if person := a.personOf(c.Request); person != "" {
		attrs = append(attrs, slog.String("actor", person))
	}
	level := slog.LevelInfo
	if p := call.problem; p != nil {
		attrs = append(attrs, slog.String("code", string(p.Code)), slog.String("error_id", p.ErrorID))
		if p.cause != nil && p.Status >= http.StatusInternalServerError {
			attrs = append(attrs, slog.String("cause", p.cause.Error()))
			level = slog.LevelError
		}
	}
	a.options.Log.LogAttrs(c.Request.Context(), level, "request", attrs...)
}

// personOf is who calls: the actor of an operation, or the user of a page's session.
func (a *API) personOf(r *http.Request) string {
	if id := callOf(r.Context()).actor.ID; id != "" || withToken(r) {
		return id
	}
	return a.sessions.GetString(r.Context(), sessionUser)
}

// recoverPanics turns a panic into a 500. Without an answer begun the caller
// gets a problem; the stack goes to the log.
func recoverPanics(c *gin.Context) {
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		if fault == http.ErrAbortHandler {
			panic(fault)
		}
		err := &panicked{fault, debug.Stack()}
		c.Abort()
		if c.Writer.Written() {
			callOf(c.Request.Context()).problem = problem(err)
			return
		}
		fail(c.Writer, c.Request, err)
	}()
	c.Next()
}

// secure sets the headers of every answer. Pages loosen the content policy for
// their own files.
func (a *API) secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	if a.options.SecureCookies {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// ownOriginOnly refuses writes that a browser sends for another site. Tokens
// are not sent by browsers of their own accord: they need no such care.
func ownOriginOnly() gin.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c *gin.Context) {
		if withToken(c.Request) {
			return
		}
		if err := protection.Check(c.Request); err != nil {
			c.Abort()
			fail(c.Writer, c.Request, models.Errorf(models.CodeForbidden, "拒绝来自其他网站的请求。").Because(err))
		}
	}
}

// limitTime ends a request that takes too long. One that waits for news gets
// the time to wait on top, whatever the server's deadlines for others are.
func (a *API) limitTime(c *gin.Context) {
	if slices.Contains(a.longPolls, c.FullPath()) {
		control := http.NewResponseController(c.Writer)
		_ = control.SetWriteDeadline(time.Now().Add(maxWait + a.options.RequestTimeout))
		_ = control.SetReadDeadline(time.Time{}) // it would end the request's context
		defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
		c.Next()
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), a.options.RequestTimeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// panicked is a panic as an error.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string {
	return "panic: " + strings.TrimSpace(describePanic(p.value)) + "\n" + string(p.stack)
}

func describePanic(v any) string {
	if err, ok := v.(error); ok {
		return err.Error()
	}
	if text, ok := v.(string); ok {
		return text
	}
	return "not an error"
}
