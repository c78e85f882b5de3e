package workflow

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/workflow/webhook"
)

// Bounds of the deliveries. A try that has not ended after deliveryLease
// counts as lost (its replica was killed) and is made again with the same
// webhook-id: delivery is at least once. The clocks of replicas may differ by
// deliveryLease less webhook.Timeout.
const (
	deliveryLease = time.Minute
	deliveryTries = 12 // over about two and a half days
	firstRetry    = 5 * time.Second
	longestRetry  = 12 * time.Hour
)

// post delivers what was dispatched.
type post struct {
	*Workflow
	caller *webhook.Caller
}

func (w *Workflow) post() *post { return &post{w, webhook.NewCaller(w.guard)} }

// Deliver makes the calls that are due, and gives how many deliveries it
// settled. Each webhook's calls are made in turn, those of several at once.
func (p *post) Deliver(ctx context.Context) (int, error) {
	due, err := p.store.DueDeliveries(ctx, p.clock(), jobBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	hooks, err := p.store.Webhooks(ctx)
	if err != nil {
		return 0, err
	}
	byID := map[string]models.Webhook{}
	for _, h := range hooks {
		byID[h.ID] = h
	}
	queues := map[string][]models.Delivery{}
	for _, d := range due {
		queues[d.WebhookID] = append(queues[d.WebhookID], d)
	}
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		settled int
	)
	for id, queue := range queues {
		running.Go(func() {
			n := p.work(ctx, byID[id], queue)
			mu.Lock()
			defer mu.Unlock()
			settled += n
		})
	}
	running.Wait()
	return settled, nil
}

// work makes the calls of one webhook. A receiver that gives no answer is left
// alone until the next try: the rest of its queue waits for that too.
func (p *post) work(ctx context.Context, h models.Webhook, queue []models.Delivery) (settled int) {
	for i, d := range queue {
		if ctx.Err() != nil {
			return settled
		}
		done, err := p.deliver(ctx, h, d)
		if err != nil {
			p.log.WarnContext(ctx, "a delivery was not settled", "webhook", h.ID, "delivery", d.ID, "error", err)
			return settled
		}
		if done.Attempts > 0 {
			settled++
		}
		if done.State == models.DeliveryPending && done.Status == 0 && done.Attempts > 0 {
			p.postpone(ctx, queue[i+1:], done.NextAt)
			return settled
		}
		if done.Status == http.StatusGone {
			h.DisabledAt = done.DoneAt
		}
	}
	return settled
}

// deliver makes one try. The delivery it gives has no attempts if another
// replica was faster.
func (p *post) deliver(ctx context.Context, h models.Webhook, d models.Delivery) (models.Delivery, error) {
	mine := false
	err := p.store.Update(ctx, func(tx *store.Tx) (err error) {
		mine, err = tx.ClaimDelivery(d, p.clock().Add(deliveryLease))
		return err
	})
	if err != nil || !mine {
		return models.Delivery{}, err
	}
	// What was begun is finished, also when the program is told to stop: a call takes seconds.
	ctx = context.WithoutCancel(ctx)
	d.Attempts++
	permitted, err := p.stillWanted(ctx, h, d)
	if err != nil {
		return models.Delivery{}, err
	}
	if permitted {
		d = afterCall(d, p.caller.Send(ctx, webhook.Call{URL: h.URL, Secret: h.Secret, ID: d.ID, Body: d.Body}, p.now()), p.clock())
	} else {
		d.State, d.NextAt, d.DoneAt = models.DeliveryDropped, time.Time{}, p.clock()
	}
	return d, p.store.Update(ctx, func(tx *store.Tx) error {
		if d.Status == http.StatusGone {
			if _, err := tx.DisableWebhook(h.ID, models.WebhookGone, d.DoneAt); err != nil {
				return err
			}
		}
		return tx.FinishDelivery(d)
	})
}

// stillWanted looks once more before a call: the webhook may have been
// disabled, or the draft locked, since the notice was dispatched.
func (p *post) stillWanted(ctx context.Context, h models.Webhook, d models.Delivery) (bool, error) {
	if h.ID == "" || !h.DisabledAt.IsZero() {
		return false, nil
	}
	drafts, err := p.store.Whereabouts(ctx, []string{d.DraftID})
	return err == nil && !drafts[d.DraftID].Sealed(), err
}

// afterCall is a delivery after a try with the answer.
func afterCall(d models.Delivery, a webhook.Answer, at time.Time) models.Delivery {
	d.Status, d.Error = a.Status, ""
	if a.Err != nil {
		d.Error = a.Err.Error()
	}
	switch {
	case a.OK():
		d.State = models.DeliveryDelivered
	case a.Status == http.StatusGone:
		d.State = models.DeliveryDropped
	case d.Attempts >= deliveryTries:
		d.State = models.DeliveryFailed
	default:
		d.NextAt = at.Add(max(retryIn(d.Attempts), min(a.RetryAfter, longestRetry)))
		return d
	}
	d.NextAt, d.DoneAt = time.Time{}, at
	return d
}

// retryIn is the pause after so many tries: four times as long each, up to
// longestRetry, and up to a fifth more by chance.
func retryIn(tries int) time.Duration {
	pause := longestRetry
	if shift := 2 * (tries - 1); shift < 20 {
		pause = min(firstRetry<<shift, longestRetry)
	}
	return pause + time.Duration(rand.Int64N(int64(pause/5)))
}

// postpone has deliveries wait without a try. What fails here is tried in vain once.
func (p *post) postpone(ctx context.Context, queue []models.Delivery, until time.Time) {
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		for _, d := range queue {
			if err := tx.PostponeDelivery(d, until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.log.WarnContext(ctx, "deliveries were not postponed", "error", err)
	}
}
