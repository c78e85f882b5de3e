package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain builds the program as its users do, and puts it on the PATH of the tests.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "shenfa")
	if err != nil {
		log.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "shenfa"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		log.Fatalf("go build: %v\n%s", err, out)
	}
	if err := os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			// Nothing of the machine's own settings.
			e.Vars = append(e.Vars, "TMPDIR="+e.WorkDir+"/.tmp")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await":    awaitFile,
			"getjson":  getJSON,
			"get":      get,
			"exits":    exits,
			"freeaddr": freeAddr,
			"fetch":    fetch,
			"call":     call,
			"keep":     keep,
			"want":     want,
		},
	})
}

// await FILE: waits until the file is there.
func awaitFile(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	for range 600 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("%s does not come to be", args[0])
}

// freeaddr NAME: sets the environment variable to an address that nobody listens on.
func freeAddr(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// getjson NAME FILE KEY…: sets the environment variable to what stands in the JSON file.
func getJSON(ts *testscript.TestScript, _ bool, args []string) {
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &value))
	for _, key := range args[2:] {
		object, ok := value.(map[string]any)
		if !ok {
			ts.Fatalf("no object at %s in %s", key, args[1])
		}
		value = object[key]
	}
	text, ok := value.(string)
	if !ok || text == "" {
		ts.Fatalf("no text at %s in %s", strings.Join(args[2:], "."), args[1])
	}
	ts.Setenv(args[0], text)
}

// get URL STATUS [TOKEN]: the answer's status is as said.
func get(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	if len(args) > 2 {
		request.Header.Set("Authorization", "Bearer "+args[2])
	}
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	ts.Check(err)
	ts.Check(response.Body.Close())
	if got := response.Status[:3]; got != args[1] {
		ts.Fatalf("GET %s: %s, not %s", args[0], got, args[1])
	}
}

// exits CODE COMMAND ARG…: runs a command and wants its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s: exit code %s, not %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// fetch URL FILE [TOKEN]: writes what the address answers into the file.
func fetch(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	if len(args) > 2 {
		request.Header.Set("Authorization", "Bearer "+args[2])
	}
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	ts.Check(err)
	content, err := io.ReadAll(response.Body)
	ts.Check(errors.Join(err, response.Body.Close()))
	if response.StatusCode != http.StatusOK {
		ts.Fatalf("GET %s: %s %s", args[0], response.Status, content)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), content, 0o644))
}
