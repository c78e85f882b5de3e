package web

import (
	"net/http"
	"net/url"

	"shenfa/models"
	"shenfa/workflow"
)

// draftsPage is the list of drafts with its filter.
type draftsPage struct {
	Items    []queueItem
	States   []choice
	Accounts []choice
	Text     string
	Filtered bool
	Later    string
	First    bool
}

// choice is one option of a select or a group of radio buttons.
type choice struct {
	Value, Label, Help string
	Chosen             bool
}

// listedStates are the states that the filter offers, in the order of a draft's life.
var listedStates = []models.State{
	models.StateDraft, models.StateBlocked, models.StateLocked,
	models.StateAwaitingEditor, models.StateAwaitingConsultees,
	models.AwaitingRole(models.RoleAccountLead), models.AwaitingRole(models.RoleDeputyLead),
	models.AwaitingRole(models.RolePrincipalLead),
	models.StateReturned, models.StateReleased, models.StatePublished,
	models.StateWithdrawing, models.StateWithdrawn, models.StateSuperseded,
	models.StateRejected, models.StateCancelled,
}

func (v *visit) drafts() error {
	state, account, text := v.Query("state"), v.Query("account"), v.Query("text")
	query := workflow.DraftsQuery{Account: account, Text: text, After: v.Query("after"), Limit: pageSize}
	if state != "" {
		query.States = []models.State{models.State(state)}
	}
	list, err := v.site.workflow.Drafts(v.ctx(), v.actor, query)
	if err != nil {
		return err
	}
	accounts, names, err := v.accounts()
	if err != nil {
		return err
	}
	page := draftsPage{Text: text, Filtered: state != "" || account != "" || text != "", First: query.After == ""}
	for _, d := range list.Items {
		page.Items = append(page.Items, v.queueItem(d, names))
	}
	for _, s := range listedStates {
		page.States = append(page.States, choice{Value: string(s), Label: v.site.stateLabel(s), Chosen: string(s) == state})
	}
	for _, a := range accounts {
		page.Accounts = append(page.Accounts, choice{Value: a.ID, Label: a.Name, Chosen: a.ID == account})
	}
	if list.Next != "" {
		page.Later = address("/drafts", "state", state, "account", account, "text", text, "after", list.Next)
	}
	return v.show(http.StatusOK, "drafts", "drafts", "稿件", page)
}

// address is a path with the parameters that are not empty.
func address(path string, parameters ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(parameters); i += 2 {
		if parameters[i+1] != "" {
			query.Set(parameters[i], parameters[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
