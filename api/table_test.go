package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"shenfa/api"
	"shenfa/api/client"
	"shenfa/models"
	"shenfa/workflow"
)

// mayDecide says, by state and person, which decisions are open. What does not
// stand here is refused and changes nothing. The signer's row is of a draft of
// tier important, where the tier can still rise and fall.
var mayDecide = map[models.State]map[string]string{
	models.StateDraft:              {"author": "cancel", "author2": "cancel"},
	models.StateBlocked:            {"author": "recall cancel", "author2": "recall cancel"},
	models.StateLocked:             {"secrecy_reviewer": "approve reject"},
	models.StateAwaitingEditor:     {"editor": "approve return reject raise", "author": "recall", "author2": "recall"},
	models.StateAwaitingConsultees: {"author": "recall", "author2": "recall"},
	"awaiting_deputy_lead": {"deputy_lead": "approve return reject raise lower", "principal_lead": "approve return reject raise lower",
		"author": "recall", "author2": "recall"},
	models.StateReturned:    {"author": "cancel", "author2": "cancel"},
	models.StateRejected:    {},
	models.StateCancelled:   {},
	models.StateReleased:    {},
	models.StatePublished:   {},
	models.StateWithdrawing: {},
	models.StateWithdrawn:   {},
	models.StateSuperseded:  {},
}

var decisionActions = []models.Action{models.ActionApprove, models.ActionReturn, models.ActionReject, models.ActionRaise,
	models.ActionLower, models.ActionRecall, models.ActionCancel}

var tablePeople = []string{"author", "author2", "editor", "account_lead", "deputy_lead", "principal_lead", "secrecy_reviewer",
	"consultee", "supervisor", "admin"}

// TestEveryCellOfRoleStateAndAction tries every action of every person in every state.
func TestEveryCellOfRoleStateAndAction(t *testing.T) {
	w := onSQLite(t, api.Options{})
	police, err := w.workflow.CreateUnit(context.Background(), models.System(), "云雾县公安局", "")
	if err != nil {
		t.Fatal(err)
	}
	w.person("consultee")
	if _, err := w.workflow.Grant(context.Background(), models.System(), w.users["consultee"].ID, workflow.GrantInput{Role: models.RoleConsultee, UnitID: police.ID}); err != nil {
		t.Fatal(err)
	}
	w.person("editor2", models.RoleEditor)
	for state, byPerson := range mayDecide {
		t.Run(string(state), func(t *testing.T) {
			id := w.inState(t, state, police.ID)
			for _, person := range tablePeople {
				allowed := strings.Fields(byPerson[person])
				w.offers(t, person, id, state, allowed)
				for _, action := range decisionActions {
					if !slices.Contains(allowed, string(action)) {
						w.refuses(t, person, id, action)
						continue
					}
					if a := w.tryAction(person, w.inState(t, state, police.ID), action); a.StatusCode != http.StatusOK {
						t.Errorf("%s may not %s: %d %s", person, action, a.StatusCode, a.raw)
					}
				}
			}
		})
	}
}

