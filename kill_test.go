package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"shenfa/api/client"
	"shenfa/models"
)

// demoProcess is `shenfa demo` on a folder, as a process of its own.
type demoProcess struct {
	command *exec.Cmd
	exited  chan struct{}
	file    demoFile
}

// stop sends a signal, waits for the end and gives the exit code; -1 after SIGKILL.
func (p *demoProcess) stop(t *testing.T, signal os.Signal) int {
	t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.exited:
	case <-time.After(60 * time.Second):
		t.Fatalf("60 s after %v it still runs", signal)
	}
	return p.command.ProcessState.ExitCode()
}

// startDemo starts the demo and waits until it is ready.
func startDemo(t *testing.T, dir string) *demoProcess {
	t.Helper()
	out, in := io.Pipe()
	p := &demoProcess{command: exec.CommandContext(t.Context(), "shenfa", "demo", "--data", dir, "--addr", "127.0.0.1:0"), exited: make(chan struct{})}
	var stderr bytes.Buffer
	p.command.Stdout, p.command.Stderr = in, &stderr
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.command.Wait() // how it ended stands in ProcessState
		_ = in.Close()
		close(p.exited)
	}()
	t.Cleanup(func() { _ = p.command.Process.Kill(); <-p.exited })
	ready := make(chan bool, 1)
	go func() {
		said := bytes.Buffer{}
		buffer := make([]byte, 4096)
		for {
			n, err := out.Read(buffer)
			said.Write(buffer[:n])
			if strings.Contains(said.String(), "已就绪（ready）") {
				ready <- true
				_, _ = io.Copy(io.Discard, out)
				return
			}
			if err != nil {
				ready <- false
				return
			}
		}
	}()
	select {
	case ok := <-ready:
		if !ok {
			t.Fatalf("the demo ended: %s", stderr.String())
		}
	case <-time.After(90 * time.Second):
		t.Fatal("the demo is not ready after 90 s")
	}
	file, err := readDemoFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.file = file
	return p
}

// as is a client of one person. It makes each call once: what has no answer has none.
func (p *demoProcess) as(key string) *client.Client {
	token := p.file.Integration.Token
	if key != integration {
		token = p.file.People[key].Token
	}
	c := client.New(p.file.URL, token)
	c.Tries = 1
	return c
}

// answered is the last state of each draft that the server has answered with 2xx.
type answered struct {
	sync.Mutex
	states map[string]models.State
	digest map[string]string
	count  atomic.Int64
}

func (a *answered) note(d client.Draft) {
	a.Lock()
	defer a.Unlock()
	a.states[d.ID], a.digest[d.ID] = d.State, d.Digest
	a.count.Add(1)
}

// write moves drafts from creation to release until the server is gone.
func (a *answered) write(ctx context.Context, t *testing.T, p *demoProcess, worker int) {
	author, editor, lead := p.as("author"), p.as("editor"), p.as("account_lead")
	for i := 0; ; i++ {
		d, err := author.CreateDraft(ctx, client.DraftInput{AccountID: p.file.AccountID,
			Title: fmt.Sprintf("青山镇第%d村开展义务植树第%d场", worker, i), Body: "全镇干部群众共栽植侧柏600余株，镇林业站技术人员现场讲解后期管护要点。"})
		acts := []func() (client.Draft, error){
			func() (client.Draft, error) { return author.Submit(ctx, d.ID) },
			func() (client.Draft, error) {
				return editor.Decide(ctx, d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
			},
			func() (client.Draft, error) {
				return lead.Decide(ctx, d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
			},
		}
		for _, act := range acts {
			if err != nil {
				break
			}
			a.note(d)
			d, err = act()
		}
		if err == nil {
			a.note(d)
			continue
		}
		if refused, ok := errors.AsType[*client.Error](err); ok {
			t.Errorf("the server refused: %v", refused)
		}
		return
	}
}

// The states that write moves a draft through, in order.
func route() []models.State {
	return []models.State{models.StateDraft, models.StateAwaitingEditor, models.AwaitingRole(models.RoleAccountLead), models.StateReleased}
}

func TestKillLosesNothingThatWasAnswered(t *testing.T) {
	dir := t.TempDir()
	seen := &answered{states: map[string]models.State{}, digest: map[string]string{}}
	p := startDemo(t, dir)
	for round, signal := range []os.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM} {
		before := seen.count.Load()
		var workers sync.WaitGroup
		for w := range 6 {
			workers.Go(func() { seen.write(t.Context(), t, p, 10*round+w) })
		}
		for seen.count.Load() < before+150 && t.Context().Err() == nil && !t.Failed() {
			time.Sleep(5 * time.Millisecond)
		}
		if code := p.stop(t, signal); signal == syscall.SIGTERM && code != exitOK {
			t.Errorf("after SIGTERM: exit code %d", code)
		}
		workers.Wait()
		p = startDemo(t, dir)
		seen.check(t, p)
		verifies(t, dir, exitOK)
	}
	p.stop(t, syscall.SIGTERM)
	alteredRowsAreNamed(t, dir)
}

// check wants everything that was answered to be there, and nothing half-done.
func (a *answered) check(t *testing.T, p *demoProcess) {
	t.Helper()
	ctx, editor := t.Context(), p.as("editor")
	feed := feedOf(t, p)
	released := 0
	for id, state := range a.states {
		d, err := editor.Draft(ctx, id)
		if err != nil {
			t.Errorf("draft %s, answered as %s: %v", id, state, err)
			continue
		}
		now, was := slices.Index(route(), d.State), slices.Index(route(), state)
		if now < was || d.Digest != a.digest[id] {
			t.Errorf("draft %s is %s with digest %s, answered as %s with %s", id, d.State, d.Digest, state, a.digest[id])
		}
		if want := max(0, now-1); len(d.Decisions) != want {
			t.Errorf("draft %s is %s with %d decisions, not %d", id, d.State, len(d.Decisions), want)
		}
		wantFeed := 0
		if d.State == models.StateReleased {
			wantFeed = 1
			released++
		}
		if feed[id] != wantFeed {
			t.Errorf("draft %s is %s and stands %d times in the feed", id, d.State, feed[id])
		}
	}
	t.Logf("%d answers for %d drafts, %d released: all there", a.count.Load(), len(a.states), released)
}

// feedOf counts the releases of each draft in the whole feed, and checks each digest.
func feedOf(t *testing.T, p *demoProcess) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for after, more := "", true; more; {
		page, err := p.as(integration).Feed(t.Context(), after, "", 100, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			d, err := item.Document()
			if err != nil {
				t.Error(err)
			}
			counts[d.DraftID]++
		}
		if page.HasMore && page.Next == after {
			t.Fatalf("the feed stands still at %q", after)
		}
		after, more = page.Next, page.HasMore
	}
	return counts
}

