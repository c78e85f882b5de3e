package api

import (
	"context"

	"shenfa/models"
)

type createUnitInput struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"100" doc:"单位名称" example:"青山镇人民政府"`
		ParentID string `json:"parent_id,omitempty" maxLength:"64" doc:"上级（主管）单位"`
	}
}

type unitOutput struct{ Body models.Unit }

func (a *API) createUnit(ctx context.Context, actor models.Actor, in *createUnitInput) (*unitOutput, error) {
	unit, err := a.options.Workflow.CreateUnit(ctx, actor, in.Body.Name, in.Body.ParentID)
	if err != nil {
		return nil, err
	}
	return &unitOutput{unit}, nil
}

type unitsOutput struct {
	Body struct {
		Items []models.Unit `json:"items"`
	} `nameHint:"UnitList"`
}

func (a *API) units(ctx context.Context, actor models.Actor, _ *struct{}) (*unitsOutput, error) {
	units, err := a.options.Workflow.Units(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &unitsOutput{}
	out.Body.Items = list(units)
	return out, nil
}
