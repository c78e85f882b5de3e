package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// timelinePage is what happened to a draft, the latest first.
type timelinePage struct {
	Draft  models.Draft
	Events []pastEvent
}

type pastEvent struct {
	models.AuditEvent
	Label  string
	Person string
	Facts  []typedText
}

func (v *visit) timeline() error {
	id := v.Param("id")
	view, err := v.site.workflow.View(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	if err := v.site.workflow.RecordRead(v.ctx(), v.actor, workflow.ReadHistory, id); err != nil {
		return err
	}
	if view.Hidden {
		return models.Errorf(models.CodeNotFound, "稿件已锁定，时间线不可查看。")
	}
	events, err := v.site.workflow.Timeline(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	page := timelinePage{Draft: view.Draft}
	for _, e := range slices.Backward(events) {
		page.Events = append(page.Events, pastEvent{e, workflow.EventLabel(e.Kind), v.person(view.Names, e.Actor), v.facts(e, view.Names)})
	}
	return v.show(http.StatusOK, "timeline", "drafts", "时间线", page)
}

func (v *visit) person(names map[string]string, id string) string {
	switch name, ok := names[id]; {
	case ok && name != "":
		return name
	case id == models.System().ID:
		return models.System().Name
	case id == v.actor.ID:
		return v.actor.Name
	}
	return "发布端"
}

// facts are what pages tell of an event's data, in the order of the table.
func (v *visit) facts(e models.AuditEvent, names map[string]string) []typedText {
	var data map[string]any
	if json.Unmarshal(e.Data, &data) != nil {
		return nil
	}
	text := func(value any) string { return fmt.Sprint(value) }
	state := func(value any) string { return v.site.stateLabel(models.State(text(value))) }
	var facts []typedText
	if from, to := data["from"], data["state"]; from != nil && to != nil {
		facts = append(facts, typedText{"状态", state(from) + " → " + state(to)})
		delete(data, "state")
	}
	for _, row := range []struct {
		key, label string
		say        func(any) string
	}{
		{"revision", "版本", func(value any) string { return fmt.Sprintf("第 %v 版", value) }},
		{"state", "状态", state},
		{"tier", "层级", func(value any) string { return models.Tier(text(value)).Label() }},
		{"on_behalf_of", "代签", func(value any) string { return "代 " + v.person(names, text(value)) }},
		{"answer", "会签", func(value any) string { return opinionLabel(models.ConsultationState(text(value))) }},
		{"opinion", "意见", text},
		{"reference", "来文文号", text},
		{"comment", "意见", text},
		{"reason", "理由", func(value any) string { return reasonLabel(models.WithdrawalReason(text(value))) }},
		{"text", "情况", text},
		{"document", "依据", text},
		{"channel", "渠道", text},
		{"receipt", "回执", func(value any) string { return receiptLabel(models.ReceiptState(text(value))) }},
		{"published_digest", "发布摘要", func(value any) string { return shortDigest(text(value)) }},
		{"digest", "内容摘要", func(value any) string { return shortDigest(text(value)) }},
	} {
		if value, ok := data[row.key]; ok && strings.TrimSpace(text(value)) != "" {
			facts = append(facts, typedText{row.label, row.say(value)})
		}
	}
	return facts
}
