package screening

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"shenfa/models"
)

// engine is one with the shipped rules that all tests read; those that install
// editions make a freshEngine.
func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := sharedEngine()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var sharedEngine = sync.OnceValues(newEngine)

func freshEngine(t testing.TB) *Engine {
	t.Helper()
	e, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func newEngine() (*Engine, error) {
	e, err := New(Options{})
	if err != nil {
		return nil, err
	}
	<-e.Ready()
	return e, e.Err()
}

func TestShippedExamples(t *testing.T) {
	if err := engine(t).CheckExamples(); err != nil {
		t.Error(err)
	}
}

// sample is a whole draft with what its screening must and must not say.
type sample struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Body     string         `json:"body"`
	Format   models.Format  `json:"format"`
	Kind     models.Kind    `json:"kind"`
	Source   *models.Source `json:"source"`
	Expected struct {
		Outcome    models.Outcome `json:"outcome"`
		Tier       models.Tier    `json:"tier"`
		MustHit    []expected     `json:"must_hit"`
		MustNotHit []string       `json:"must_not_hit"`
	} `json:"expected"`
}

type expected struct{ Category, Text string }

func TestDrafts(t *testing.T) {
	data, err := os.ReadFile("../testdata/drafts.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	if err := json.Unmarshal(data, &samples); err != nil {
		t.Fatal(err)
	}
	e := engine(t)
	for _, s := range samples {
		t.Run(s.ID, func(t *testing.T) {
			report, err := e.Screen(t.Context(), Text{Title: s.Title, Body: s.Body, Format: s.Format, Kind: s.Kind, Source: s.Source})
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range report.Hits {
				t.Logf("%s %s %s[%d:%d] %q", h.Severity, h.Category, h.Field, h.Start, h.End, h.Text)
			}
			if report.Outcome != s.Expected.Outcome && !(s.Expected.Outcome == "passes" && report.Outcome != models.OutcomeBlocked && report.Outcome != models.OutcomeLocked) {
				t.Errorf("outcome %s, want %s", report.Outcome, s.Expected.Outcome)
			}
			if report.Tier != s.Expected.Tier {
				t.Errorf("tier %s, want %s", report.Tier, s.Expected.Tier)
			}
			for _, want := range s.Expected.MustHit {
				if !slices.ContainsFunc(report.Hits, func(h models.Hit) bool {
					return h.Category == want.Category && h.Text == want.Text && slice(s, h) == h.Text
				}) {
					t.Errorf("no hit of %s at %q", want.Category, want.Text)
				}
			}
			for _, not := range s.Expected.MustNotHit {
				for _, h := range report.Hits {
					if h.Severity != models.SeverityInfo && (strings.Contains(h.Text, not) || strings.Contains(not, h.Text)) {
						t.Errorf("%s hits %q", h.Category, h.Text)
					}
				}
			}
		})
	}
}

func slice(s sample, h models.Hit) string {
	source := map[string]string{models.FieldTitle: s.Title, models.FieldBody: s.Body}
	if s.Source != nil {
		source[models.FieldSourceUnit] = s.Source.Unit
		source[models.FieldSourceURL] = s.Source.URL
		source[models.FieldSourceOriginalTitle] = s.Source.OriginalTitle
	}
	return string([]rune(source[h.Field])[h.Start:h.End])
}
