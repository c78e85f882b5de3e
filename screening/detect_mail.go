package screening

import (
	"regexp"
	"strings"
)

// mail finds e-mail addresses that are not those of an organ: *.gov.cn, and
// the addresses of schools and public bodies.
type mail struct{}

var (
	mailAddress = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9._%+\-]*@[A-Za-z0-9][A-Za-z0-9\-]*(?:\.[A-Za-z0-9\-]+)+`)
	mailOffice  = []string{".gov.cn", ".edu.cn", ".org.cn", ".ac.cn", ".mil.cn", ".gov", ".edu"}
)

func (mail) anchors() []string { return []string{"com", "cn", "net", "org"} }

func (mail) detect(d *draft, found []anchor) {
	part, done := -1, 0
	for _, a := range found {
		if a.part != part {
			part, done = a.part, 0
		}
		text := d.parts[a.part].text
		if a.start < done || !strings.ContainsAny(text[max(0, a.start-80):a.start], "@＠") {
			continue
		}
		w := d.clause(a.part, a.start, a.end)
		for _, m := range mailAddress.FindAllStringIndex(w.text, -1) {
			address := strings.TrimRight(w.text[m[0]:m[1]], ".-")
			if !hasAnySuffix(strings.ToLower(address), mailOffice) {
				start, end := w.origin(m[0], m[0]+len(address))
				d.report("pii.email", a.part, start, end, note{})
			}
		}
		_, done = w.origin(0, len(w.text))
	}
}

func hasAnySuffix(s string, list []string) bool {
	for _, suffix := range list {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return false
}
