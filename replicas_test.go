package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"shenfa/api/client"
	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/screening"
	"shenfa/workflow"
)

// office is one account with its people on a database that several servers share.
type office struct {
	dsn     string
	store   *store.Store
	flow    *workflow.Workflow
	account models.Account
	tokens  map[string]string
	env     []string // of the servers, beside the test's own
}

func newOffice(t *testing.T, dsn string) *office {
	t.Helper()
	ctx := t.Context()
	o := &office{dsn: dsn, store: storetest.Open(t, dsn), tokens: map[string]string{}}
	engine, err := screening.New(screening.Options{})
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := workflow.LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	if o.flow, err = workflow.New(workflow.Options{Store: o.store, Engine: engine, Profiles: profiles}); err != nil {
		t.Fatal(err)
	}
	unit, err := o.flow.CreateUnit(ctx, models.System(), "云雾县融媒体中心", "")
	if err != nil {
		t.Fatal(err)
	}
	if o.account, err = o.flow.CreateAccount(ctx, models.System(), models.Account{UnitID: unit.ID, Name: "云雾发布"}); err != nil {
		t.Fatal(err)
	}
	token := func(name string, in workflow.TokenInput) {
		_, secret, err := o.flow.CreateToken(ctx, models.System(), in)
		if err != nil {
			t.Fatal(err)
		}
		o.tokens[name] = secret
	}
	for name, role := range map[string]models.Role{"author": models.RoleAuthor, "editor": models.RoleEditor, "editor2": models.RoleEditor, "account_lead": models.RoleAccountLead} {
		user, err := o.flow.CreateUser(ctx, models.System(), workflow.UserInput{SignIn: name, Name: name, UnitID: unit.ID,
			Grants: []workflow.GrantInput{{Role: role, AccountID: o.account.ID}}})
		if err != nil {
			t.Fatal(err)
		}
		token(name, workflow.TokenInput{Kind: models.TokenUser, Name: name, UserID: user.ID})
	}
	token(integration, workflow.TokenInput{Kind: models.TokenIntegration, Name: "发布端", AccountIDs: []string{o.account.ID}})
	return o
}

// replica is one `shenfa serve` process on the office's database.
type replica struct {
	url     string
	command *exec.Cmd
	exited  chan struct{}
}

var saidURL = regexp.MustCompile(`url"?[=:]"?(http://[0-9.:]+)`)

// serve starts a server and waits until it is ready.
func (o *office) serve(t *testing.T) *replica {
	t.Helper()
	r := &replica{command: exec.CommandContext(t.Context(), "shenfa", "serve", "--addr", "127.0.0.1:0"), exited: make(chan struct{})}
	r.command.Env = slices.Concat(os.Environ(), o.env, []string{"SHENFA_DATABASE_DSN=" + o.dsn})
	r.command.Dir = t.TempDir()
	stderr, err := r.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	urls, ready := make(chan string, 1), make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if found := saidURL.FindStringSubmatch(lines.Text()); found != nil && len(urls) == 0 {
				urls <- found[1]
			}
			if bytesContain(lines.Bytes(), "msg=ready", `"msg":"ready"`) {
				ready <- true
			}
		}
		_ = r.command.Wait()
		close(r.exited)
	}()
	t.Cleanup(func() { _ = r.command.Process.Kill(); <-r.exited })
	select {
	case <-ready:
		r.url = <-urls
	case <-r.exited:
		t.Fatal("the server ended")
	case <-time.After(90 * time.Second):
		t.Fatal("the server is not ready after 90 s")
	}
	return r
}

func bytesContain(line []byte, any ...string) bool {
	return slices.ContainsFunc(any, func(s string) bool { return bytes.Contains(line, []byte(s)) })
}

func (o *office) as(r *replica, name string) *client.Client {
	c := client.New(r.url, o.tokens[name])
	c.Tries = 1
	return c
}

