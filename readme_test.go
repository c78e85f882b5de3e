package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// block is one step of the walk: commands, and what they print.
type block struct{ commands, output string }

// walkOf reads the steps between the marks of a README.
func walkOf(t *testing.T, path string) []block {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, walk, ok := strings.Cut(string(content), "<!-- walk -->")
	walk, _, end := strings.Cut(walk, "<!-- /walk -->")
	if !ok || !end {
		t.Fatalf("%s has no walk", path)
	}
	var blocks []block
	for _, m := range regexp.MustCompile("(?s)```(sh|text)\n(.*?)```").FindAllStringSubmatch(walk, -1) {
		if m[1] == "sh" {
			blocks = append(blocks, block{commands: m[2]})
			continue
		}
		blocks[len(blocks)-1].output = m[2]
	}
	return blocks
}

func TestBothReadmesWalkTheSameWay(t *testing.T) {
	if diff := cmp.Diff(walkOf(t, "README.md"), walkOf(t, "README.zh-CN.md"), cmp.AllowUnexported(block{})); diff != "" {
		t.Error(diff)
	}
}

// The walk works as printed: each step, run in bash on a fresh demo, prints
// what the README says.
func TestReadmeWalk(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program)
		}
	}
	dir := t.TempDir()
	p := startDemo(t, filepath.Join(dir, "demo-data"))
	const mark = "\n=== end of step\n"
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	blocks := walkOf(t, "README.md")
	for _, b := range blocks {
		script.WriteString(b.commands + fmt.Sprintf("printf %q\n", mark))
	}
	text := strings.NewReplacer("http://127.0.0.1:8080", p.file.URL, "go run . ", "shenfa ").Replace(script.String())
	bash := exec.CommandContext(t.Context(), "bash", "-c", text)
	bash.Dir = dir
	var stderr strings.Builder
	bash.Stderr = &stderr
	out, err := bash.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, stderr.String())
	}
	said := strings.Split(string(out), mark)
	for i, b := range blocks {
		if diff := cmp.Diff(b.output, said[i]); diff != "" {
			t.Errorf("after\n%s\n(-README +run)\n%s", b.commands, diff)
		}
	}
}

// missing skips a test for which a program is missing; in CI, where everything is there, it fails.
func missing(t *testing.T, program string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}
