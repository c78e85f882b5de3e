package workflow_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/workflow"
	"shenfa/workflow/webhook"
)

// receiver is an office's own server: it verifies each call and keeps it.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	answer func(n int) int // of the n-th call, from 1; nil: 204
	calls  []call
	bad    []error
}

type call struct {
	id, body string
	message  struct {
		Type string `json:"type"`
		Data struct {
			NoticeID string `json:"notice_id"`
			DraftID  string `json:"draft_id"`
		} `json:"data"`
	}
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		c := call{id: request.Header.Get(webhook.HeaderID), body: string(body)}
		for _, err := range []error{err, json.Unmarshal(body, &c.message), webhook.Verify(r.secret, request.Header, body, time.Now())} {
			if err != nil {
				r.bad = append(r.bad, err)
			}
		}
		r.calls = append(r.calls, c)
		status := http.StatusNoContent
		if r.answer != nil {
			status = r.answer(len(r.calls))
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// kinds are those of the calls, in their order.
func (r *receiver) kinds() []string {
	var kinds []string
	for _, c := range r.got() {
		kinds = append(kinds, c.message.Type)
	}
	return kinds
}

// subscribe makes a webhook of the world's account for the receiver.
func (w *world) subscribe(r *receiver, kinds ...string) models.Webhook {
	w.t.Helper()
	h, secret, err := w.CreateWebhook(context.Background(), models.System(), workflow.WebhookInput{URL: r.URL, AccountID: w.account.ID, Kinds: kinds})
	if err != nil {
		w.t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
	return h
}

// replica is another process on the same database with the world's clock.
func (w *world) replica(s *store.Store) *workflow.Workflow {
	w.t.Helper()
	profiles, err := workflow.LoadProfiles("")
	if err != nil {
		w.t.Fatal(err)
	}
	guard, err := webhook.NewGuard([]string{"127.0.0.1"})
	if err != nil {
		w.t.Fatal(err)
	}
	other, err := workflow.New(workflow.Options{Store: s, Engine: sharedEngine(w.t), Profiles: profiles, Now: w.clock.now, Guard: guard, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	return other
}

// ready gives a world whose webhooks may call the loopback, with a clock that
// begins now: receivers refuse old calls.
func ready(t testing.TB, s *store.Store) *world {
	w := newWorld(t, s)
	w.clock.pass(time.Since(w.clock.now()))
	w.Workflow = w.replica(s)
	return w
}

// do runs the named job until it has nothing left to do.
func (w *world) do(names ...string) {
	w.t.Helper()
	for _, name := range names {
		for _, job := range w.Jobs() {
			for job.Name == name {
				n, err := job.Do(context.Background())
				if err != nil {
					w.t.Fatal(name, err)
				}
				if n == 0 {
					break
				}
			}
		}
	}
}

func (w *world) notices(kind string) []models.Notice {
	w.t.Helper()
	rows, err := w.store.DB().Query("SELECT id, draft_id, payload FROM notices WHERE kind=? ORDER BY id", kind)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var list []models.Notice
	for rows.Next() {
		var n models.Notice
		var payload string
		if err := rows.Scan(&n.ID, &n.DraftID, &payload); err != nil {
			w.t.Fatal(err)
		}
		n.Payload = json.RawMessage(payload)
		list = append(list, n)
	}
	return list
}

func TestStepsThatAreDueAreRemindedOfAndEscalatedOnceAndNeverDecided(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.submitted(w.input(cleanBody))
		other := w.submitted(w.input(cleanBody + "二"))
		w.do("remind", "escalate")
		if n := w.notices("reminder"); len(n) != 0 {
			t.Fatalf("reminded before anything was due: %v", n)
		}
		w.clock.pass(d.DueAt.Sub(w.clock.now()))
		w.do("remind", "remind", "escalate")
		if n := w.notices("reminder"); len(n) != 2 || !strings.Contains(string(n[0].Payload), `"to":["editor"]`) || strings.Contains(string(n[0].Payload), "青山") {
			t.Fatalf("%v", n)
		}
		other = w.approve("editor", other) // goes on to the account lead, with a limit of its own
		w.clock.pass(30 * 24 * time.Hour)
		w.do("escalate", "escalate")
		if n := w.notices("escalation"); len(n) != 1 || n[0].DraftID != d.ID || !strings.Contains(string(n[0].Payload), `"to":["account_lead"]`) {
			t.Fatalf("%v", n)
		}
		w.do("remind", "escalate")
		if n := w.notices("reminder"); len(n) != 3 || n[2].DraftID != other.ID {
			t.Fatalf("the next step has its own reminder: %v", n)
		}
		w.do("escalate")
		w.do("remind", "escalate")
		if n := len(w.notices("escalation")); n != 2 {
			t.Errorf("%d escalations", n)
		}
		for _, id := range []string{d.ID, other.ID} {
			stored, err := w.store.Draft(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[string]models.State{d.ID: models.StateAwaitingEditor, other.ID: "awaiting_account_lead"}[id]; stored.State != want {
				t.Errorf("%s: a time limit decided", stored.State)
			}
		}
	})
}

func TestConsultedUnitsAreRemindedAndNothingGoesOnWithoutThem(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		in := w.input(cleanBody)
		in.Consult = []string{w.police.ID}
		asked := w.clock.now()
		d := w.submitted(in)
		page, err := w.Inbox(t.Context(), w.people["consultee"], "", 10)
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		due := page.Items[0].Draft.DueAt
		w.clock.pass(30 * time.Minute)
		d = w.approve("editor", d)
		wantState(t, d, models.StateAwaitingConsultees)
		// 6 May 2026 is a Wednesday: two working days after it end on Friday.
		if want := time.Date(2026, 5, 8, 10, 0, 0, 0, time.UTC); !d.DueAt.Equal(want) || !due.Equal(want) {
			t.Errorf("asked %s, the opinion is due %s and %s, not %s", asked, due, d.DueAt, want)
		}
		w.do("remind")
		w.clock.pass(d.DueAt.Sub(w.clock.now()))
		w.do("remind", "remind")
		if n := w.notices("reminder"); len(n) != 1 || !strings.Contains(string(n[0].Payload), `"to":["consultee"]`) || !strings.Contains(string(n[0].Payload), w.police.ID) {
			t.Fatalf("%v", n)
		}
		w.clock.pass(30 * 24 * time.Hour)
		w.do("escalate", "escalate", "remind")
		if n := w.notices("escalation"); len(n) != 1 || !strings.Contains(string(n[0].Payload), `"to":["account_lead"]`) {
			t.Fatalf("%v", n)
		}
		wantState(t, w.stored(d), models.StateAwaitingConsultees)
		d = w.must(w.Answer(t.Context(), w.people["consultee"], d.ID, w.police.ID, workflow.AnswerInput{State: models.ConsultationAgree}))
		if d.State != "awaiting_account_lead" || !d.DueAt.After(w.clock.now()) {
			t.Errorf("after the opinion: %s, due %s", d.State, d.DueAt)
		}
	})
}

func TestOverdueReceiptsAndAcknowledgementsRaiseAlerts(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		late, prompt := w.released(), w.released()
		w.receive(prompt, "wechat", models.ReceiptPublished)
		w.clock.pass(24 * time.Hour)
		w.do("remind", "remind")
		if n := w.notices("overdue"); len(n) != 1 || n[0].DraftID != late.ID || !strings.Contains(string(n[0].Payload), `"to":["account_lead"]`) {
			t.Fatalf("no receipt, and nobody is told: %v", n)
		}
		if _, err := w.Withdraw(t.Context(), w.people["account_lead"], prompt.ReleaseID, wrong); err != nil {
			t.Fatal(err)
		}
		w.do("remind")
		w.clock.pass(24 * time.Hour)
		w.do("remind", "remind")
		if n := w.notices("overdue"); len(n) != 2 || n[1].DraftID != prompt.ID {
			t.Fatalf("not removed, and nobody is told: %v", n)
		}
		wantState(t, w.stored(prompt), models.StateWithdrawing)
	})
}

func TestThreeReplicasRemindAndDeliverOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		w := ready(t, s)
		r := newReceiver(t)
		w.subscribe(r)
		const drafts = 25
		var due time.Time
		for range drafts {
			due = w.submitted(w.input(cleanBody)).DueAt
		}
		w.clock.pass(due.Sub(w.clock.now()))
		r.mu.Lock()
		r.secret = "" // the clock has left the present: signatures are looked at elsewhere
		r.mu.Unlock()

		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for range 3 {
			replica := w.replica(open())
			jobs := replica.Jobs()
			for i := range jobs {
				jobs[i].Every = 20 * time.Millisecond
			}
			running.Go(func() { replica.RunJobs(ctx, jobs) })
		}
		const want = 2 * drafts // submitted, reminded
		for deadline := time.Now().Add(60 * time.Second); len(r.got()) < want && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond)
		stop()
		running.Wait()
		seen, ids := map[string]int{}, map[string]int{}
		for _, c := range r.got() {
			seen[c.message.Type+" "+c.message.Data.DraftID]++
			ids[c.id]++
		}
		for what, n := range seen {
			if n != 1 {
				t.Errorf("%s was delivered %d times", what, n)
			}
		}
		if len(seen) != want || len(ids) != want {
			t.Errorf("%d deliveries of %d came, under %d ids", len(seen), want, len(ids))
		}
		if n := len(w.notices("reminder")); n != drafts {
			t.Errorf("%d reminders", n)
		}
	})
}

func TestThreeReplicasEscalateOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		w := ready(t, open())
		const drafts = 25
		for range drafts {
			w.submitted(w.input(cleanBody))
		}
		w.clock.pass(30 * 24 * time.Hour)
		w.do("remind")
		w.clock.pass(30 * 24 * time.Hour)
		var running sync.WaitGroup
		for range 3 {
			replica := w.replica(open())
			running.Go(func() {
				if _, err := replica.EscalateDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		if n := len(w.notices("escalation")); n != drafts {
			t.Errorf("%d escalations of %d drafts", n, drafts)
		}
	})
}

func TestDeliveryOfAKilledReplicaIsMadeAgainUnderTheSameID(t *testing.T) {
	onEachReady(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		h := w.subscribe(r)
		w.submitted(w.input(cleanBody))
		w.do("dispatch")
		log := w.log(h)
		// What a replica leaves that is killed after it has called, before it could write so down.
		storetest.Must(t, w.store, func(tx *store.Tx) error {
			mine, err := tx.ClaimDelivery(log[0], w.clock.now().Add(time.Minute))
			if err == nil && !mine {
				t.Error("not claimed")
			}
			return err
		})
		w.do("deliver")
		if len(r.got()) != 0 {
			t.Fatal("the claim did not hold")
		}
		w.clock.pass(61 * time.Second)
		w.do("deliver", "deliver")
		if got := r.got(); len(got) != 1 || got[0].id != log[0].ID || len(r.bad) != 0 {
			t.Fatalf("%+v %v", got, r.bad)
		}
		if d := w.log(h)[0]; d.State != models.DeliveryDelivered || d.Attempts != 2 || d.Status != 204 || d.DoneAt.IsZero() {
			t.Errorf("%+v", d)
		}
	})
}

// log is the delivery log of a webhook.
func (w *world) log(h models.Webhook) []models.Delivery {
	w.t.Helper()
	log, _, err := w.Deliveries(context.Background(), models.System(), h.ID, "", 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return log
}

func onEachReady(t *testing.T, test func(t *testing.T, w *world)) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) { test(t, ready(t, open())) })
}

func TestFailedDeliveriesAreTriedAgainLaterAndLater(t *testing.T) {
	w := ready(t, storetest.Open(t, storetest.SQLite(t)))
	r := newReceiver(t)
	r.answer = func(int) int { return http.StatusInternalServerError }
	h := w.subscribe(r)
	w.submitted(w.input(cleanBody))
	w.do("dispatch", "deliver")
	last := time.Duration(0)
	for try := 1; try < 12; try++ {
		d := w.log(h)[0]
		pause := d.NextAt.Sub(w.clock.now())
		if d.State != models.DeliveryPending || d.Attempts != try || d.Status != 500 || pause < last*5/6 || pause > 15*time.Hour {
			t.Fatalf("try %d: pause %s after %s, %+v", try, pause, last, d)
		}
		last = pause
		w.do("deliver")
		if len(r.got()) != try {
			t.Fatal("tried before its time")
		}
		w.clock.pass(pause)
		w.do("deliver")
	}
	w.clock.pass(30 * 24 * time.Hour)
	w.do("deliver")
	if d := w.log(h)[0]; d.State != models.DeliveryFailed || len(r.got()) != 12 {
		t.Errorf("%d calls, %+v", len(r.got()), d)
	}
}

