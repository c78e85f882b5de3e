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
	if after == "" {
		if err := w.addConsultations(ctx, actor, &page); err != nil {
			return InboxPage{}, err
		}
	}
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
		if from, mine := delegatorOf(actor, d); mine {
			page.Items = append(page.Items, InboxItem{Draft: d, Delegator: from, DelegatorName: w.delegatorName(ctx, from)})
		}
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

func (w *Workflow) delegatorName(ctx context.Context, from string) string {
	if from == "" {
		return ""
	}
	return w.personName(ctx, from)
}

// delegatorOf says in whose place a waiting draft is the actor's, "" in their
// own; not mine where a delegation does not reach its tier.
func delegatorOf(actor models.Actor, d models.Draft) (from string, mine bool) {
	role, waits := waitingRole(d.State)
	if !waits || actor.Holds(d.AccountID, role) {
		return "", true
	}
	for _, r := range actor.Deputy {
		if r.AccountID == d.AccountID && r.Role == role && holds(r.Tiers, d.Tier) {
			return r.From, true
		}
	}
	return "", false
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
	for _, r := range actor.Deputy {
		places = append(places, store.Place{AccountID: r.AccountID, State: models.AwaitingRole(r.Role)})
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
