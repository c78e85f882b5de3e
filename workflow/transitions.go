package workflow

import (
	"context"
	"errors"
	"slices"

	"github.com/looplab/fsm"

	"shenfa/models"
)

// event moves a draft from one state to another.
type event string

const (
	eventRevise    event = "revise"  // a new revision
	eventLock      event = "lock"    // screening found a secrecy hit
	eventBlock     event = "block"   // screening found what must be fixed or disposed of
	eventRoute     event = "route"   // to the step of the route that comes next (submit, another tier, an editor's revision)
	eventApprove   event = "approve" // one approval at the waiting step
	eventRelease   event = "release" // the last approval of the route
	eventRaise     event = "raise"
	eventLower     event = "lower"
	eventReturn    event = "return"
	eventReject    event = "reject"
	eventRecall    event = "recall"
	eventCancel    event = "cancel"
	eventClear     event = "clear"     // the secrecy reviewer's written conclusion: on to where screening sends it
	eventClose     event = "close"     // the secrecy reviewer ends the draft
	eventConsult   event = "consult"   // the step that signs is next, and a consultation is open
	eventPublish   event = "publish"   // a channel's receipt says so
	eventWithdraw  event = "withdraw"  // of a release that a channel has live
	eventWithdrawn event = "withdrawn" // no channel has it live (any more)
	eventReappear  event = "reappear"  // a channel published it after all
	eventSupersede event = "supersede" // the release of a correction
	eventHold      event = "hold"      // the gate before a scheduled release found what blocks
)

// who may cause an event.
type who int

const (
	bySystem     who = iota // follows from another act, never asked for
	byAuthor                // an author of the account
	byWriter                // an author of the account, or one of its profile's editors
	byStep                  // whoever the waiting step asks for
	bySigner                // whoever may sign at the waiting step
	bySecrecy               // a secrecy reviewer of the account
	byWithdrawer            // whoever may sign in the profile
)

// Pseudo-states of the table. anyStep as a source is each state of the draft's
// route; as a target it is the state that the act works out (target).
const (
	anyStep models.State = "awaiting_*"
	target  models.State = "→"
)

// transition is one row of the table.
type transition struct {
	event event
	from  []models.State
	to    models.State
	by    who
}

// transitions is the whole workflow: what may happen in which state, where it
// leads, and who may cause it. Machines, permissions, allowed actions, the
// diagram and the tests all come from it.
func transitions() []transition {
	var (
		draft, blocked, returned, locked = models.StateDraft, models.StateBlocked, models.StateReturned, models.StateLocked
		consultees, withdrawing          = models.StateAwaitingConsultees, models.StateWithdrawing
		released, published              = models.StateReleased, models.StatePublished
		open                             = []models.State{draft, blocked, returned, consultees, anyStep} // before the end, and not locked
	)
	return []transition{
		{eventRevise, open, draft, byWriter},
		{eventLock, open, locked, bySystem},
		{eventBlock, open, blocked, bySystem},
		{eventRoute, open, target, bySystem},
		{eventApprove, []models.State{anyStep}, target, byStep},
		{eventRelease, []models.State{anyStep}, models.StateReleased, bySystem},
		{eventRaise, []models.State{anyStep}, target, byStep},
		{eventLower, []models.State{anyStep}, target, bySigner},
		{eventReturn, []models.State{anyStep}, returned, byStep},
		{eventReject, []models.State{anyStep}, models.StateRejected, byStep},
		{eventConsult, open, consultees, bySystem},
		{eventClear, []models.State{locked}, target, bySecrecy},
		{eventClose, []models.State{locked}, models.StateRejected, bySecrecy},
		{eventRecall, []models.State{blocked, consultees, anyStep}, draft, byAuthor},
		{eventCancel, []models.State{draft, blocked, returned}, models.StateCancelled, byAuthor},
		{eventPublish, []models.State{released}, published, bySystem},
		{eventHold, []models.State{released}, target, bySystem},
		{eventWithdraw, []models.State{released, published}, withdrawing, byWithdrawer},
		{eventWithdrawn, []models.State{released, published, withdrawing}, models.StateWithdrawn, bySystem},
		{eventReappear, []models.State{models.StateWithdrawn}, withdrawing, bySystem},
		{eventSupersede, []models.State{released, published, withdrawing}, models.StateSuperseded, bySystem},
	}
}