func TestReceiverThatSays410IsCalledNoMore(t *testing.T) {
	onEachReady(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		r.answer = func(int) int { return http.StatusGone }
		h := w.subscribe(r)
		w.submitted(w.input(cleanBody))
		w.submitted(w.input(cleanBody + "二"))
		w.do("dispatch", "deliver")
		w.submitted(w.input(cleanBody + "三"))
		w.do("dispatch", "deliver")
		if len(r.got()) != 1 {
			t.Errorf("%d calls", len(r.got()))
		}
		hooks, err := w.Webhooks(t.Context(), models.System())
		if err != nil || hooks[0].DisabledAt.IsZero() || hooks[0].DisabledWhy != models.WebhookGone {
			t.Errorf("%+v, %v", hooks, err)
		}
		for _, d := range w.log(h) {
			if d.State != models.DeliveryDropped {
				t.Errorf("%+v", d)
			}
		}
		r.mu.Lock()
		r.answer = nil
		r.mu.Unlock()
		if err := w.EnableWebhook(t.Context(), models.System(), h.ID); err != nil {
			t.Fatal(err)
		}
		w.submitted(w.input(cleanBody + "四"))
		w.do("dispatch", "deliver")
		if len(r.got()) != 2 {
			t.Errorf("%d calls after it was enabled", len(r.got()))
		}
	})
}

func TestCallsHoldIDsAndKindsAloneAndNothingAboutLockedDrafts(t *testing.T) {
	w := ready(t, storetest.Open(t, storetest.SQLite(t)))
	r := newReceiver(t)
	h := w.subscribe(r)
	open := w.submitted(w.input(cleanBody))
	locked := w.submitted(w.input(lockedBody))
	wantState(t, locked, models.StateLocked)
	later := w.submitted(w.input(cleanBody + "后来"))
	w.do("dispatch")
	if _, err := w.store.DB().Exec("UPDATE drafts SET state='locked' WHERE id=?", later.ID); err != nil {
		t.Fatal(err)
	}
	w.do("deliver")
	got := r.got()
	if len(got) != 1 || got[0].message.Data.DraftID != open.ID || len(r.bad) != 0 {
		t.Fatalf("%+v %v", got, r.bad)
	}
	for _, word := range []string{"青山", "植树", "title", "body", "author"} {
		if strings.Contains(got[0].body, word) {
			t.Errorf("a call says %q: %s", word, got[0].body)
		}
	}
	for _, d := range w.log(h) {
		if d.DraftID == locked.ID {
			t.Errorf("the log names a locked draft: %+v", d)
		}
	}
}

