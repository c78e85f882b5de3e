package screening

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"shenfa/screening/match"
)

func TestZZWhy(t *testing.T) {
	e := engine(t)
	s := newSlips(e.Rules())
	if err := s.ready(e.segments.dictionary); err != nil {
		t.Fatal(err)
	}
	file, _ := os.Open(os.Getenv("WHY"))
	var r match.Reading
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c struct {
			ID, Body, Note string
			MustHit        []struct{ Category, Text string } `json:"must_hit"`
		}
		json.Unmarshal(lines.Bytes(), &c)
		for _, h := range c.MustHit {
			if !strings.Contains(h.Category, "typo") || !strings.Contains(c.Body, h.Text) {
				continue
			}
			at := strings.Index(c.Body, h.Text)
			rep, _ := e.Screen(t.Context(), Text{Body: c.Body})
			hit := false
			start := len([]rune(c.Body[:at]))
			end := start + len([]rune(h.Text))
			for _, x := range rep.Hits {
				hit = hit || x.Category == "typo" && x.Start < end && x.End > start
			}
			if hit {
				continue
			}
			fmt.Printf("%s %s | %s\n", c.ID, h.Text, c.Note)
			e.fold.Read(&r, c.Body)
			lo, hi := r.Index(at), r.Index(at+len(h.Text))
			s.eachSuspect(r.Runes, func(i int, of suspicion) {
				if i < lo-1 || i >= hi {
					return
				}
				var desk slipDesk
				b, begin, ok := s.weigh(&desk, &r, i, of)
				fmt.Printf("   suspect %s of %d: %d changes", string(utf(r.Runes[i:i+2])), of, len(desk.changes))
				if ok {
					fmt.Printf(" best %s at %d kind %d sum %.1f signs %v", string(utf(b.word)), begin, b.kind, b.sum(), b.signs)
				}
				fmt.Println()
			})
			for i := max(0, lo-1); i < min(hi, len(r.Runes)-1); i++ {
				a, b := r.Runes[i], r.Runes[i+1]
				fmt.Printf("   %s joined %d heard %d meant %v dear %v %v loose %v %v costs %.0f %.0f\n", string(utf([]uint16{a, b})), s.joined.has(a, b), s.isHeard.has(a, b), s.mayBeMeant(a, b), s.dear[a], s.dear[b], s.isLoose(r.Runes, i), s.isLoose(r.Runes, i+1), s.costs[a], s.costs[b])
			}
		}
	}
}