// inState makes a draft and brings it into a state.
func (w *world) inState(t *testing.T, state models.State, police string) string {
	t.Helper()
	in := w.input()
	ctx := context.Background()
	act := func(who string, d client.Draft, action models.Action) client.Draft {
		t.Helper()
		return must(t)(w.clients[who].Decide(ctx, d.ID, client.DecisionInput{Action: action, Digest: d.Digest, Comment: "理由"}))
	}
	withdraw := func(d client.Draft) {
		t.Helper()
		if _, err := w.workflow.Withdraw(ctx, w.actor(t, "account_lead"), d.ReleaseID, workflow.WithdrawalInput{Reason: models.ReasonError, Text: "时间写错"}); err != nil {
			t.Fatal(err)
		}
	}
	publish := func(d client.Draft) {
		t.Helper()
		if _, err := w.clients["integration"].PutReceipt(ctx, d.ReleaseID, "wechat", client.ReceiptInput{State: models.ReceiptPublished, Digest: d.Digest}); err != nil {
			t.Fatal(err)
		}
	}
	var d client.Draft
	switch state {
	case models.StateDraft:
		d = w.create(in)
	case models.StateBlocked:
		in.Body += "联系人张某，手机13800138000。"
		d = w.submitted(in)
	case models.StateLocked:
		in.Body = "秘密★1年。" + in.Body
		d = w.create(in)
		if _, err := w.clients["author"].Submit(ctx, d.ID); err != nil {
			t.Fatal(err)
		}
	case models.StateAwaitingEditor:
		d = w.submitted(in)
	case models.StateAwaitingConsultees:
		in.Consult = []string{police}
		d = w.approve("editor2", w.submitted(in))
	case "awaiting_deputy_lead":
		in.DeclaredTier = models.TierImportant
		d = w.approve("editor2", w.submitted(in))
	case models.StateReturned:
		d = act("editor", w.submitted(in), models.ActionReturn)
	case models.StateRejected:
		d = act("editor", w.submitted(in), models.ActionReject)
	case models.StateCancelled:
		d = act("author", w.create(in), models.ActionCancel)
	case models.StateReleased:
		d = w.released(in)
	case models.StatePublished:
		d = w.released(in)
		publish(d)
	case models.StateWithdrawing:
		d = w.released(in)
		publish(d)
		withdraw(d)
	case models.StateWithdrawn:
		d = w.released(in)
		withdraw(d)
	case models.StateSuperseded:
		d = w.released(in)
		fix, err := w.workflow.Correct(ctx, w.actor(t, "account_lead"), d.ReleaseID, workflow.WithdrawalInput{Reason: models.ReasonError, Text: "时间写错"})
		if err != nil {
			t.Fatal(err)
		}
		w.approve("account_lead", w.approve("editor", must(t)(w.clients["author"].Submit(ctx, fix.ID))))
	}
	if stored, err := w.store.Draft(ctx, d.ID); err != nil || stored.State != state {
		t.Fatalf("the draft is in state %q, not %q (%v)", stored.State, state, err)
	}
	return d.ID
}

func (w *world) actor(t *testing.T, name string) models.Actor {
	t.Helper()
	actor, err := w.workflow.ActorOfUser(context.Background(), w.users[name].ID)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// tryAction posts a decision on the draft as it is stored, whoever may read it.
func (w *world) tryAction(person, id string, action models.Action) answer {
	d, err := w.store.Draft(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	tier := map[models.Action]models.Tier{models.ActionRaise: models.TierMajor, models.ActionLower: models.TierGeneral}[action]
	body := `{"action":"` + string(action) + `","digest":"` + d.Digest + `","comment":"理由"`
	if tier != "" {
		body += `,"tier":"` + string(tier) + `"`
	}
	return w.send(person, "POST", "/api/v1/drafts/"+id+"/decisions", body+"}")
}

// refuses fails if an action that is not open is carried out, or changes anything.
func (w *world) refuses(t *testing.T, person, id string, action models.Action) {
	t.Helper()
	before, err := w.store.Draft(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	a := w.tryAction(person, id, action)
	if !slices.Contains([]int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity}, a.StatusCode) {
		t.Errorf("%s, %s: %d %s", person, action, a.StatusCode, a.raw)
	}
	after, err := w.store.Draft(context.Background(), id)
	if err != nil || after.Version != before.Version {
		t.Errorf("%s, %s: refused, but the draft changed (%v)", person, action, err)
	}
}

// offers compares what a draft offers to a person with the table.
func (w *world) offers(t *testing.T, person, id string, state models.State, want []string) {
	t.Helper()
	a := w.send(person, "GET", "/api/v1/drafts/"+id, "")
	if a.StatusCode == http.StatusNotFound && len(want) == 0 {
		return
	}
	var got []string
	offered, _ := a.json(t)["allowed_actions"].([]any)
	for _, action := range decisionActions {
		if slices.Contains(offered, any(string(action))) {
			got = append(got, string(action))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s, %s is offered %v, want %v", state, person, got, want)
	}
}
