// Package papers makes what leaves the system on paper or as a file: the
// approval form (审签单) and the whole file of a post (案卷).
package papers

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

//go:embed templates
var files embed.FS

// page is what every template gets.
type page struct {
	workflow.Dossier
	Style   template.CSS
	Printed time.Time
	Report  *models.Report
	Files   []File // of an export: what lies beside the index
}

// style is the style sheet of every paper; it stands in the page, so that the
// page is one file.
func style() (string, error) {
	raw, err := files.ReadFile("templates/paper.css")
	return string(raw), err
}

// Policy is the Content-Security-Policy under which a browser shows the pages:
// their own style, no script, nothing loaded.
func Policy() string {
	css, err := style()
	if err != nil {
		return "default-src 'none'; frame-ancestors 'none'"
	}
	sum := sha256.Sum256([]byte(css))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'"
}

// Form writes the approval form of a draft, made for A4 print.
func Form(w io.Writer, d workflow.Dossier, printed time.Time) error {
	return write(w, "form.html", page{Dossier: d, Printed: printed})
}

func write(w io.Writer, name string, p page) error {
	t, err := template.New(name).Funcs(functions(p)).ParseFS(files, "templates/"+name)
	if err != nil {
		return err
	}
	css, err := style()
	if err != nil {
		return err
	}
	p.Style = template.CSS(css)
	if n := len(p.Reports); n > 0 {
		p.Report = &p.Reports[n-1].Report
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return err
	}
	_, err = out.WriteTo(w)
	return err
}

// china is the one time zone of papers.
var china = time.FixedZone("中国标准时间", 8*60*60)

func functions(p page) template.FuncMap {
	return template.FuncMap{
		"when": func(t time.Time) string {
			if t.IsZero() {
				return "—"
			}
			return t.In(china).Format("2006年1月2日 15:04:05")
		},
		"name":  func(id string) string { return or(p.Names, id) },
		"role":  func(r models.Role) string { return or(p.Roles, r) },
		"step":  func(id string) string { return or(p.Steps, id) },
		"state": func(s models.State) string { return or(p.States, s) },
		"label": func(kind string, word any) string { return label(kind, word) },
		"join":  func(list []string) string { return strings.Join(list, "、") },
		"qr":    qrCode,
		"notBefore": func() *time.Time {
			if len(p.Revisions) == 0 {
				return nil
			}
			return p.Revisions[len(p.Revisions)-1].Content.NotBefore
		},
		"inc":  func(i int) int { return i + 1 },
		"open": p.open,
		"hit":  func(id string) *models.Hit { return hitOf(p.Reports, id) },
	}
}

// open says why a disposition is not confirmed.
func (p page) open(x models.Disposition) string {
	switch {
	case x.Digest != p.Draft.Digest:
		return "内容已变更，不再适用"
	case slices.ContainsFunc(p.Dispositions, func(later models.Disposition) bool {
		return later.HitID == x.HitID && later.Digest == x.Digest && later.At.After(x.At)
	}):
		return "已由后一处置取代"
	}
	return "未确认"
}

func or[K ~string](names map[K]string, key K) string {
	if name, ok := names[key]; ok {
		return name
	}
	return string(key)
}

// hitOf finds a hit in the reports, the latest first; nil if it is in none.
func hitOf(reports []models.StoredReport, id string) *models.Hit {
	for i := len(reports) - 1; i >= 0; i-- {
		for _, h := range reports[i].Report.Hits {
			if h.ID == id {
				return &h
			}
		}
	}
	return nil
}
