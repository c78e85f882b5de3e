package api

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"golang.org/x/time/rate"

	"shenfa/models"
)

// sessionUser is the key under which a session holds the id of its user.
const sessionUser = "user_id"

// authenticate finds out who calls, and turns away whom the route's gate does
// not let in.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	gate := ctx.Operation().Metadata["gate"].(gate)
	if gate.open == nil {
		next(ctx)
		return
	}
	c := humagin.Unwrap(ctx)
	actor, err := a.actorOf(ctx.Context(), c.Request)
	if models.CodeOf(err) == models.CodeUnauthenticated && c.GetHeader("Authorization") != "" {
		err = a.failures.slow(c.ClientIP(), err)
	}
	if err == nil && !gate.open(actor) {
		err = models.Errorf(models.CodeForbidden, "此操作仅限%s。", gate.label)
	}
	if err != nil {
		fail(c.Writer, c.Request, err)
		return
	}
	callOf(ctx.Context()).actor = actor
	next(ctx)
}

// actorOf reads the credentials of a request: a bearer token, else the session.
func (a *API) actorOf(ctx context.Context, r *http.Request) (models.Actor, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if secret = strings.TrimSpace(secret); !strings.EqualFold(scheme, "Bearer") || secret == "" {
			return models.Actor{}, models.Errorf(models.CodeUnauthenticated, "Authorization 应为 Bearer 加访问令牌。")
		}
		return a.options.Workflow.ActorOfToken(ctx, secret)
	}
	if user := a.sessions.GetString(r.Context(), sessionUser); user != "" {
		return a.options.Workflow.ActorOfUser(ctx, user)
	}
	return models.Actor{}, models.Errorf(models.CodeUnauthenticated, "请登录，或在 Authorization 中提供访问令牌。")
}

// failures slows down whoever keeps coming with wrong credentials. Right ones
// always pass, so that one broken client does not lock out an office that
// shares its address.
type failures struct {
	every time.Duration // one try more each
	burst int

	mu    sync.Mutex
	from  map[string]*rate.Limiter
	swept time.Time
}

func newFailures(every time.Duration, burst int) *failures {
	return &failures{every: every, burst: burst, from: map[string]*rate.Limiter{}}
}

// slow is err, or CodeRateLimited when the address has used up its tries.
func (f *failures) slow(address string, err error) error {
	if f.allow(address, time.Now()) {
		return err
	}
	return models.Errorf(models.CodeRateLimited, "凭证连续多次无效，请稍后再试。").Because(err)
}

func (f *failures) allow(address string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.swept) > time.Minute {
		for from, limiter := range f.from {
			if limiter.TokensAt(now) >= float64(f.burst) {
				delete(f.from, from)
			}
		}
		f.swept = now
	}
	limiter, ok := f.from[address]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(f.every), f.burst)
		f.from[address] = limiter
	}
	return limiter.AllowN(now, 1)
}
