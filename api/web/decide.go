package web

import (
	"net/http"
	"slices"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// actionWords are the words of an action and what its form needs.
type actionWords struct {
	Label   string
	Help    string
	Done    string // said after it
	Comment bool   // needs a comment
	Tier    bool   // needs a tier
}

var actions = map[models.Action]actionWords{
	models.ActionApprove: {"审核通过", "同意，转下一环节", "已审核通过。", false, false},
	models.ActionReturn:  {"退回修改", "退回拟稿人修改，须说明意见", "已退回拟稿人修改。", true, false},
	models.ActionReject:  {"否决", "不予发布，流程终止，须说明理由", "已否决，稿件不再发布。", true, false},
	models.ActionRaise:   {"提高层级", "转由更高层级的负责人签发，须说明理由", "已提高层级，稿件按新层级流转。", true, true},
	models.ActionLower:   {"降低层级", "按较低层级流转，须说明理由", "已降低层级，稿件按新层级流转。", true, true},
	models.ActionRecall:  {"收回稿件", "收回到拟稿状态，可继续修改", "稿件已收回。", false, false},
	models.ActionCancel:  {"撤销稿件", "不再办理，流程终止", "稿件已撤销。", false, false},
}

// signing replaces the words of approve where the approval is the sign-off.
var signing = actionWords{"同意签发", "审定签发，内容将原样发布；下一步核对后确认", "已签发，稿件进入发布环节。", false, false}

// clearing replaces the words of what the secrecy reviewer decides on a locked draft.
var clearing = map[models.Action]actionWords{
	models.ActionApprove: {"解除锁定", "经审查不涉密，稿件按流程继续审签；须写明保密审查结论", "已解除锁定，稿件按流程继续审签。", true, false},
	models.ActionReject:  {"终止", "经审查不宜公开，稿件终止办理；须写明保密审查结论", "已终止，稿件不再发布。", true, false},
}

// wordsOf are the words of an action in a state.
func wordsOf(action models.Action, state models.State) (actionWords, bool) {
	if state == models.StateLocked {
		words, ok := clearing[action]
		return words, ok
	}
	words, ok := actions[action]
	return words, ok
}

func actionLabel(a models.Action) string {
	if words, ok := actions[a]; ok {
		return words.Label
	}
	return string(a)
}

// decideForm is the decision that the page offers: the allowed actions with
// none of them chosen, on the digest and state that the page shows.
type decideForm struct {
	DraftID  string
	Revision int
	Choices  []actionChoice
	Judges   bool   // the person decides on someone's text; else they act on their own
	Clears   bool   // the secrecy reviewer concludes on a locked draft
	ActsFor  string // whose place the person decides in; "" their own
	Refused  bool   // it was just sent and refused
	Digest   string
	State    models.State
	Tiers    []choice
	Comment  string
	Errors   map[string]string // by name of the form's field
}

type actionChoice struct {
	Action models.Action
	actionWords
	Chosen bool
}

// newDecideForm is nil where the person may decide nothing.
func newDecideForm(view workflow.View) *decideForm {
	if len(view.Allowed) == 0 {
		return nil
	}
	d := view.Draft
	form := &decideForm{DraftID: d.ID, Revision: d.Revision, Digest: d.Digest, State: d.State,
		Clears: d.State == models.StateLocked, ActsFor: view.Names[view.ActsFor]}
	var tiers []models.Tier
	for _, action := range view.Allowed {
		words, ok := wordsOf(action, d.State)
		if !ok {
			words = actionWords{Label: string(action)}
		}
		switch action {
		case models.ActionApprove:
			form.Judges = true
			if signs(d) {
				words = signing
			}
		case models.ActionRaise:
			tiers = append(tiers, models.Tiers[d.Tier.Rank()+1:]...)
		case models.ActionLower:
			tiers = append(tiers, models.Tiers[:max(d.Tier.Rank(), 0)]...)
		}
		form.Choices = append(form.Choices, actionChoice{action, words, false})
	}
	for _, t := range tiers {
		form.Tiers = append(form.Tiers, choice{Value: string(t), Label: t.Label()})
	}
	return form
}

// signs says whether an approval of the waiting step is the sign-off.
func signs(d models.Draft) bool {
	return d.Step >= 0 && d.Step < len(d.Route) && d.Route[d.Step].Signs
}

// keep puts back what was typed. The choice itself is kept only where the
// same text is decided on again, for no decision may stand there by default.
func (f *decideForm) keep(in workflow.DecisionInput, choose bool) {
	if f == nil {
		return
	}
	f.Refused, f.Comment = true, in.Comment
	if !choose || in.Digest != f.Digest {
		return
	}
	for i := range f.Choices {
		f.Choices[i].Chosen = f.Choices[i].Action == in.Action
	}
	for i := range f.Tiers {
		f.Tiers[i].Chosen = f.Tiers[i].Value == string(in.Tier)
	}
}

// checkDecision finds what is missing in a decision, by the form's field.
func checkDecision(in workflow.DecisionInput) map[string]string {
	errors := map[string]string{}
	words, ok := wordsOf(in.Action, in.State)
	if !ok {
		errors["action"] = "请选择一项决定。"
	}
	if words.Comment && strings.TrimSpace(in.Comment) == "" {
		errors["comment"] = "选择“" + words.Label + "”时，请填写意见。"
	}
	if words.Tier && in.Tier.Rank() < 0 {
		errors["tier"] = "请选择调整后的层级。"
	}
	return errors
}

// confirmPage asks a signer once more, with what is being signed before their eyes.
type confirmPage struct {
	workflow.View
	Account string
	Outcome string
	Comment string
}

func (v *visit) decide() error {
	id := v.Param("id")
	in := workflow.DecisionInput{
		Action:  models.Action(v.PostForm("action")),
		Digest:  v.PostForm("digest"),
		State:   models.State(v.PostForm("state")),
		Comment: lines(v.PostForm("comment")),
	}
	if actions[in.Action].Tier {
		in.Tier = models.Tier(v.PostForm("tier"))
	}
	if wrong := checkDecision(in); len(wrong) > 0 {
		return v.showDraft(http.StatusUnprocessableEntity, id, func(p *draftPage) {
			p.Refusal = &refusal{fault: faults[models.CodeInvalid], Message: "决定没有提交：填写不完整。"}
			p.Decide.keep(in, true)
			if p.Decide != nil {
				p.Decide.Errors = wrong
			}
		})
	}
	words, _ := wordsOf(in.Action, in.State)
	done := words.Done
	round := 0
	approves := in.Action == models.ActionApprove && in.State != models.StateLocked
	if approves {
		view, err := v.site.workflow.View(v.ctx(), v.actor, id)
		if err != nil {
			return err
		}
		round = view.Draft.Round
		if signs(view.Draft) {
			done = signing.Done
		}
		if v.PostForm("confirmed") != "yes" && mustConfirm(view, in) {
			return v.askConfirm(view, in)
		}
	}
	draft, err := v.site.workflow.Decide(v.ctx(), v.once(), id, in)
	if err != nil {
		refusal := v.site.refuse(v.Context, err)
		return v.showDraft(refusal.Status, id, func(p *draftPage) {
			p.Refusal = &refusal
			p.Decide.keep(in, models.CodeOf(err) == models.CodeInvalid)
		})
	}
	switch {
	case approves && (draft.Round != round || draft.State == models.StateBlocked || draft.State == models.StateLocked):
		v.site.sessions.Put(v.ctx(), flashBad, "词库已更新，稿件已按新词库重新机审，您的决定没有记录。请按最新结果办理。")
		done = ""
	case draft.State == models.StateBlocked:
		done += "机审另有须处理的问题，已转拟稿人处理。"
	case draft.State == models.StateLocked: // cleared, and locked again by a new edition
		done = "保密审查结论已记录；词库已更新，稿件按新词库仍被锁定。"
	}
	if draft.State == models.StateLocked && !v.actor.Holds(draft.AccountID, models.RoleSecrecyReviewer, models.RolePrincipalLead) {
		return v.goOn("/inbox", done)
	}
	return v.goOn("/drafts/"+id, done)
}

// mustConfirm says whether the approval would sign. A text or state other
// than the one decided on is left to the workflow, which refuses it.
func mustConfirm(view workflow.View, in workflow.DecisionInput) bool {
	d := view.Draft
	return signs(d) && d.Digest == in.Digest && (in.State == "" || in.State == d.State) &&
		slices.Contains(view.Allowed, models.ActionApprove)
}

// askConfirm asks the signer once more.
func (v *visit) askConfirm(view workflow.View, in workflow.DecisionInput) error {
	_, names, err := v.accounts()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "confirm", "drafts", "确认签发",
		confirmPage{View: view, Account: names[view.Draft.AccountID], Outcome: outcomeText(view), Comment: in.Comment})
}

// lines undoes the CR LF that forms send.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
