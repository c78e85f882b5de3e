package workflow

import (
	"context"
	"errors"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// jobBatch is how much of its work one call of a job takes up.
const jobBatch = 100

// Kinds of the notices about waiting steps.
const (
	noticeReminder   = "reminder"   // the step is due: to those whom it waits for
	noticeEscalation = "escalation" // it is still waiting: to those above them
	noticeOverdue    = "overdue"    // a channel has not said that it published, or removed, what it was told to
)

// RemindDue writes the reminders of the steps that are due, one for each time
// that a draft waits, and gives how many. It decides nothing: a time limit
// that has passed only ever tells people. Any number of replicas may call it at once.
func (w *Workflow) RemindDue(ctx context.Context) (n int, err error) {
	drafts, err := w.store.Unreminded(ctx, w.clock(), jobBatch)
	if err != nil {
		return 0, err
	}
	for _, d := range drafts {
		claimed, failure := w.remind(ctx, d)
		if claimed {
			n++
		}
		err = errors.Join(err, failure)
	}
	return n, err
}

// EscalateDue writes the escalation notices of the steps that still wait, a
// time after their reminder that the profile says; each once.
func (w *Workflow) EscalateDue(ctx context.Context) (n int, err error) {
	overdue, err := w.store.Unescalated(ctx, w.clock(), jobBatch)
	if err != nil {
		return 0, err
	}
	for _, o := range overdue {
		claimed, failure := w.escalate(ctx, o)
		if claimed {
			n++
		}
		err = errors.Join(err, failure)
	}
	return n, err
}

func (w *Workflow) remind(ctx context.Context, d models.Draft) (claimed bool, err error) {
	at := w.clock()
	step, profile := w.waitsFor(ctx, d)
	to := step.Roles
	if to[0] == models.RoleIntegration { // a program answers nobody: its people are told
		to = above(profile, step)
	}
	notices, err := w.overdueNotice(ctx, profile, d, d.DueAt, noticeReminder, to, at)
	if err != nil {
		return false, err
	}
	var escalate Due
	if profile != nil {
		escalate = profile.EscalationOf(step, laneOf(d), d.DueAt)
	}
	err = w.store.Update(ctx, func(tx *store.Tx) error {
		var err error
		if claimed, err = tx.ClaimReminder(d, at, escalate.At); err != nil || !claimed || len(notices) == 0 {
			return err
		}
		return tx.InsertNotices(notices)
	})
	return claimed && err == nil, err
}

func (w *Workflow) escalate(ctx context.Context, o models.Overdue) (claimed bool, err error) {
	at := w.clock()
	var notices []models.Notice
	if o.Draft.State != "" {
		step, profile := w.waitsFor(ctx, o.Draft)
		if notices, err = w.overdueNotice(ctx, profile, o.Draft, o.DueAt, noticeEscalation, above(profile, step), at); err != nil {
			return false, err
		}
	}
	err = w.store.Update(ctx, func(tx *store.Tx) error {
		var err error
		if claimed, err = tx.ClaimEscalation(o, at); err != nil || !claimed || len(notices) == 0 {
			return err
		}
		return tx.InsertNotices(notices)
	})
	return claimed && err == nil, err
}

// waitsFor is the step at which a draft waits, and the profile of its account;
// nil if that cannot be read: the reminder does not depend on it.
func (w *Workflow) waitsFor(ctx context.Context, d models.Draft) (models.Step, *Profile) {
	step := waitingStep(d)
	account, err := w.store.Account(ctx, d.AccountID)
	if err != nil {
		return step, nil
	}
	profile, err := w.profileOf(account)
	if err != nil {
		return step, nil
	}
	return step, profile
}

// waitingStep is what a draft waits for, as a step with time limits.
func waitingStep(d models.Draft) models.Step {
	role, waiting := waitingRole(d.State)
	switch {
	case d.State == models.StateAwaitingConsultees:
		return consulting
	case d.Step >= 0 && d.Step < len(d.Route) && d.Route[d.Step].State() == d.State:
		return d.Route[d.Step]
	case !waiting:
		role = models.RoleIntegration
	}
	return models.Step{ID: string(role), Roles: []models.Role{role}}
}

// above are the roles next in rank above a step's; where there are none, the supervising office.
func above(p *Profile, step models.Step) []models.Role {
	if p == nil {
		return []models.Role{models.RoleSupervisor}
	}
	highest := 0
	for _, r := range step.Roles {
		highest = max(highest, p.rank(r))
	}
	next := 0
	var roles []models.Role
	for _, r := range p.Roles {
		switch {
		case r.Rank <= highest:
		case next == 0 || r.Rank < next:
			next, roles = r.Rank, []models.Role{r.ID}
		case r.Rank == next:
			roles = append(roles, r.ID)
		}
	}
	if len(roles) == 0 {
		return []models.Role{models.RoleSupervisor}
	}
	return roles
}

// overdueNotice is the notice about a draft that waits too long; none about one
// that waits for no role, such as a locked one.
func (w *Workflow) overdueNotice(ctx context.Context, p *Profile, d models.Draft, due time.Time, kind string, to []models.Role, at time.Time) ([]models.Notice, error) {
	switch _, waiting := waitingRole(d.State); {
	case waiting:
	case d.State == models.StateReleased || d.State == models.StateWithdrawing:
		kind = noticeOverdue
	default:
		return nil, nil
	}
	payload := map[string]any{"state": d.State, "due_at": due, "to": to}
	if d.State == models.StateAwaitingConsultees {
		asked, err := w.consultationsOf(ctx, d)
		if err != nil {
			return nil, err
		}
		payload["units"] = unanswered(asked)
	}
	if p != nil && p.Provisional(d) {
		payload["provisional"] = true
	}
	n := notice(kind, payload)
	n.ID, n.DraftID, n.At = newID(), d.ID, at
	return []models.Notice{n}, nil
}

// Provisional says whether the due time of a draft rests on a calendar that is
// not loaded: then only weekends were counted out.
func (p *Profile) Provisional(d models.Draft) bool {
	if d.DueAt.IsZero() {
		return false
	}
	l, limited := p.Limit(waitingStep(d), laneOf(d))
	return limited && l.Within.clock == 0 && !p.calendar.settled(d.UpdatedAt, d.DueAt)
}