// verifies runs audit verify and gives what it said.
func verifies(t *testing.T, dir string, code int) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "shenfa", "audit", "verify", "--data", dir).Output()
	got := exitOK
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != code {
		t.Errorf("audit verify: exit code %d, not %d\n%s", got, code, out)
	}
	return string(out)
}

// alteredRowsAreNamed alters what the chains cover, row by row, and wants the
// first bad event of each to be named.
func alteredRowsAreNamed(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var chain string
	if err := db.QueryRow(`SELECT chain FROM audit_events WHERE chain <> 'system' AND n = 4 ORDER BY chain LIMIT 1`).Scan(&chain); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		alter, undo string
		args        []any
		n           string
	}{
		"the data of an event":       {"UPDATE audit_events SET data = REPLACE(data, 'digest', 'dijest') WHERE chain = ? AND n = 3", "UPDATE audit_events SET data = REPLACE(data, 'dijest', 'digest') WHERE chain = ? AND n = 3", []any{chain}, "3"},
		"who did it":                 {"UPDATE audit_events SET actor = 'x' || actor WHERE chain = ? AND n = 2", "UPDATE audit_events SET actor = SUBSTR(actor, 2) WHERE chain = ? AND n = 2", []any{chain}, "2"},
		"an event that is taken out": {"UPDATE audit_events SET chain = '-' || chain WHERE chain = ? AND n = 2", "UPDATE audit_events SET chain = SUBSTR(chain, 2) WHERE chain = '-' || ?", []any{chain}, "2"},
	} {
		t.Run(name, func(t *testing.T) {
			exec := func(statement string) {
				t.Helper()
				if _, err := db.Exec(statement, tt.args...); err != nil {
					t.Fatal(err)
				}
			}
			exec(tt.alter)
			out := verifies(t, dir, exitFailed)
			if !regexp.MustCompile(`不符：链 ` + chain + ` 的第 ` + tt.n + ` 个事件`).MatchString(out) {
				t.Errorf("event %s of chain %s is not named:\n%s", tt.n, chain, out)
			}
			exec(tt.undo)
			verifies(t, dir, exitOK)
		})
	}
}

func TestDemoFileHasTheFixedShape(t *testing.T) {
	file := demoFile{Units: map[string]string{}, People: map[string]demoPerson{}}
	for _, m := range demoCast() {
		file.People[m.key] = demoPerson{}
	}
	dir := t.TempDir()
	if err := file.write(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, demoFileName)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var shape struct {
		URL         *string `json:"url"`
		AccountID   *string `json:"account_id"`
		Units       map[string]string
		People      map[string]map[string]string
		Integration map[string]string
	}
	if err := json.Unmarshal(content, &shape); err != nil {
		t.Fatal(err)
	}
	if shape.URL == nil || shape.AccountID == nil || shape.Integration == nil {
		t.Errorf("%s", content)
	}
	for _, key := range strings.Fields("author author2 editor account_lead deputy_lead principal_lead secrecy_reviewer consultee supervisor admin") {
		if p, ok := shape.People[key]; !ok || len(p) != 3 {
			t.Errorf("people.%s is %v", key, p)
		}
	}
}
