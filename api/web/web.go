// Package web is the pages that people use in a browser: HTML rendered on the
// server, usable without script, in official Chinese.
//
// A page never changes anything on GET. Every form is a POST that names the
// digest it was made on; the caller wraps the whole handler in the session
// manager's LoadAndSave and in http.CrossOriginProtection.
package web

import (
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"shenfa/models"
	"shenfa/workflow"
)

// SessionUser is the session key of the id of the person who is signed in.
const SessionUser = "user_id"

// maxForm is the size limit of a posted form in bytes.
const maxForm = 8 << 20

// Options wires the pages.
type Options struct {
	Workflow *workflow.Workflow
	Sessions *scs.SessionManager
	Log      *slog.Logger     // nil: slog.Default()
	Now      func() time.Time // nil: time.Now
}

// site is what all pages share.
type site struct {
	workflow *workflow.Workflow
	sessions *scs.SessionManager
	log      *slog.Logger
	now      func() time.Time
	assets   assets
	pages    map[string]*template.Template

	previewer previewer
}

// Register adds the pages to a router.
func Register(r gin.IRouter, o Options) {
	s := newSite(o)

	public := r.Group("/", s.guard)
	public.GET("/static/:name", s.static)
	public.HEAD("/static/:name", s.static)
	public.GET("/sign-in", s.signInForm)
	public.POST("/sign-in", s.signIn)
	public.POST("/sign-out", s.signOut)

	own := func(h func(*visit) error) gin.HandlerFunc { return s.signedIn(h) }
	public.GET("/", own((*visit).home))
	public.GET("/inbox", own((*visit).inbox))
	public.GET("/drafts", own((*visit).drafts))
	public.POST("/drafts", own((*visit).create))
	public.GET("/drafts/new", own((*visit).newForm))
	public.GET("/drafts/:id", own((*visit).draft))
	public.GET("/drafts/:id/edit", own((*visit).editForm))
	public.POST("/drafts/:id/edit", own((*visit).revise))
	public.POST("/drafts/:id/submit", own((*visit).submit))
	public.POST("/drafts/:id/decisions", own((*visit).decide))
	public.POST("/drafts/:id/dispositions", own((*visit).dispose))
	public.POST("/drafts/:id/consultations/:unit", own((*visit).answer))
	public.POST("/drafts/:id/withdrawal", own((*visit).withdraw))
	public.POST("/drafts/:id/correction", own((*visit).correct))
	public.GET("/delegations", own((*visit).delegations))
	public.POST("/delegations", own((*visit).delegate))
	public.POST("/delegations/:id/revocation", own((*visit).revokeDelegation))
	public.GET("/work-items", own((*visit).workItems))
	public.POST("/work-items/:id", own((*visit).settle))

	public.GET("/password", own((*visit).password))
	public.POST("/password", own((*visit).changePassword))
	public.GET("/users", own((*visit).users))
	public.POST("/users", own((*visit).createUser))
	public.GET("/users/:id", own((*visit).user))
	public.POST("/users/:id/grants", own((*visit).grant))
	public.POST("/users/:id/grants/:grant/revocation", own((*visit).revokeGrant))
	public.POST("/users/:id/password", own((*visit).setPassword))
	public.POST("/users/:id/disable", own((*visit).disableUser))
	public.GET("/lexicon", own((*visit).lexicon))
	public.POST("/lexicon", own((*visit).importEdition))
	public.POST("/lexicon/:id/install", own((*visit).installEdition))
	public.GET("/lexicon/:id/files", own((*visit).editionFiles))
	public.POST("/rescans", own((*visit).startRescan))
	public.GET("/webhooks", own((*visit).webhooks))
	public.POST("/webhooks", own((*visit).createWebhook))
	public.GET("/webhooks/:id", own((*visit).webhook))
	public.POST("/webhooks/:id/disable", own((*visit).disableWebhook))
	public.POST("/webhooks/:id/enable", own((*visit).enableWebhook))

	public.GET("/drafts/:id/revisions", own((*visit).revisions))
	public.GET("/drafts/:id/timeline", own((*visit).timeline))
}

// NotFound answers any other path with a page; for gin's NoRoute.
func NotFound(o Options) gin.HandlerFunc {
	s := newSite(o)
	return func(c *gin.Context) {
		s.guard(c)
		s.fail(c, models.Errorf(models.CodeNotFound, "没有这个页面。"))
	}
}

func newSite(o Options) *site {
	s := &site{workflow: o.Workflow, sessions: o.Sessions, log: o.Log, now: o.Now, assets: loadAssets(), previewer: newPreviewer()}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.pages = s.parse()
	return s
}

// policy keeps everything but the page's own files out of the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard sets the headers of every page and bounds what may be posted.
func (s *site) guard(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if c.Request.Body != nil {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	}
}
