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
// of their roles, and an author's own that are blocked or returned.
func (w *Workflow) Inbox(ctx context.Context, actor models.Actor, after string, limit int) (InboxPage, error) {
	cursor, err := inboxCursor(after)
	if err != nil {
		return InboxPage{}, err
	}
	if limit <= 0 || limit > MaxFeedLimit {
		limit = defaultPerPage
	}
	page := InboxPage{Items: []InboxItem{}, Counts: map[models.State]int{}}
	places := inboxPlaces(actor)
	if len(places) == 0 {
		return page, nil
	}
	drafts, err := w.store.Waiting(ctx, places, cursor, limit+1)
	if err != nil {
		return InboxPage{}, err
	}
	if len(drafts) > limit {
		drafts = drafts[:limit]
		last := drafts[limit-1]
		page.Next = nextInbox(last)
	}
	for _, d := range drafts {
		page.Items = append(page.Items, InboxItem{Draft: d})
	}
	counts, err := w.store.CountWaiting(ctx, places)
	if err != nil {
		return InboxPage{}, err
	}
	for place, n := range counts {
		page.Counts[place.State] += n
	}
	return page, nil
}

// inboxPlaces are the queues that the actor's roles make theirs.
func inboxPlaces(actor models.Actor) []store.Place {
	if actor.Kind != models.ActorUser {
		return nil
	}
	var places []store.Place
	for _, r := range actor.Roles {
		switch r.Role {
		case models.RoleAuthor:
			places = append(places, store.Place{AccountID: r.AccountID, State: models.StateBlocked}, store.Place{AccountID: r.AccountID, State: models.StateReturned})
		case models.RoleSecrecyReviewer:
			places = append(places, store.Place{AccountID: r.AccountID, State: models.StateLocked})
		case models.RoleSupervisor, models.RoleAdmin, models.RoleConsultee:
		default:
			places = append(places, store.Place{AccountID: r.AccountID, State: models.AwaitingRole(r.Role)})
		}
	}
	slices.SortFunc(places, func(a, b store.Place) int {
		return strings.Compare(a.AccountID+string(a.State), b.AccountID+string(b.State))
	})
	return slices.Compact(places)
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
