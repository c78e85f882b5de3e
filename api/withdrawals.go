package api

import (
	"context"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// Withdrawal is the decision by which a release was withdrawn.
type Withdrawal struct {
	ID             string                  `json:"id"`
	ReleaseID      string                  `json:"release_id"`
	Reason         models.WithdrawalReason `json:"reason"`
	Text           string                  `json:"text"`
	Document       string                  `json:"document"`
	Digest         string                  `json:"digest" doc:"所撤回内容的摘要"`
	By             string                  `json:"by"`
	ByName         string                  `json:"by_name"`
	OnBehalfOf     *string                 `json:"on_behalf_of" doc:"授权代签的授权人"`
	OnBehalfOfName string                  `json:"on_behalf_of_name"`
	ByLine         string                  `json:"by_line" doc:"署名：本人姓名，代签为“受托人 代 授权人”"`
	Role           models.Role             `json:"role" doc:"以何种角色"`
	At             time.Time               `json:"at"`
	DoneAt         *time.Time              `json:"done_at" doc:"各渠道全部撤下的时间"`
}

func withdrawalOf(v workflow.View) orNull[Withdrawal] {
	x := v.Withdrawal
	if x == nil {
		return orNull[Withdrawal]{}
	}
	return orNull[Withdrawal]{&Withdrawal{ID: x.ID, ReleaseID: x.ReleaseID, Reason: x.Reason, Text: x.Text, Document: x.Document,
		Digest: x.Digest, By: x.By, ByName: v.Names[x.By],
		OnBehalfOf: wordOrNil(x.OnBehalfOf), OnBehalfOfName: v.Names[x.OnBehalfOf], ByLine: byLine(v.Names[x.By], v.Names[x.OnBehalfOf]), Role: x.Role, At: x.At.UTC(), DoneAt: timeOrNil(x.DoneAt)}}
}

type withdrawInput struct {
	ByRelease
	Body struct {
		Reason   models.WithdrawalReason `json:"reason" enum:"error,law,privacy,secrecy,superseded,complaint" doc:"error 内容差错，law 违反法律法规，privacy 泄露个人信息，secrecy 涉密，superseded 依据的决定已变更或撤销，complaint 投诉成立"`
		Text     string                  `json:"text" minLength:"1" maxLength:"2000" doc:"情况说明" example:"活动时间写错"`
		Document string                  `json:"document,omitempty" maxLength:"200" doc:"law 为法律法规条款，superseded 为变更或撤销原决定的文号，complaint 为投诉受理编号，均为必填"`
		Digest   string                  `json:"digest,omitempty" maxLength:"64" doc:"所见签发内容的摘要；写明时，不符则为 412"`
	}
}

func (in *withdrawInput) reason() workflow.WithdrawalInput {
	return workflow.WithdrawalInput{Reason: in.Body.Reason, Text: in.Body.Text, Document: in.Body.Document, Digest: in.Body.Digest}
}

func (a *API) withdraw(ctx context.Context, actor models.Actor, in *withdrawInput) (*DraftOutput, error) {
	draft, err := a.options.Workflow.Withdraw(ctx, actor, in.ID, in.reason())
	if err != nil {
		return nil, a.withReleased(ctx, actor, in.ID, err)
	}
	return a.draft(ctx, actor, draft.ID)
}

func (a *API) correct(ctx context.Context, actor models.Actor, in *withdrawInput) (*CreatedDraft, error) {
	draft, err := a.options.Workflow.Correct(ctx, actor, in.ID, in.reason())
	if err != nil {
		return nil, a.withReleased(ctx, actor, in.ID, err)
	}
	return a.created(ctx, actor, draft.ID)
}

// withReleased is withPresent for the draft of a release.
func (a *API) withReleased(ctx context.Context, actor models.Actor, release string, err error) error {
	r, readErr := a.options.Workflow.Release(ctx, actor, release)
	if readErr != nil {
		return err
	}
	return a.withPresent(ctx, actor, r.DraftID, err)
}
