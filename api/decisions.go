package api

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"shenfa/models"
	"shenfa/workflow"
)

type decideInput struct {
	ByDraft
	Body struct {
		Action  models.Action `json:"action" enum:"approve,return,reject,raise,lower,recall,cancel" doc:"approve 同意（在签发环节即签发），return 退回修改，reject 否决，raise 升级，lower 降级，recall 撤回，cancel 撤销"`
		Digest  string        `json:"digest" minLength:"1" maxLength:"64" doc:"您所见内容的摘要"`
		State   models.State  `json:"state,omitempty" maxLength:"100" doc:"您所见的状态；写明时，状态已变则为 409"`
		Comment string        `json:"comment,omitempty" maxLength:"2000" doc:"意见；return、reject、raise、lower 必填"`
		Tier    models.Tier   `json:"tier,omitempty" enum:"general,important,major" doc:"raise、lower 的目标层级"`
	}
}

func (a *API) decide(ctx context.Context, actor models.Actor, in *decideInput) (*DraftOutput, error) {
	decision := workflow.DecisionInput{Action: in.Body.Action, Digest: in.Body.Digest, State: in.Body.State, Comment: in.Body.Comment, Tier: in.Body.Tier}
	if _, err := a.options.Workflow.Decide(ctx, actor, in.ID, decision); err != nil {
		return nil, a.withPresent(ctx, actor, in.ID, err)
	}
	return a.draft(ctx, actor, in.ID)
}

type disposeInput struct {
	ByDraft
	Body DispositionList
}

// DispositionFields disposes of one hit.
type DispositionFields struct {
	HitID     string                 `json:"hit_id" minLength:"1" maxLength:"100" doc:"命中的 id"`
	Kind      models.DispositionKind `json:"kind" enum:"false_positive,exempt" doc:"false_positive 误报，exempt 豁免"`
	Reason    string                 `json:"reason,omitempty" maxLength:"2000" doc:"理由"`
	BasisKind models.BasisKind       `json:"basis_kind,omitempty" enum:"punishment_disclosure,statutory_disclosure" doc:"豁免依据：punishment_disclosure 惩戒公示，statutory_disclosure 强制性信息披露"`
	Document  string                 `json:"document,omitempty" maxLength:"200" doc:"依据文号"`
	Fields    []string               `json:"fields,omitempty" maxItems:"50" maxLength:"100" doc:"豁免所及的字段"`
}

// DispositionList is one disposition, a list of them, or {"items": [...]}.
type DispositionList []DispositionFields

// UnmarshalJSON reads any of the three shapes.
func (l *DispositionList) UnmarshalJSON(raw []byte) error {
	var many struct{ Items []DispositionFields }
	if err := json.Unmarshal(raw, (*[]DispositionFields)(l)); err == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &many); err == nil && many.Items != nil {
		*l = many.Items
		return nil
	}
	var one DispositionFields
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*l = DispositionList{one}
	return nil
}

// Schema of the three shapes.
func (DispositionList) Schema(r huma.Registry) *huma.Schema {
	one := r.Schema(reflect.TypeFor[DispositionFields](), true, "")
	least, most := 1, 500
	many := &huma.Schema{Type: huma.TypeArray, Items: one, MinItems: &least, MaxItems: &most}
	return &huma.Schema{OneOf: []*huma.Schema{one, many, {Type: huma.TypeObject, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"items": many}, Required: []string{"items"}}}}
}

func (a *API) dispose(ctx context.Context, actor models.Actor, in *disposeInput) (*DraftOutput, error) {
	var items []workflow.DispositionInput
	for _, d := range in.Body {
		items = append(items, workflow.DispositionInput{HitID: d.HitID, Kind: d.Kind, Reason: d.Reason, BasisKind: d.BasisKind, Document: d.Document, Fields: d.Fields})
	}
	if _, err := a.options.Workflow.Dispose(ctx, actor, in.ID, items); err != nil {
		return nil, a.withPresent(ctx, actor, in.ID, err)
	}
	return a.draft(ctx, actor, in.ID)
}