func TestWebhookHearsItsOwnAccountUnitAndKinds(t *testing.T) {
	w := ready(t, storetest.Open(t, storetest.SQLite(t)))
	ctx := t.Context()
	parent, err := w.CreateUnit(ctx, models.System(), "上级单位", "")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		in   workflow.WebhookInput
		want []string
	}{
		"everything":       {workflow.WebhookInput{}, []string{"step", "step", "released"}},
		"the account":      {workflow.WebhookInput{AccountID: w.account.ID}, []string{"step", "step", "released"}},
		"the unit":         {workflow.WebhookInput{UnitID: w.unit.ID}, []string{"step", "step", "released"}},
		"another unit":     {workflow.WebhookInput{UnitID: parent.ID}, nil},
		"releases alone":   {workflow.WebhookInput{Kinds: []string{"released", "withdrawn"}}, []string{"released"}},
		"nothing it knows": {workflow.WebhookInput{Kinds: []string{"drift"}}, nil},
	} {
		r := newReceiver(t)
		tt.in.URL = r.URL
		h, secret, err := w.CreateWebhook(ctx, models.System(), tt.in)
		if err != nil {
			t.Fatal(err)
		}
		r.secret = secret
		w.released()
		w.do("dispatch", "deliver")
		if got := r.kinds(); !slices.Equal(got, tt.want) || len(r.bad) > 0 {
			t.Errorf("%s: %v, want %v (%v)", name, got, tt.want, r.bad)
		}
		if err := w.RemoveWebhook(ctx, models.System(), h.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWebhooksOfForbiddenPlacesAndByOthersAreRefused(t *testing.T) {
	w := ready(t, storetest.Open(t, storetest.SQLite(t)))
	ctx := t.Context()
	for _, url := range []string{"http://169.254.169.254/latest", "https://[::1]/", "https://10.0.0.1/", "gopher://x/", "", "https://a:b@example.com/"} {
		_, _, err := w.CreateWebhook(ctx, models.System(), workflow.WebhookInput{URL: url})
		wantCode(t, err, models.CodeInvalid)
	}
	for _, in := range []workflow.WebhookInput{{UnitID: "x"}, {AccountID: "x"}, {UnitID: w.unit.ID, AccountID: w.account.ID}, {Kinds: []string{"a b"}}} {
		in.URL = "https://example.com/"
		_, _, err := w.CreateWebhook(ctx, models.System(), in)
		wantCode(t, err, models.CodeInvalid)
	}
	_, _, err := w.CreateWebhook(ctx, w.people["editor"], workflow.WebhookInput{URL: "https://example.com/"})
	wantCode(t, err, models.CodeForbidden)
	// A name that leads inside is found out when it is called, and the log says so.
	h, _, err := w.CreateWebhook(ctx, models.System(), workflow.WebhookInput{URL: "https://localhost:1/", AccountID: w.account.ID})
	if err != nil {
		t.Fatal(err)
	}
	plain := newWorldGuard(w)
	w.submitted(w.input(cleanBody))
	w.do("dispatch")
	for _, job := range plain.Jobs() {
		if job.Name == "deliver" {
			if _, err := job.Do(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	if log := w.log(h); len(log) != 1 || log[0].State != models.DeliveryPending || log[0].Error != webhook.ErrRefused.Error() {
		t.Errorf("%+v", log)
	}
}

// newWorldGuard is a replica that allows no networks beside the public ones.
func newWorldGuard(w *world) *workflow.Workflow {
	profiles, err := workflow.LoadProfiles("")
	if err != nil {
		w.t.Fatal(err)
	}
	other, err := workflow.New(workflow.Options{Store: w.store, Profiles: profiles, Now: w.clock.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	return other
}

func TestPeriodicJobsTakeTurnsAndForgetWhatIsOld(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		old := w.clock.now().Add(-31 * 24 * time.Hour)
		storetest.Must(t, w.store, func(tx *store.Tx) error {
			for i := range 1500 {
				if err := tx.InsertOnce(store.OnceRow{Actor: "a", Key: storetest.NewID(), At: old.Add(time.Duration(i) * time.Millisecond)}); err != nil {
					return err
				}
			}
			return tx.InsertOnce(store.OnceRow{Actor: "a", Key: "kept", At: w.clock.now()})
		})
		w.do("clean_once_keys", "clean_deliveries", "clean_sessions", "calendar")
		count := func() (n int) {
			if err := w.store.DB().QueryRow("SELECT COUNT(*) FROM once_keys WHERE actor='a'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := count(); n != 1 {
			t.Errorf("%d keys are left", n)
		}
		if _, err := w.store.Once(ctx, "a", "kept"); err != nil {
			t.Error(err)
		}
		storetest.Must(t, w.store, func(tx *store.Tx) error { return tx.InsertOnce(store.OnceRow{Actor: "a", Key: "old", At: old}) })
		w.do("clean_once_keys")
		if n := count(); n != 2 {
			t.Error("the job ran twice in its period")
		}
		w.clock.pass(time.Hour)
		w.do("clean_once_keys")
		if n := count(); n != 1 {
			t.Error("the job did not run in the next period")
		}
	})
}

func TestJobThatPanicsOrFailsIsTriedAgain(t *testing.T) {
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	tries := 0
	w.RunJobs(ctx, []workflow.Job{{Name: "bad", Every: time.Millisecond, Do: func(context.Context) (int, error) {
		tries++
		if tries == 3 {
			stop()
		}
		panic("oh")
	}}})
	if tries != 3 {
		t.Errorf("%d tries", tries)
	}
}

func TestImportedYearCountsOnEveryReplica(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		other := w.replica(w.store)
		const year = "[[year]]\nyear = 2027\nsource = \"通知\"\noff = [\"2027-01-01..2027-01-03\"]\n"
		if _, err := w.ImportCalendar(ctx, w.people["editor"], "2027.toml", []byte(year)); models.CodeOf(err) != models.CodeForbidden {
			t.Error(err)
		}
		if _, err := w.ImportCalendar(ctx, models.System(), "2027.toml", []byte(year+"off = 1")); err == nil || !strings.Contains(err.Error(), "2027.toml:5") {
			t.Error(err)
		}
		for range 2 {
			if _, err := w.ImportCalendar(ctx, models.System(), "2027.toml", []byte(year)); err != nil {
				t.Fatal(err)
			}
		}
		years, err := other.Calendar(ctx)
		if err != nil || years[len(years)-1].Year != 2027 || len(years) != 21 {
			t.Errorf("%d years, %v", len(years), err)
		}
		w.verified()
	})
}
