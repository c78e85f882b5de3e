package api

import (
	"context"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// Consultation is the opinion of one consulted unit on the present content.
type Consultation struct {
	Unit      string                   `json:"unit" doc:"单位 id"`
	Name      string                   `json:"name" doc:"单位名称"`
	State     models.ConsultationState `json:"state" enum:"open,agree,agree_with_changes,disagree" doc:"open 待答复，agree 同意，agree_with_changes 修改后同意，disagree 不同意"`
	Opinion   string                   `json:"opinion"`
	Reference string                   `json:"reference" doc:"书面答复的文号；登记书面答复时填写"`
	By        *string                  `json:"by" doc:"答复人；书面答复为登记人"`
	ByName    string                   `json:"by_name"`
	At        *time.Time               `json:"at" doc:"答复时间"`
	DueAt     *time.Time               `json:"due_at" doc:"请该单位答复的时限"`
}

func consultationsOf(v workflow.View) []Consultation {
	out := []Consultation{}
	for _, c := range v.Consultations {
		out = append(out, Consultation{Unit: c.UnitID, Name: c.UnitName, State: c.State, Opinion: c.Opinion, Reference: c.Reference,
			By: wordOrNil(c.By), ByName: v.Names[c.By], At: timeOrNil(c.At), DueAt: timeOrNil(v.OpinionDue[c.UnitID])})
	}
	return out
}

type answerInput struct {
	ByDraft
	Unit string `path:"unit" maxLength:"100" doc:"会签单位的 id 或全称"`
	Body struct {
		State     models.ConsultationState `json:"state" enum:"agree,agree_with_changes,disagree" doc:"agree 同意，agree_with_changes 修改后同意，disagree 不同意"`
		Opinion   string                   `json:"opinion,omitempty" maxLength:"2000" doc:"意见；修改后同意、不同意时必填"`
		Reference string                   `json:"reference,omitempty" maxLength:"200" doc:"登记书面答复时的文号" example:"云公函〔2026〕8号"`
		Digest    string                   `json:"digest,omitempty" maxLength:"64" doc:"所见内容的摘要；写明时，内容已变则为 412"`
	}
}

func (a *API) answer(ctx context.Context, actor models.Actor, in *answerInput) (*DraftOutput, error) {
	unit, err := a.consultedUnit(ctx, actor, in.ID, in.Unit)
	if err != nil {
		return nil, err
	}
	answer := workflow.AnswerInput{State: in.Body.State, Opinion: in.Body.Opinion, Reference: in.Body.Reference, Digest: in.Body.Digest}
	if _, err := a.options.Workflow.Answer(ctx, actor, in.ID, unit, answer); err != nil {
		return nil, a.withPresent(ctx, actor, in.ID, err)
	}
	return a.draft(ctx, actor, in.ID)
}

// consultedUnit is the id of the draft's consulted unit that is named by id or by name.
func (a *API) consultedUnit(ctx context.Context, actor models.Actor, draft, named string) (string, error) {
	view, err := a.options.Workflow.View(ctx, actor, draft)
	if err != nil {
		return "", err
	}
	for _, c := range view.Consultations {
		if c.UnitName == named {
			return c.UnitID, nil
		}
	}
	return named, nil
}
