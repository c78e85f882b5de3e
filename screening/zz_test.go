package screening

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"shenfa/screening/match"
)

func TestMissed(t *testing.T) {
	e := engine(t)
	var learn []string
	for i, text := range cleanTexts(t) {
		if i%2 == 0 {
			learn = append(learn, text)
		}
	}
	f := readOpenGram(t, e.segments.dictionary, "/tmp/lm")
	f.count(t, e.fold, learn)
	f.collocate(t)
	usageFile, _, _ = f.pack()
	s := newSlips(e.Rules())
	if err := s.ready(e.segments.dictionary); err != nil {
		t.Fatal(err)
	}
	var r match.Reading
	var around stretch
	for _, c := range typoCases(t) {
		e.fold.Read(&r, c[0])
		best, why := -99.0, "no suspect"
		s.eachSuspect(r.Runes, func(i int, of suspicion) {
			ch, begin, ok := s.weigh(&around, &r, i, of)
			hi := min(len(r.Runes), begin+ch.place+ch.size)
			at := begin + ch.place
			if !ok {
				if strings.Contains(c[1], string(utf(r.Runes[i:i+2]))) && best == -99 {
					why = "suspect, no gain"
				}
				return
			}
			if strings.Contains(c[1], string(utf(r.Runes[at:hi]))) {
				if x := ch.sum(); x > best {
					best, why = x, fmt.Sprint(string(utf(r.Runes[i:i+2])), "→", string(utf(ch.runes[:ch.size])), " gain ", ch.signs[byGain], " own ", ch.signs[byOwn], " met ", ch.signs[byMet], " sound ", ch.signs[bySound], " rest ", ch.signs[byRest])
				}
			}
		})
		if best < 0 {
			i := strings.Index(c[0], c[1])
			fmt.Fprintf(os.Stdout, "MISS %.1f 【%s】 %s | %s\n", best, c[1], why, c[0][max(0, i-18):min(len(c[0]), i+len(c[1])+18)])
		} else {
			fmt.Println("HIT", c[1])
		}
	}
}
