package web

import (
	"slices"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// stage is one part of the step bar over a draft.
type stage struct {
	Label  string
	Status string // done, here, stopped or todo
	Note   string // who did it
}

// stages is the way of a draft from the author to the channel, with where it is.
func stages(v workflow.View) []stage {
	d := v.Draft
	list := []stage{{Label: "拟稿", Note: v.Names[d.CreatedBy]}, {Label: "机审"}}
	at := map[models.State]int{models.StateDraft: 0, models.StateReturned: 0, models.StateBlocked: 1, models.StateLocked: 1}

	for i, label := range v.StepLabels {
		step := models.Step{}
		if i < len(d.Route) {
			step = d.Route[i]
		}
		if step.Signs && d.State == models.StateAwaitingConsultees {
			at[models.StateAwaitingConsultees] = len(list)
			list = append(list, stage{Label: "会签", Note: strings.Join(consulted(v), "、")})
		}
		if _, consulting := at[d.State]; i == d.Step && !consulting {
			at[d.State] = len(list)
		}
		list = append(list, stage{Label: label, Note: approvers(v, step.ID)})
	}
	if len(v.StepLabels) == 0 {
		list = append(list, stage{Label: "审核签发"})
	}
	for _, s := range []models.State{models.StateReleased, models.StateWithdrawing, models.StateWithdrawn} {
		at[s] = len(list)
	}
	list = append(list, stage{Label: "发布"})
	at[models.StatePublished], at[models.StateSuperseded] = len(list), len(list)

	here, known := at[d.State]
	for i := range list {
		switch {
		case !known: // ended on the way: only what was approved is done
			list[i].Status = "todo"
			if i < 2 || list[i].Note != "" {
				list[i].Status = "done"
			}
		case i < here:
			list[i].Status = "done"
		case i == here && slices.Contains([]string{"bad", "locked", "care", "over"}, stateTone(d.State)):
			list[i].Status = "stopped"
		case i == here:
			list[i].Status = "here"
		default:
			list[i].Status = "todo"
		}
	}
	return list
}

// consulted names the units that are asked.
func consulted(v workflow.View) []string {
	var names []string
	for _, c := range v.Consultations {
		names = append(names, c.UnitName)
	}
	return names
}

// approvers names who approved a step, while their approvals are in force.
func approvers(v workflow.View, step string) string {
	var names []string
	for _, d := range v.Decisions {
		if d.Action == models.ActionApprove && d.Step == step && d.VoidedAt.IsZero() {
			names = append(names, byLine(v.Names[d.PersonID], v.Names[d.OnBehalfOf]))
		}
	}
	return strings.Join(names, "、")
}