// TestThreeServersOnOneDatabase has clients on three servers decide on the
// same drafts, kills one server in the middle, and looks at what is left: no
// decision twice, nothing lost that was answered, a feed that is complete and
// in order, also for those who follow it while it grows.
func TestThreeServersOnOneDatabase(t *testing.T) {
	o := newOffice(t, storetest.MariaDB(t))
	servers := []*replica{o.serve(t), o.serve(t), o.serve(t)}
	const drafts = 60
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()

	followers := []<-chan string{o.follow(ctx, servers[0]), o.follow(ctx, servers[1])}
	var mu sync.Mutex
	signed := map[string]bool{} // drafts whose release was answered with 200
	var lost atomic.Int64       // calls to the killed server that had no answer
	var workers sync.WaitGroup
	for worker := range 6 {
		workers.Go(func() {
			for i := range drafts / 6 {
				if worker == 0 && i == drafts/12 {
					_ = servers[2].command.Process.Signal(syscall.SIGKILL)
				}
				id, err := o.race(ctx, servers, worker*100+i, &lost)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				signed[id] = true
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	<-servers[2].exited

	seen, cursor := map[string]int{}, ""
	var order []string
	for {
		page, err := o.as(servers[0], integration).Feed(ctx, cursor, "", 7, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			document, err := item.Document()
			if err != nil {
				t.Fatal(err)
			}
			seen[document.DraftID]++
			order = append(order, document.DraftID)
		}
		cursor = page.Next
		if !page.HasMore {
			break
		}
	}
	if len(signed) != drafts {
		t.Errorf("%d of %d drafts were signed", len(signed), drafts)
	}
	for id := range signed {
		decisions, err := o.store.Decisions(ctx, id)
		if err != nil || len(decisions) != 2 || seen[id] != 1 {
			t.Errorf("draft %s: %d decisions, %d times in the feed (%v)", id, len(decisions), seen[id], err)
		}
	}
	if len(seen) != len(signed) {
		t.Errorf("%d releases in the feed, %d signed", len(seen), len(signed))
	}
	for i, follower := range followers {
		var followed []string
		for range order {
			select {
			case id := <-follower:
				followed = append(followed, id)
			case <-ctx.Done():
			}
		}
		if !slices.Equal(followed, order) {
			t.Errorf("who followed the feed on server %d meanwhile saw\n%v\nnot\n%v", i, followed, order)
		}
	}
	if _, faults, err := o.flow.VerifyAudit(ctx, nil); err != nil || len(faults) > 0 {
		t.Errorf("audit: %+v, %v", faults, err)
	}
	o.remindsOnce(t)
	t.Logf("%d drafts on three servers, %d calls without an answer after the kill", len(signed), lost.Load())
}

// follow reads the feed of a server while it grows, and gives the drafts of
// its items as they come; an error for the last one.
func (o *office) follow(ctx context.Context, r *replica) <-chan string {
	ids := make(chan string, 1000)
	go func() {
		for item, err := range o.as(r, integration).Follow(ctx, "") {
			document, bad := item.Document()
			if err := errors.Join(err, bad); err != nil {
				ids <- err.Error()
				return
			}
			ids <- document.DraftID
		}
	}()
	return ids
}

// remindsOnce lets drafts be overdue while two servers look, and wants one
// reminder of each.
func (o *office) remindsOnce(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	overdue := map[string]int{}
	for _, id := range o.submitted(t, 10) {
		if _, err := o.store.DB().ExecContext(ctx, "UPDATE drafts SET due_at = ? WHERE id = ?", time.Now().Add(-time.Minute).UnixMilli(), id); err != nil {
			t.Fatal(err)
		}
		overdue[id] = 0
	}
	count := func() (reminded int) {
		rows, err := o.store.DB().QueryContext(ctx, "SELECT draft_id FROM notices WHERE kind = 'reminder'")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		clear(overdue)
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			overdue[id]++
			reminded++
		}
		return reminded
	}
	for range 300 {
		if count() >= 10 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(7 * time.Second) // the other server looks again
	if n := count(); n != 10 || len(overdue) != 10 {
		t.Errorf("%d reminders for %d of 10 drafts", n, len(overdue))
	}
}

// race takes one draft to its release. Two editors decide at once, on two
// servers; so does the account lead, twice. Whoever gets no answer from the
// killed server asks another.
func (o *office) race(ctx context.Context, servers []*replica, n int, lost *atomic.Int64) (string, error) {
	on := func(k int, name string) *client.Client { return o.as(servers[k%len(servers)], name) }
	retry := func(first int, act func(k int) (client.Draft, error)) (client.Draft, error) {
		for k := first; ; k++ {
			d, err := act(k)
			if _, refused := errors.AsType[*client.Error](err); err == nil || refused || k == first+3 {
				return d, err
			}
			lost.Add(1)
		}
	}
	d, err := retry(n, func(k int) (client.Draft, error) {
		return on(k, "author").CreateDraft(ctx, client.DraftInput{AccountID: o.account.ID, Title: fmt.Sprintf("青山镇开展义务植树第%d场", n),
			Body: "全镇干部群众共栽植侧柏600余株，镇林业站技术人员现场讲解后期管护要点。"})
	})
	if err != nil {
		return "", err
	}
	if d, err = retry(n, func(k int) (client.Draft, error) { return on(k, "author").Submit(ctx, d.ID) }); err != nil {
		return d.ID, err
	}
	for _, pair := range [][2]string{{"editor", "editor2"}, {"account_lead", "account_lead"}} {
		in := client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest}
		answers := make(chan error, 2)
		for i, name := range pair {
			go func() {
				_, err := retry(n+i, func(k int) (client.Draft, error) { return on(k, name).Decide(ctx, d.ID, in) })
				answers <- err
			}()
		}
		for range 2 {
			if err := <-answers; err != nil {
				if refused, ok := errors.AsType[*client.Error](err); !ok || refused.Status != 409 {
					return d.ID, err
				}
			}
		}
	}
	stored, err := o.store.Draft(ctx, d.ID)
	if err == nil && stored.State != models.StateReleased {
		err = fmt.Errorf("draft %s is %s", d.ID, stored.State)
	}
	return d.ID, err
}
