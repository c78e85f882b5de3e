package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"syscall"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store/storetest"
	"shenfa/workflow"
	"shenfa/workflow/webhook"
)

// receiver is an office's server that takes wake-up calls. Until it is told to
// go on it leaves each call without an answer.
type receiver struct {
	*httptest.Server
	arrived chan string // webhook-id of the calls that wait
	goOn    chan struct{}

	mu     sync.Mutex
	bodies map[string][]string // by webhook-id, each call
	faults []string
}

func newReceiver(t *testing.T, secret func() string) *receiver {
	r := &receiver{arrived: make(chan string, 100), goOn: make(chan struct{}), bodies: map[string][]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, call *http.Request) {
		body, err := io.ReadAll(call.Body)
		id := call.Header.Get(webhook.HeaderID)
		err = errors.Join(err, webhook.Verify(secret(), call.Header, body, time.Now()))
		r.mu.Lock()
		r.bodies[id] = append(r.bodies[id], string(body))
		if err != nil {
			r.faults = append(r.faults, fmt.Sprintf("call %s: %v", id, err))
		}
		r.mu.Unlock()
		r.arrived <- id
		select {
		case <-r.goOn:
		case <-call.Context().Done():
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// calls gives how often each message came, by webhook-id, and fails where two of one differ.
func (r *receiver) calls(t *testing.T) map[string]int {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := map[string]int{}
	for id, bodies := range r.bodies {
		for _, body := range bodies {
			if body != bodies[0] {
				t.Errorf("the calls of %s differ:\n%s\n%s", id, bodies[0], body)
			}
		}
		counts[id] = len(bodies)
	}
	for _, fault := range r.faults {
		t.Error(fault)
	}
	return counts
}

// TestKillDuringADeliveryLosesNone kills a server while a receiver keeps it
// waiting. The next one takes the delivery over when its lease has run out: the
// receiver gets the message twice, under one webhook-id, and every other once;
// the log tells each try.
func TestKillDuringADeliveryLosesNone(t *testing.T) {
	for name, dsn := range storetest.Databases() {
		t.Run(name, func(t *testing.T) { killDuringADelivery(t, newOffice(t, dsn(t))) })
	}
}

func killDuringADelivery(t *testing.T, o *office) {
	o.env = []string{"SHENFA_WEBHOOKS_ALLOW=127.0.0.0/8"}
	var secret string
	hook := newReceiver(t, func() string { return secret })
	secret = o.subscribe(t, hook.URL)
	const drafts = 4
	o.submitted(t, drafts)

	first := o.serve(t)
	held := <-hook.arrived // the first server is in the middle of this delivery
	if err := first.command.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-first.exited // well before the call's own time is up: nothing else is waited for
	if d := o.delivery(t, held); d.State != models.DeliveryPending || d.Attempts != 1 || d.Status != 0 || !d.DoneAt.IsZero() {
		t.Errorf("of a delivery whose server died the log says %+v", d)
	}
	close(hook.goOn)
	if _, err := o.store.DB().ExecContext(t.Context(), "UPDATE deliveries SET next_at = 1 WHERE id = '"+held+"' AND attempts = 1"); err != nil { // its minute is over
		t.Fatal(err)
	}
	second := o.serve(t)
	o.settled(t, drafts)

	counts := hook.calls(t)
	for _, d := range o.deliveries(t) {
		want := 1
		if d.ID == held {
			want = 2
		}
		if d.State != models.DeliveryDelivered || d.Attempts != want || counts[d.ID] != want || d.Status != http.StatusOK || d.DoneAt.IsZero() {
			t.Errorf("%d calls came of %+v", counts[d.ID], d)
		}
		delete(counts, d.ID)
	}
	if len(counts) > 0 {
		t.Errorf("calls that no log names: %v", counts)
	}
	second.stop(t)
}

// stop tells a server to end, and waits for it.
func (r *replica) stop(t *testing.T) {
	t.Helper()
	_ = r.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.exited:
	case <-time.After(60 * time.Second):
		t.Fatal("60 s after SIGTERM it still runs")
	}
}

// subscribe makes a webhook on the account for steps, and gives its secret.
func (o *office) subscribe(t *testing.T, url string) string {
	t.Helper()
	guard, err := webhook.NewGuard([]string{"127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := workflow.LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	flow, err := workflow.New(workflow.Options{Store: o.store, Profiles: profiles, Guard: guard})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := flow.CreateWebhook(t.Context(), models.System(), workflow.WebhookInput{URL: url, AccountID: o.account.ID, Kinds: []string{"step"}})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// submitted makes drafts that wait for the editor: a notice each.
func (o *office) submitted(t *testing.T, n int) (ids []string) {
	t.Helper()
	author, err := o.flow.ActorOfToken(t.Context(), o.tokens["author"])
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		d, err := o.flow.CreateDraft(t.Context(), author, workflow.DraftInput{Content: models.Content{AccountID: o.account.ID,
			Title: fmt.Sprintf("青山镇开展义务植树第%d期", i), Body: "全镇干部群众共栽植侧柏600余株。"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.flow.Submit(t.Context(), author, d.ID); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	return ids
}

// deliveries is the log of the office's one webhook.
func (o *office) deliveries(t *testing.T) []models.Delivery {
	t.Helper()
	hooks, err := o.store.Webhooks(t.Context())
	if err != nil || len(hooks) != 1 {
		t.Fatalf("%d webhooks, %v", len(hooks), err)
	}
	log, err := o.store.Deliveries(t.Context(), hooks[0].ID, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func (o *office) delivery(t *testing.T, id string) models.Delivery {
	t.Helper()
	for _, d := range o.deliveries(t) {
		if d.ID == id {
			return d
		}
	}
	t.Fatalf("no delivery %s", id)
	return models.Delivery{}
}

// settled waits until n deliveries are done.
func (o *office) settled(t *testing.T, n int) {
	t.Helper()
	done := 0
	for range 600 {
		done = 0
		for _, d := range o.deliveries(t) {
			if !d.DoneAt.IsZero() {
				done++
			}
		}
		if done >= n {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%d of %d deliveries are done", done, n)
}
