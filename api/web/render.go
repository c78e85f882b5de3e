package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"shenfa/models"
)

//go:embed templates
var templateFiles embed.FS

// frame is what the layout shows around a page.
type frame struct {
	Title   string // of the browser's tab, before the product's name
	Section string // the entry of the main navigation that is current
	Actor   *models.Actor
	Author  bool   // the actor may write drafts
	Deputes bool   // the actor has to do with delegations
	Tabs    []tab  // the pages of the administration that are open to the actor; shown on these pages
	Manages string // the first of them; "" where there is none
	Good    string
	Bad     string
	Page    any // what the page's own template shows
}

// parse reads layout and parts once and each page over them. A mistake in a
// template is a mistake of the program: it stops the start.
func (s *site) parse() map[string]*template.Template {
	base := template.Must(template.New("").Funcs(s.funcs()).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts/*.html"))
	files, err := fs.Glob(templateFiles, "templates/pages/*.html")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	pages := map[string]*template.Template{}
	for _, file := range files {
		page := template.Must(template.Must(base.Clone()).ParseFS(templateFiles, file))
		pages[strings.TrimSuffix(path.Base(file), ".html")] = page
	}
	return pages
}

func (s *site) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":       func(name string) string { return s.assets.url[name] },
		"state":       s.stateLabel,
		"stateTone":   stateTone,
		"action":      actionLabel,
		"category":    categoryLabel,
		"family":      familyLabel,
		"severity":    severityLabel,
		"format":      formatLabel,
		"kind":        kindLabel,
		"basis":       basisLabel,
		"disposition": dispositionLabel,
		"receipt":     receiptLabel,
		"opinion":     opinionLabel,
		"opinionTone": opinionTone,
		"reason":      reasonLabel,
		"when":        when,
		"iso":         iso,
		"short":       shortDigest,
		"join":        strings.Join,
		"once":        uuid.NewString, // of a form: sent twice, it does nothing twice
		"inc":         func(n int) int { return n + 1 },
		"pair":        func(a, b any) [2]any { return [2]any{a, b} },
	}
}

// render writes a page as a whole or, if its template fails, an error page.
func (s *site) render(c *gin.Context, status int, name string, f frame) {
	var out bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&out, "layout", f); err != nil {
		s.log.ErrorContext(c.Request.Context(), "page not rendered", "page", name, "error", err)
		c.String(http.StatusInternalServerError, "页面暂时无法显示，请稍后再试。")
		return
	}
	c.Data(status, "text/html; charset=utf-8", out.Bytes())
}

// show renders a page of the person who visits, with what the last form left to say.
func (v *visit) show(status int, name, section, title string, page any) error {
	ctx := v.Request.Context()
	tabs, manages := v.tabs(section), ""
	if len(tabs) > 0 {
		manages = tabs[0].Path
	}
	if !slices.ContainsFunc(tabs, func(t tab) bool { return t.Here }) {
		tabs = nil
	}
	v.site.render(v.Context, status, name, frame{
		Title: title, Section: section, Page: page, Tabs: tabs, Manages: manages,
		Actor:  &v.actor,
		Author: len(v.authorAccounts()) > 0, Deputes: v.deputes(),
		Good: v.site.sessions.PopString(ctx, flashGood),
		Bad:  v.site.sessions.PopString(ctx, flashBad),
	})
	return nil
}

// tab is one of several pages that belong together.
type tab struct {
	Path, Label string
	Here        bool
}
