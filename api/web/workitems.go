package web

import (
	"net/http"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// workItemsPage is what rescans found in released posts, and how it is settled.
type workItemsPage struct {
	Items   []workItemCard
	State   models.WorkItemState
	States  []choice
	Refusal *refusal
	Later   string
	First   bool
}

type workItemCard struct {
	models.WorkItem
	Draft      models.Draft
	StateLabel string // of the draft
	Account    string
	Label      string // how it was settled
	Person     string // who settled it
	Form       *settleForm
}

// settleForm asks how a work item is settled.
type settleForm struct {
	Actions          []choice
	Reasons          []reasonChoice
	Reason, Document string
	Errors           map[string]string // by pointer
}

// settling are the ways to settle a work item, in the order in which people are offered them.
var settling = []choice{
	{Value: string(models.WorkKept), Label: "保留", Help: "说明理由，内容照常发布"},
	{Value: string(models.WorkWithdraw), Label: "撤回", Help: "通知各发布渠道撤下已发布的内容"},
	{Value: string(models.WorkCorrect), Label: "更正", Help: "新建更正稿，按全部流程审签，签发后替换原内容"},
}

// settledLabels say how a work item was settled.
var settledLabels = map[models.WorkItemState]string{
	models.WorkOpen: "待办结", models.WorkKept: "保留", models.WorkWithdraw: "撤回", models.WorkCorrect: "更正",
}

// FieldLabel names the field in which a hit lies.
func (workItemsPage) FieldLabel(field string) string { return labelOr(fieldLabels, field) }

func (v *visit) workItems() error { return v.showWorkItems(http.StatusOK, nil, nil) }

// showWorkItems shows the list; with may add what a refused form had in it.
func (v *visit) showWorkItems(status int, refused *refusal, with func(*workItemCard)) error {
	page := workItemsPage{State: models.WorkItemState(v.Query("state")), Refusal: refused, First: v.Query("after") == ""}
	if page.State == "" {
		page.State = models.WorkOpen
	}
	page.States = choices(page.State, func(s models.WorkItemState) string { return settledLabels[s] }, models.WorkOpen, models.WorkKept, models.WorkWithdraw, models.WorkCorrect)
	items, next, err := v.site.workflow.WorkItems(v.ctx(), v.actor, workflow.WorkItemsQuery{State: page.State, After: v.Query("after"), Limit: pageSize})
	if err != nil {
		return err
	}
	for _, item := range items {
		card, err := v.workItemCard(item)
		if err != nil {
			return err
		}
		if with != nil {
			with(&card)
		}
		page.Items = append(page.Items, card)
	}
	if next != "" {
		page.Later = address("/work-items", "state", v.Query("state"), "after", next)
	}
	return v.show(status, "workitems", "inbox", "复审事项", page)
}

func (v *visit) workItemCard(item models.WorkItem) (workItemCard, error) {
	item, settle, keep, err := v.site.workflow.WorkItem(v.ctx(), v.actor, item.ID)
	if err != nil {
		return workItemCard{}, err
	}
	view, err := v.site.workflow.View(v.ctx(), v.actor, item.DraftID)
	if err != nil {
		return workItemCard{}, err
	}
	_, names, err := v.accounts()
	if err != nil {
		return workItemCard{}, err
	}
	card := workItemCard{WorkItem: item, Draft: view.Draft, StateLabel: view.StateLabel, Account: names[item.AccountID],
		Label: settledLabels[item.State]}
	if item.SettledBy != "" {
		name := v.site.workflow.PersonName
		card.Person = name(v.ctx(), item.SettledBy)
		if item.OnBehalfOf != "" {
			card.Person = byLine(card.Person, name(v.ctx(), item.OnBehalfOf))
		}
	}
	if settle {
		card.Form = &settleForm{Reasons: reasonChoices("")}
		for _, c := range settling {
			if keep || c.Value != string(models.WorkKept) {
				card.Form.Actions = append(card.Form.Actions, c)
			}
		}
	}
	return card, nil
}

// acting are the acts on a release that settle a work item.
var acting = map[models.WorkItemState]afterRelease{models.WorkWithdraw: withdrawing, models.WorkCorrect: correcting}

func (v *visit) settle() error {
	id := v.Param("id")
	in := workflow.WorkItemInput{Action: models.WorkItemState(v.PostForm("action")), Reason: strings.TrimSpace(lines(v.PostForm("text"))), Digest: v.PostForm("digest")}
	act, acts := acting[in.Action]
	if acts {
		in.ReasonCode, in.Document = models.WithdrawalReason(v.PostForm("reason")), strings.TrimSpace(v.PostForm("document"))
	}
	err := checkSettling(in)
	if err == nil && acts && v.PostForm("confirmed") != "yes" {
		return v.confirmSettling(id, act, in)
	}
	var item models.WorkItem
	if err == nil {
		item, err = v.site.workflow.SettleWorkItem(v.ctx(), v.once(), id, in)
	}
	if err != nil {
		refused := v.site.refuse(v.Context, err)
		return v.showWorkItems(refused.Status, &refused, func(card *workItemCard) {
			if card.ID != id || card.Form == nil {
				return
			}
			card.Form.Reason, card.Form.Document, card.Form.Errors = in.Reason, in.Document, refused.Fields
			card.Form.Reasons = reasonChoices(in.ReasonCode)
			for i := range card.Form.Actions {
				card.Form.Actions[i].Chosen = card.Form.Actions[i].Value == string(in.Action)
			}
		})
	}
	if item.Correction != "" {
		return v.goOn("/drafts/"+item.Correction, "复审事项已办结，更正稿已建立，请拟稿人修改后送审。")
	}
	return v.goOn("/work-items", "复审事项已办结："+settledLabels[item.State]+"。")
}

// checkSettling finds what is missing before the person is asked to confirm.
func checkSettling(in workflow.WorkItemInput) error {
	var missing []models.FieldError
	if _, known := settledLabels[in.Action]; !known || in.Action == models.WorkOpen {
		missing = append(missing, models.FieldError{Pointer: "/action", Message: "请选择如何办结。"})
	}
	if in.Reason == "" {
		missing = append(missing, models.FieldError{Pointer: "/reason", Message: "请说明理由。"})
	}
	if _, acts := acting[in.Action]; acts {
		for _, f := range fieldsOf(checkReason(workflow.WithdrawalInput{Reason: in.ReasonCode, Text: in.Reason, Document: in.Document})) {
			switch f.Pointer {
			case "/reason":
				missing = append(missing, models.FieldError{Pointer: "/reason_code", Message: f.Message})
			case "/document":
				missing = append(missing, f)
			}
		}
	}
	return models.Invalid(missing)
}

// confirmSettling asks once more, with what is done about what before their eyes.
func (v *visit) confirmSettling(id string, act afterRelease, in workflow.WorkItemInput) error {
	item, _, _, err := v.site.workflow.WorkItem(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	view, err := v.site.workflow.View(v.ctx(), v.actor, item.DraftID)
	if err != nil {
		return err
	}
	return v.confirmAct(confirmReasonPage{afterRelease: act, View: view, To: "/work-items/" + id, Back: "/work-items", Action: string(in.Action),
		Input: workflow.WithdrawalInput{Reason: in.ReasonCode, Text: in.Reason, Document: in.Document, Digest: item.Digest}}, item.ReleaseID)
}