// actionEvents maps what a person asks for to its event.
var actionEvents = map[models.Action]event{
	models.ActionApprove: eventApprove,
	models.ActionReturn:  eventReturn,
	models.ActionReject:  eventReject,
	models.ActionRaise:   eventRaise,
	models.ActionLower:   eventLower,
	models.ActionRecall:  eventRecall,
	models.ActionCancel:  eventCancel,
}

// eventOf is the event of an action in a state.
func eventOf(a models.Action, state models.State) event {
	if state == models.StateLocked {
		return map[models.Action]event{models.ActionApprove: eventClear, models.ActionReject: eventClose}[a]
	}
	return actionEvents[a]
}

// transitionOf is the row of the table for an event in a state of a route.
func transitionOf(e event, state models.State, route []models.Step) (transition, bool) {
	for _, t := range transitions() {
		if t.event == e && slices.Contains(sources(t, route), state) {
			return t, true
		}
	}
	return transition{}, false
}

// sources spells out anyStep for a route.
func sources(t transition, route []models.Step) []models.State {
	var from []models.State
	for _, s := range t.from {
		if s != anyStep {
			from = append(from, s)
			continue
		}
		for _, step := range route {
			from = append(from, step.State())
		}
	}
	return from
}

// move gives the state that an event leads to from a state: with the machine
// built from the table and the route of one draft. to is where events with a
// worked-out target lead. It changes nothing; an event that the table does not
// have is CodeConflict.
func move(ctx context.Context, state models.State, route []models.Step, e event, to models.State) (models.State, error) {
	var rows []fsm.EventDesc
	for _, t := range transitions() {
		row := fsm.EventDesc{Name: string(t.event), Dst: string(t.to)}
		if t.to == target {
			row.Dst = string(to)
		}
		for _, s := range sources(t, route) {
			row.Src = append(row.Src, string(s))
		}
		rows = append(rows, row)
	}
	machine := fsm.NewFSM(string(state), rows, nil)
	err := machine.Event(context.WithoutCancel(ctx), string(e))
	if _, stays := errors.AsType[fsm.NoTransitionError](err); err != nil && !stays {
		return state, models.Errorf(models.CodeConflict, "稿件当前处于“%s”状态，不能执行此操作。", stateLabel(state, nil)).Because(err)
	}
	return models.State(machine.Current()), nil
}

// stateLabels are the Chinese names of the states that no role gives.
var stateLabels = map[models.State]string{
	models.StateDraft:              "拟稿",
	models.StateBlocked:            "机审拦截",
	models.StateLocked:             "涉密锁定",
	models.StateAwaitingEditor:     "待编辑审核",
	models.StateAwaitingConsultees: "待会签",
	models.StateReturned:           "退回修改",
	models.StateRejected:           "否决",
	models.StateCancelled:          "撤销",
	models.StateReleased:           "已签发",
	models.StatePublished:          "已发布",
	models.StateWithdrawing:        "撤回中",
	models.StateWithdrawn:          "已撤回",
	models.StateSuperseded:         "已更正",
}

// stateLabel is the Chinese name of a state; a waiting one is named by its role.
func stateLabel(s models.State, profiles *Profiles) string {
	if label, ok := stateLabels[s]; ok {
		return label
	}
	if role, ok := waitingRole(s); ok && profiles != nil {
		if profiles.signs(role) {
			return "待" + profiles.RoleLabel(role) + "签发"
		}
		return "待" + profiles.RoleLabel(role) + "审核"
	}
	return "待审签"
}

// stateLabel is the Chinese name of a state in the profile's own words; "" if it does not speak of it.
func (p *Profile) stateLabel(s models.State) string {
	role, ok := waitingRole(s)
	name := p.names([]models.Role{role})
	switch {
	case !ok || name == "":
		return ""
	case p.rank(role) > 0:
		return "待" + name + "签发"
	}
	return "待" + name + "审核"
}

// labelOf is the Chinese name of a draft's state: where it waits at a step, of
// all whom that asks for, and whether they sign. "" if the profile does not speak of it.
func (p *Profile) labelOf(d models.Draft) string {
	_, waiting := waitingRole(d.State)
	step := waitingStep(d)
	switch {
	case !waiting || d.Step < 0 || step.ID == "" || step.State() != d.State || p.names(step.Roles) == "":
		return p.stateLabel(d.State)
	case step.Signs:
		return "待" + p.stepNames(step) + "签发"
	}
	return "待" + p.stepNames(step) + "审核"
}

// waitingRole is the role that a waiting state waits for.
func waitingRole(s models.State) (models.Role, bool) {
	const prefix = "awaiting_"
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return models.Role(s[len(prefix):]), true
	}
	return "", false
}
