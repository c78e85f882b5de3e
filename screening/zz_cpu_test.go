package screening

import (
	"os"
	"syscall"
	"testing"
	"time"

	"shenfa/screening/match"
)

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(1, &r) // RUSAGE_THREAD = 1
	return time.Duration(r.Utime.Nano())
}

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	texts := officialText(t)
	n := float64(totalBytes(texts)) / 1e6
	run := func(name string, f func()) {
		best := time.Hour
		for range 30 {
			a := cpu()
			f()
			best = min(best, cpu()-a)
		}
		t.Logf("%s %.0f MB/s", name, n/best.Seconds())
	}
	run("decode", func() {
		k := 0
		for _, text := range texts {
			for _, r := range text {
				if r == 'x' {
					k++
				}
			}
		}
		sink = k
	})
	for _, dense := range []bool{true, false} {
		m, _ := match.New(match.NewFold(), manyTerms(t, texts, dense))
		var found []match.Match
		var runs []match.Run
		run(map[bool]string{true: "dense", false: "clean"}[dense], func() {
			for _, text := range texts {
				found, runs = m.Scan(found[:0], runs[:0], text)
			}
		})
	}
	e, err := New(Options{RulesDir: os.Getenv("RULES")}); if err != nil { t.Fatal(err) }; <-e.Ready(); if e.Err() != nil { t.Log(len(e.Err().Error())) }; e.err = nil
	p := e.plan.Load()
	run("screen", func() {
		for _, text := range texts {
			sink = len(e.screen(p, Text{Body: text}).Hits)
		}
	})
	g := gseSegmenter(t)
	{
		a := cpu()
		for _, text := range texts {
			sink = len(g.Segment([]byte(text)))
		}
		t.Logf("gse %.1f MB/s", n/(cpu()-a).Seconds())
	}
	var found []match.Match
	var runs []match.Run
	run("scan only", func() {
		for _, text := range texts {
			found, runs = p.matcher.Scan(found[:0], runs[:0], text)
		}
	})
}
