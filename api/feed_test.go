package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"shenfa/api"
	"shenfa/api/client"
	"shenfa/models"
)

func TestTheFeedGivesEveryReleaseOnceAndInOrder(t *testing.T) {
	const signers, each = 8, 6
	eachDatabase(t, func(t *testing.T, w *world) {
		var people []*client.Client
		for i := range signers {
			people = append(people, w.person(fmt.Sprintf("lead%d", i), models.RoleAccountLead))
		}
		drafts := make([][]client.Draft, signers)
		for i := range signers {
			for j := range each {
				in := w.input()
				in.Title = fmt.Sprintf("%s（%d-%d）", cleanTitle, i, j)
				drafts[i] = append(drafts[i], w.approve("editor", w.submitted(in)))
			}
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		seen := make(chan client.FeedItem, signers*each)
		followed := make(chan error, 1)
		go func() {
			for item, err := range w.clients["integration"].Follow(ctx, "") {
				if err != nil {
					followed <- err
					return
				}
				seen <- item
			}
			followed <- nil
		}()
		var wait sync.WaitGroup
		for i := range signers {
			wait.Go(func() {
				for _, d := range drafts[i] {
					if _, err := people[i].Decide(ctx, d.ID, client.DecisionInput{Action: models.ActionApprove, Digest: d.Digest}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		var order []string
		known := map[string]bool{}
		for len(order) < signers*each {
			select {
			case item := <-seen:
				d, err := item.Document()
				if err != nil {
					t.Fatal(err)
				}
				if known[d.ID] {
					t.Fatalf("release %s came twice", d.ID)
				}
				known[d.ID] = true
				order = append(order, d.ID)
			case err := <-followed:
				t.Fatalf("after %d releases the follower ended: %v", len(order), err)
			case <-ctx.Done():
				t.Fatalf("%d of %d releases were seen", len(order), signers*each)
			}
		}
		stop()
		// A second consumer, in small pages, sees the same in the same order.
		var again []string
		for after := ""; ; {
			p, err := w.clients["integration"].Feed(t.Context(), after, "", 7, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range p.Items {
				d, err := item.Document()
				if err != nil {
					t.Fatal(err)
				}
				again = append(again, d.ID)
			}
			if after = p.Next; !p.HasMore {
				break
			}
		}
		if fmt.Sprint(again) != fmt.Sprint(order) {
			t.Errorf("the follower saw\n%v\na second reader\n%v", order, again)
		}
	})
}

func TestAFeedRequestWaitsForNews(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		d := w.approve("editor", w.submitted(w.input()))
		type result struct {
			page client.FeedPage
			err  error
			at   time.Time
		}
		got := make(chan result, 1)
		go func() {
			p, err := w.clients["integration"].Feed(context.Background(), "", "", 10, 20*time.Second)
			got <- result{p, err, time.Now()}
		}()
		time.Sleep(100 * time.Millisecond)
		signed := time.Now()
		w.approve("account_lead", d)
		r := <-got
		if r.err != nil || len(r.page.Items) != 1 {
			t.Fatalf("%+v, %v", r.page, r.err)
		}
		t.Logf("the waiting request answered %v after the sign-off began", r.at.Sub(signed))
		start := time.Now()
		p, err := w.clients["integration"].Feed(context.Background(), r.page.Next, "", 10, 300*time.Millisecond)
		if took := time.Since(start); err != nil || len(p.Items) != 0 || p.Next != r.page.Next || took < 250*time.Millisecond {
			t.Errorf("without news: %+v, %v after %v", p, err, took)
		}
	})
}

// A server's own deadlines do not cut a request that waits, and its shutdown does not wait for one.
func TestWaitingRequestsAndTheServersDeadlines(t *testing.T) {
	w := onSQLite(t, api.Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: w.api, ReadTimeout: 200 * time.Millisecond, WriteTimeout: 200 * time.Millisecond}
	server.RegisterOnShutdown(w.api.Drain)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	puller := client.New("http://"+l.Addr().String(), w.clients["integration"].Token)
	puller.Tries = 1
	start := time.Now()
	if p, err := puller.Feed(t.Context(), "", "", 10, time.Second); err != nil || len(p.Items) != 0 || time.Since(start) < 900*time.Millisecond {
		t.Errorf("%+v, %v after %v", p, err, time.Since(start))
	}
	answered := make(chan error, 1)
	go func() {
		_, err := puller.Feed(t.Context(), "", "", 10, 30*time.Second)
		answered <- err
	}()
	time.Sleep(200 * time.Millisecond)
	start = time.Now()
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-answered; err != nil {
		t.Errorf("the waiting request at shutdown: %v", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("the shutdown took %v", took)
	}
	<-ended
	if a := w.send("nobody", "GET", "/readyz", ""); a.StatusCode != 503 {
		t.Errorf("readyz while draining: %d %s", a.StatusCode, a.raw)
	}
}

func TestAnIntegrationVerifiesAndReceipts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released(w.input())
		puller := w.clients["integration"]
		p, err := puller.Feed(ctx, "", w.account.ID, 10, 0)
		if err != nil || len(p.Items) != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		keys, err := w.clients["nobody"].PublishedKeys(ctx)
		if err != nil || len(keys) != 1 {
			t.Fatalf("%v, %v", keys, err)
		}
		certificate, err := puller.Certificate(ctx, d.ReleaseID)
		if err != nil {
			t.Fatal(err)
		}
		document, said, err := client.Verify(p.Items[0], certificate, keys)
		if err != nil || document.Digest != d.Digest || said.Number != d.Number || len(said.Decisions) != 2 {
			t.Fatalf("%+v, %+v, %v", document, said, err)
		}
		forged := p.Items[0]
		forged.Release = bytes.Replace(forged.Release, []byte("600余株"), []byte("900余株"), 1)
		if _, _, err := client.Verify(forged, certificate, keys); err == nil {
			t.Error("a changed text passes")
		}
		pulls := w.send("supervisor", "GET", "/api/v1/releases/"+d.ReleaseID+"/pulls", "").json(t)["items"].([]any)
		if len(pulls) != 1 || pulls[0].(map[string]any)["name"] != "发布端" {
			t.Errorf("who pulled it: %v", pulls)
		}
		one, err := puller.Release(ctx, d.ReleaseID)
		if err != nil || one.Content().Digest() != d.Digest {
			t.Errorf("%+v, %v", one, err)
		}
		for range 2 { // saying it twice changes nothing
			r, err := puller.PutReceipt(ctx, d.ReleaseID, "wechat", client.ReceiptInput{State: models.ReceiptPublished, URL: "https://mp.example/1", Digest: d.Digest})
			if err != nil || r.State != models.ReceiptPublished {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		if now := must(t)(w.clients["author"].Draft(ctx, d.ID)); now.State != models.StatePublished {
			t.Errorf("the draft is %s", now.State)
		}
		receipts, err := w.clients["supervisor"].Receipts(ctx, d.ReleaseID)
		if err != nil || len(receipts) != 1 {
			t.Errorf("%+v, %v", receipts, err)
		}
		if a := w.send("integration", "GET", "/api/v1/releases/"+d.ReleaseID+"/receipts/weibo", ""); a.StatusCode != 404 {
			t.Errorf("no receipt of a channel: %d %s", a.StatusCode, a.raw)
		}
		if a := w.send("editor", "PUT", "/api/v1/releases/"+d.ReleaseID+"/receipts/wechat", `{"state":"removed"}`); a.StatusCode != 403 {
			t.Errorf("a receipt by a person: %d %s", a.StatusCode, a.raw)
		}
	})
}

func TestTheFeedIsCompressedForThoseWhoAccept(t *testing.T) {
	w := onSQLite(t, api.Options{})
	for range 3 {
		w.released(w.input())
	}
	plain := w.send("integration", "GET", "/api/v1/releases", "", "Accept-Encoding", "identity")
	small := w.send("integration", "GET", "/api/v1/releases", "", "Accept-Encoding", "gzip")
	if small.Header.Get("Content-Encoding") != "gzip" || plain.Header.Get("Content-Encoding") != "" || len(small.raw) >= len(plain.raw) {
		t.Fatalf("%v: %d bytes, plain %d", small.Header, len(small.raw), len(plain.raw))
	}
	zip, err := gzip.NewReader(bytes.NewReader(small.raw))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(zip); err != nil || !bytes.Equal(raw, plain.raw) {
		t.Errorf("unpacked it differs (%v)", err)
	}
	if !json.Valid(plain.raw) {
		t.Errorf("not JSON: %s", plain.raw)
	}
}
