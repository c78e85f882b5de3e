package web

import (
	"cmp"
	"net/http"
	"slices"

	"shenfa/models"
)

// pageSize is how many drafts a list shows at once.
const pageSize = 20

// queueItem is one draft in a list.
type queueItem struct {
	models.Draft
	Account    string
	Due        *due
	StateLabel string
	ActsFor    string // in whose place it is to be decided (授权代签); "" the person's own
	Asked      string // unit whose opinion is asked; "" where a decision is
}

// inboxPage is what waits for the person.
type inboxPage struct {
	Items  []queueItem
	Counts []stateCount
	Total  int
	Later  string // address of the next page, "" on the last one
	First  bool

	WorkItems int64 // open ones that the person may settle
}

type stateCount struct {
	State models.State
	N     int
}

func (v *visit) inbox() error {
	after := v.Query("after")
	page, err := v.site.workflow.Inbox(v.ctx(), v.actor, after, pageSize)
	if err != nil {
		return err
	}
	_, names, err := v.accounts()
	if err != nil {
		return err
	}
	units, err := v.site.workflow.UnitNames(v.ctx())
	if err != nil {
		return err
	}
	out := inboxPage{First: after == ""}
	for _, item := range page.Items {
		q := v.queueItem(item.Draft, names)
		q.ActsFor, q.Asked = item.DelegatorName, units[item.Unit]
		out.Items = append(out.Items, q)
	}
	if out.WorkItems, err = v.site.workflow.CountWorkItems(v.ctx(), v.actor); err != nil {
		return err
	}
	for state, n := range page.Counts {
		if n > 0 {
			out.Counts = append(out.Counts, stateCount{state, n})
			out.Total += n
		}
	}
	slices.SortFunc(out.Counts, func(a, b stateCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.State, b.State))
	})
	if page.Next != "" {
		out.Later = address("/inbox", "after", page.Next)
	}
	return v.show(http.StatusOK, "inbox", "inbox", "待办", out)
}

func (v *visit) queueItem(d models.Draft, accounts map[string]string) queueItem {
	return queueItem{Draft: d, Account: accounts[d.AccountID], Due: dueOf(d.DueAt, v.site.now()), StateLabel: v.site.workflow.LabelOf(v.ctx(), d)}
}
