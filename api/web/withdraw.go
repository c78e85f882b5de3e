package web

import (
	"net/http"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// reasonWords are the words of a reason for a withdrawal or correction.
type reasonWords struct {
	Reason   models.WithdrawalReason
	Label    string
	Document string // what the document field must name; "": nothing
}

// reasons in the order in which people are offered them.
var reasons = []reasonWords{
	{models.ReasonError, "内容差错", ""},
	{models.ReasonLaw, "违反法律法规", "法律法规条款"},
	{models.ReasonPrivacy, "泄露个人信息", ""},
	{models.ReasonSecrecy, "涉密", ""},
	{models.ReasonSuperseded, "依据的决定已变更或撤销", "变更或撤销决定的文号"},
	{models.ReasonComplaint, "投诉成立", "投诉受理编号"},
}

// reasonLabel names a reason; reasons of other acts are texts already.
func reasonLabel(r models.WithdrawalReason) string {
	for _, words := range reasons {
		if words.Reason == r {
			return words.Label
		}
	}
	return string(r)
}

// afterRelease is what may be done about a release.
type afterRelease struct {
	Path   string // below the draft's own
	Label  string
	Help   string
	Notice string // what it brings about, said before it is confirmed
}

var (
	withdrawing = afterRelease{"withdrawal", "撤回", "通知各发布渠道撤下已发布的内容",
		"撤回后不可恢复：各发布渠道将收到通知并撤下内容，全部确认后本稿为“已撤回”。"}
	correcting = afterRelease{"correction", "更正", "新建更正稿，按全部流程审签，签发后替换原内容",
		"将以原签发内容新建一份更正稿，由拟稿人修改后按全部流程审签；签发前，原内容照常发布。"}
)

// reasonForm asks why a release is withdrawn or corrected.
type reasonForm struct {
	afterRelease
	DraftID, Digest string
	Reasons         []reasonChoice
	Text, Document  string
	Errors          map[string]string // by pointer
	Refused         bool
}

type reasonChoice struct {
	reasonWords
	Chosen bool
}

func newReasonForm(act afterRelease, d models.Draft, r models.Release) *reasonForm {
	return &reasonForm{afterRelease: act, DraftID: d.ID, Digest: r.Digest, Reasons: reasonChoices("")}
}

func reasonChoices(chosen models.WithdrawalReason) []reasonChoice {
	var out []reasonChoice
	for _, words := range reasons {
		out = append(out, reasonChoice{words, words.Reason == chosen})
	}
	return out
}

// confirmReasonPage asks once more, with what is done about what before their eyes.
type confirmReasonPage struct {
	afterRelease
	workflow.View
	Account  string
	Receipts []models.Receipt
	Input    workflow.WithdrawalInput
	To, Back string // addresses of the act, and of the page that it was asked on
	Action   string // of a work item: how it is settled by the act; else ""
}

func (v *visit) withdraw() error {
	return v.afterRelease(withdrawing, func(release string, in workflow.WithdrawalInput) (string, error) {
		d, err := v.site.workflow.Withdraw(v.ctx(), v.once(), release, in)
		if err != nil {
			return "", err
		}
		return "/drafts/" + d.ID, v.say("撤回已作出，当前状态：“" + v.site.workflow.LabelOf(v.ctx(), d) + "”。")
	})
}

func (v *visit) correct() error {
	return v.afterRelease(correcting, func(release string, in workflow.WithdrawalInput) (string, error) {
		d, err := v.site.workflow.Correct(v.ctx(), v.once(), release, in)
		if err != nil {
			return "", err
		}
		return "/drafts/" + d.ID, v.say("更正稿已建立，编号 " + d.Number + "，请修改后送审。")
	})
}

func (v *visit) say(good string) error {
	v.site.sessions.Put(v.ctx(), flashGood, good)
	return nil
}

// afterRelease takes the form of an act on a release: first it shows what will
// be done, then does it.
func (v *visit) afterRelease(act afterRelease, do func(release string, in workflow.WithdrawalInput) (string, error)) error {
	id := v.Param("id")
	in := workflow.WithdrawalInput{Reason: models.WithdrawalReason(v.PostForm("reason")), Text: strings.TrimSpace(lines(v.PostForm("text"))),
		Document: strings.TrimSpace(v.PostForm("document")), Digest: v.PostForm("digest")}
	view, err := v.site.workflow.View(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	to := ""
	wrong := checkReason(in)
	switch {
	case view.Draft.ReleaseID == "":
		err = models.Errorf(models.CodeConflict, "稿件没有有效的签发件。")
	case wrong != nil:
		err = wrong
	case v.PostForm("confirmed") != "yes" && (act == withdrawing && view.MayWithdraw || act == correcting && view.MayCorrect):
		return v.confirmReason(act, view, in)
	default:
		to, err = do(view.Draft.ReleaseID, in)
	}
	if err == nil {
		return v.goOn(to, "")
	}
	refusal := v.site.refuse(v.Context, err)
	return v.showDraft(refusal.Status, id, func(p *draftPage) {
		p.Refusal = &refusal
		if p.Release == nil {
			return
		}
		for _, form := range []*reasonForm{p.Release.Withdraw, p.Release.Correct} {
			if form != nil && form.Path == act.Path {
				form.Refused, form.Text, form.Document, form.Errors = true, in.Text, in.Document, refusal.Fields
				form.Reasons = reasonChoices(in.Reason)
			}
		}
	})
}

// checkReason finds what is missing before the person is asked to confirm.
func checkReason(in workflow.WithdrawalInput) error {
	var missing []models.FieldError
	if reasonLabel(in.Reason) == string(in.Reason) {
		missing = append(missing, models.FieldError{Pointer: "/reason", Message: "请选择原因。"})
	}
	if in.Text == "" {
		missing = append(missing, models.FieldError{Pointer: "/text", Message: "请说明情况。"})
	}
	for _, words := range reasons {
		if words.Reason == in.Reason && words.Document != "" && in.Document == "" {
			missing = append(missing, models.FieldError{Pointer: "/document", Message: "请填写" + words.Document + "。"})
		}
	}
	return models.Invalid(missing)
}

func (v *visit) confirmReason(act afterRelease, view workflow.View, in workflow.WithdrawalInput) error {
	id := view.Draft.ID
	return v.confirmAct(confirmReasonPage{afterRelease: act, View: view, Input: in, To: "/drafts/" + id + "/" + act.Path, Back: "/drafts/" + id + "#release"}, view.Draft.ReleaseID)
}

// confirmAct shows what is to be confirmed about a release.
func (v *visit) confirmAct(page confirmReasonPage, releaseID string) error {
	_, names, err := v.accounts()
	if err != nil {
		return err
	}
	page.Account = names[page.Draft.AccountID]
	if page.Receipts, err = v.site.workflow.Receipts(v.ctx(), v.actor, releaseID); err != nil {
		return err
	}
	return v.show(http.StatusOK, "after", "drafts", "确认"+page.Label, page)
}
