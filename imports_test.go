package main

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which packages of the project each package may import (DESIGN:
// layout). Packages below a name count as that name, if they have no line of
// their own. main may import everything.
func arrows() map[string][]string {
	return map[string][]string{
		"config":          nil,
		"models":          nil,
		"models/store":    {"models"},
		"screening":       {"screening/match", "models"},
		"screening/match": nil,
		"workflow":        {"screening", "models/store", "models"},
		"api":             {"workflow", "models/store", "models"},
	}
}

func TestImportsFollowTheLayout(t *testing.T) {
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	allowed := arrows()
	groupOf := func(path string) (string, bool) {
		name, own := strings.CutPrefix(path, "shenfa/")
		for own {
			if _, known := allowed[name]; known {
				return name, true
			}
			cut := strings.LastIndexByte(name, '/')
			if cut < 0 {
				t.Errorf("%s stands outside the layout", path)
				return "", false
			}
			name = name[:cut]
		}
		return "", false
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		from, ok := groupOf(words[0])
		if !ok {
			continue // main
		}
		for _, path := range words[1:] {
			if to, ok := groupOf(path); ok && to != from && !slices.Contains(allowed[from], to) {
				t.Errorf("%s imports %s: %s may import %v only", words[0], path, from, allowed[from])
			}
		}
	}
}
