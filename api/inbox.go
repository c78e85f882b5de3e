package api

import (
	"context"

	"shenfa/models"
)

// InboxItem is one draft that waits for the caller.
type InboxItem struct {
	DraftSummary
	Delegator     *string `json:"delegator" doc:"因谁的授权而由您办理；本人事项为 null"`
	DelegatorName string  `json:"delegator_name"`
	Unit          *string `json:"unit" doc:"请哪个单位会签；不是会签事项为 null"`
	UnitName      string  `json:"unit_name"`
}

type inboxOutput struct {
	Body struct {
		Items  []InboxItem          `json:"items" doc:"时限最早的在前"`
		Next   string               `json:"next" doc:"下一页的 after；空表示已到末页"`
		Counts map[models.State]int `json:"counts" doc:"各状态待办总数"`
		Total  int                  `json:"total" doc:"待办总数"`
	} `nameHint:"InboxPage"`
}

func (a *API) inbox(ctx context.Context, actor models.Actor, in *ByPage) (*inboxOutput, error) {
	page, err := a.options.Workflow.Inbox(ctx, actor, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &inboxOutput{}
	out.Body.Items, out.Body.Next, out.Body.Counts = []InboxItem{}, page.Next, map[models.State]int{}
	for state, n := range page.Counts {
		out.Body.Counts[state] = n
		out.Body.Total += n
	}
	names, err := a.options.Workflow.UnitNames(ctx)
	if err != nil {
		return nil, err
	}
	for _, item := range page.Items {
		out.Body.Items = append(out.Body.Items, InboxItem{DraftSummary: a.summary(ctx, item.Draft), Delegator: wordOrNil(item.Delegator),
			DelegatorName: item.DelegatorName, Unit: wordOrNil(item.Unit), UnitName: names[item.Unit]})
	}
	return out, nil
}
