package screening

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenfa/screening/match"
)

func TestDump(t *testing.T) {
	e := engine(t)
	texts := cleanTexts(t)
	var learn, test []string
	for i, text := range texts {
		switch {
		case i%2 == 0:
			learn = append(learn, text)
		case i > 2691 || i%12 == 1:
			test = append(test, text)
		}
	}
	f := readOpenGram(t, e.segments.dictionary, os.Getenv("OPEN_GRAM"))
	f.count(t, e.fold, learn)
	f.collocate(t)
	usageFile, _, _ = f.pack()
	s := newSlips(e.Rules())
	if err := s.ready(e.segments.dictionary); err != nil {
		t.Fatal(err)
	}
	nh, n := 0, 0
	for _, l := range s.heard {
		nh++
		n += len(l)
	}
	t.Log("heard", nh, n)
	out, _ := os.Create(os.Getenv("DUMP"))
	defer out.Close()
	var r match.Reading
	var around stretch
	suspects, runes := map[suspicion]int{}, 0
	dump := func(label string, text string, want func(i int, c *change) bool) {
		e.fold.Read(&r, text)
		runes += len(r.Runes)
		s.eachSuspect(r.Runes, func(i int, of suspicion) {
			suspects[of]++
			c, begin, ok := s.weigh(&around, &r, i, of)
			if !ok || c.signs[byGain] < 2 || want != nil && !want(begin+c.place, &c) {
				return
			}
			lo, hi := max(0, i-8), min(len(r.Runes), i+10)
			fmt.Fprintln(out, label, c.kind, string([]rune{rune(r.Runes[i]), rune(r.Runes[i+1])}), string(utf(c.runes[:c.size])), c.signs, string(utf(r.Runes[lo:hi])))
		})
	}
	for _, text := range test {
		dump("N", text, nil)
	}
	t.Log("runes", runes, "suspects", suspects, "texts", len(test))
	random := rand.New(rand.NewPCG(1, 2))
	made := map[changeKind]int{}
	u := s.usage
	for range 60000 {
		text := test[random.IntN(len(test))]
		e.fold.Read(&r, text)
		var words [][2]int
		at := 0
		u.cut(r.Runes, func(w []uint16) {
			if len(w) == 2 && isHan(rune(w[0])) && u.ownOf(u.node(w...)) > 1 {
				words = append(words, [2]int{at, at + 2})
			}
			at += len(w)
		})
		if len(words) == 0 {
			continue
		}
		w := words[random.IntN(len(words))]
		runes := slices.Clone(r.Runes)
		kind := changeKind(random.IntN(3))
		first, second := runes[w[0]], runes[w[0]+1]
		switch kind {
		case oneSlipped:
			k := w[0] + random.IntN(2)
			groups := s.groupsOf[runes[k]]
			if len(groups) == 0 {
				continue
			}
			group := s.groups[groups[random.IntN(len(groups))]]
			runes[k] = group[random.IntN(len(group))]
			if node := u.d.find(runes[w[0]], runes[w[0]+1]); node != 0 && u.costs[node] < 80 {
				continue
			}
		case twoSwapped:
			runes[w[0]], runes[w[0]+1] = second, first
			if node := u.d.find(second, first); node != 0 && u.costs[node] < 80 {
				continue
			}
		case wordHeard:
			var list [][2]uint16
			for _, a := range s.groupsOf[first] {
				for _, b := range s.groupsOf[second] {
					if int(a) >= s.sounds || int(b) >= s.sounds {
						continue
					}
					for _, x := range s.groups[a] {
						for _, y := range s.groups[b] {
							if node := u.d.find(x, y); node != 0 && u.costs[node] < 80 && (x != first || y != second) {
								list = append(list, [2]uint16{x, y})
							}
						}
					}
				}
			}
			if len(list) == 0 {
				continue
			}
			p := list[random.IntN(len(list))]
			runes[w[0]], runes[w[0]+1] = p[0], p[1]
		}
		if runes[w[0]] == first && runes[w[0]+1] == second {
			continue
		}
		made[kind]++
		dump("P", string(utf(runes)), func(i int, c *change) bool {
			now := slices.Clone(runes)
			copy(now[i:], c.runes[:c.size])
			return now[w[0]] == first && now[w[0]+1] == second
		})
	}
	t.Log("made", made)
	real := 0
	for _, c := range typoCases(t) {
		real++
		dump("R", c[0], func(i int, to *change) bool {
			hi := min(len(r.Runes), i+4)

			return strings.Contains(c[1], string(utf(r.Runes[i:min(hi, i+to.size)])))
		})
	}
	t.Log("real", real)
}

func utf(units []uint16) (list []rune) {
	for _, u := range units {
		list = append(list, rune(u))
	}
	return list
}

// typoCases are bodies with a misspelling, and that.
func typoCases(t *testing.T) (list [][2]string) {
	files, _ := filepath.Glob("../testdata/cases/tune/typo*.jsonl")
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var c struct {
				Body    string
				MustHit []struct{ Category, Text string } `json:"must_hit"`
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			for _, h := range c.MustHit {
				if h.Category == "typo" && strings.Contains(c.Body, h.Text) {
					list = append(list, [2]string{c.Body, h.Text})
				}
			}
		}
		f.Close()
	}
	return list
}
