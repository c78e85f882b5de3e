package workflow

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// Inbox is what waits for the actor, oldest due first: drafts at a step of one
// of their roles that they have not decided on yet, and the blocked and
// returned ones of an author's accounts.
func (w *Workflow) Inbox(ctx context.Context, actor models.Actor, after string, limit int) (InboxPage, error) {
	cursor, err := inboxCursor(after)
	if err != nil {
		return InboxPage{}, err
	}
	if limit <= 0 || limit > MaxFeedLimit {
		limit = defaultPerPage
	}
	page := InboxPage{Items: []InboxItem{}, Counts: map[models.State]int{}}
	if after == "" {
		if err := w.addConsultations(ctx, actor, &page); err != nil {
			return InboxPage{}, err
		}
	}
	queues, err := w.queues(ctx, actor)
	if err != nil || len(queues) == 0 {
		return page, err
	}
	places := make([]store.Place, len(queues))
	for i, q := range queues {
		places[i] = q.Place
	}
	drafts, err := w.store.Waiting(ctx, places, cursor, limit+1)
	if err != nil {
		return InboxPage{}, err
	}
	if len(drafts) > limit {
		drafts = drafts[:limit]
		page.Next = nextInbox(drafts[limit-1])
	}
	for _, d := range drafts {
		from, mine, err := w.waitsForActor(ctx, actor, d)
		if err != nil {
			return InboxPage{}, err
		}
		if mine {
			page.Items = append(page.Items, InboxItem{Draft: d, Delegator: from, DelegatorName: w.delegatorName(ctx, from)})
		}
	}
	slices.SortStableFunc(page.Items, func(a, b InboxItem) int { return dueOrder(a.Draft.DueAt, b.Draft.DueAt) })
	if err := w.countInbox(ctx, actor, queues, page.Counts); err != nil {
		return InboxPage{}, err
	}
	return page, nil
}

func (w *Workflow) delegatorName(ctx context.Context, from string) string {
	if from == "" {
		return ""
	}
	return w.personName(ctx, from)
}

// dueOrder orders times: the oldest first, none last.
func dueOrder(a, b time.Time) int {
	switch {
	case a.IsZero() == b.IsZero():
		return a.Compare(b)
	case a.IsZero():
		return 1
	}
	return -1
}

// consultationsShown is how many open consultations an inbox shows.
const consultationsShown = 200

// addConsultations puts the drafts that wait for the opinion of the actor's units into the page.
func (w *Workflow) addConsultations(ctx context.Context, actor models.Actor, page *InboxPage) error {
	units := actor.ConsultedUnits()
	if len(units) == 0 || actor.Kind != models.ActorUser {
		return nil
	}
	asked, err := w.store.OpenConsultations(ctx, units, consultationsShown)
	if err != nil {
		return err
	}
	for _, c := range asked {
		d, err := w.store.Draft(ctx, c.DraftID)
		if err != nil {
			return err
		}
		_, profile, err := w.accountOf(ctx, d)
		if err != nil {
			return err
		}
		d.DueAt = profile.opinionDue(d, []models.Consultation{c})
		page.Items = append(page.Items, InboxItem{Draft: d, Unit: c.UnitID})
		page.Counts[models.StateAwaitingConsultees]++
	}
	return nil
}

func nextInbox(d models.Draft) string {
	due := int64(0)
	if !d.DueAt.IsZero() {
		due = d.DueAt.UnixMilli()
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(due, 10) + " " + d.ID))
}

func inboxCursor(after string) (store.WaitingCursor, error) {
	if after == "" {
		return store.WaitingCursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(after)
	due, id, ok := strings.Cut(string(raw), " ")
	millis, numberErr := strconv.ParseInt(due, 10, 64)
	if err != nil || !ok || numberErr != nil || id == "" {
		return store.WaitingCursor{}, models.Invalid([]models.FieldError{{Pointer: "/after", Message: "不是有效的游标；请原样使用上一页的 next。"}})
	}
	cursor := store.WaitingCursor{ID: id}
	if millis != 0 {
		cursor.DueAt = time.UnixMilli(millis).UTC()
	}
	return cursor, nil
}
