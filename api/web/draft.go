package web

import (
	"html/template"
	"net/http"
	"slices"

	"shenfa/models"
	"shenfa/workflow"
)

// draftPage is one draft as one person may see it.
type draftPage struct {
	workflow.View
	Account   string
	Due       *due
	Stages    []stage
	Title     []segment
	Fields    []markedField // of the source, then the body
	Counts    []severityCount
	Hits      []hitCard
	Preview   template.HTML
	Previewed bool // the preview is shown in place of the source
	History   []pastDecision
	Decide    *decideForm // nil where nothing is to be decided
	Consult   consultPart
	Units     []string // names of the units to consult
	Release   *releasePart
	Refusal   *refusal // of the form that was just sent
	Outcome   string
}

// markedField is a field's source with the hits marked in it.
type markedField struct {
	Name, Label string
	Segments    []segment
}

type severityCount struct {
	Severity models.Severity
	N        int
}

// pastDecision is a decision with the names that go with it.
type pastDecision struct {
	models.Decision
	Label, ByLine, StepLabel string
	Voided                   bool
}

func (v *visit) draft() error {
	return v.showDraft(http.StatusOK, v.Param("id"), nil)
}

// showDraft shows a draft; with may add what a refused form had in it.
func (v *visit) showDraft(status int, id string, with func(*draftPage)) error {
	view, err := v.site.workflow.View(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	if err := v.site.workflow.RecordRead(v.ctx(), v.actor, workflow.ReadDraft, id); err != nil {
		return err
	}
	page, err := v.draftPage(view)
	if err != nil {
		return err
	}
	if with != nil {
		with(&page)
	}
	return v.show(status, "draft", "drafts", view.Draft.Title, page)
}

func (v *visit) draftPage(view workflow.View) (draftPage, error) {
	_, names, err := v.accounts()
	if err != nil {
		return draftPage{}, err
	}
	d := view.Draft
	page := draftPage{
		View: view, Account: names[d.AccountID], Due: dueOf(d.DueAt, v.site.now()), Stages: stages(view),
		Outcome: outcomeText(view),
	}
	if view.Hidden {
		return page, nil
	}
	page.mark()
	page.Preview = v.site.previewer.preview(view.Content)
	page.Previewed = page.Preview != "" && v.Query("view") == "preview"
	page.Decide = newDecideForm(view)
	page.History = v.history(view)
	now := v.site.now()
	page.Consult = newConsultPart(view, v.actor, now)
	if !v.actor.Sees(d.AccountID) { // a consulted unit has a time limit of its own
		page.Due = page.Consult.due()
	}
	if page.Units, err = v.unitsToConsult(d); err != nil {
		return draftPage{}, err
	}
	if page.Release, err = v.releasePart(view); err != nil {
		return draftPage{}, err
	}
	return page, nil
}

// mark cuts the fields at their hits and makes the list beside them.
func (p *draftPage) mark() {
	type field struct{ name, text string }
	fields := []field{{models.FieldTitle, p.Content.Title}}
	if source := p.Content.Source; source != nil {
		fields = append(fields, field{models.FieldSourceUnit, source.Unit},
			field{models.FieldSourceOriginalTitle, source.OriginalTitle}, field{models.FieldSourceURL, source.URL})
	}
	fields = append(fields, field{models.FieldBody, p.Content.Body})

	var order []string
	for _, f := range fields {
		order = append(order, f.name)
	}
	var hits []*markedHit
	if p.Report != nil {
		hits = numbered(p.Report.Hits, order)
	}
	for _, f := range fields {
		marked := segments(f.text, f.name, hits)
		switch {
		case f.name == models.FieldTitle:
			p.Title = marked
		case f.text != "":
			p.Fields = append(p.Fields, markedField{f.name, fieldLabels[f.name], marked})
		}
	}
	for _, severity := range []models.Severity{models.SeverityLock, models.SeverityBlock, models.SeverityWarn, models.SeverityInfo} {
		n := 0
		for _, h := range hits {
			n += btoi(h.Severity == severity)
		}
		if n > 0 {
			p.Counts = append(p.Counts, severityCount{severity, n})
		}
	}
	for _, h := range hits {
		p.Hits = append(p.Hits, newHitCard(h, p.View))
	}
}

// Returned is the decision that sent the draft back, while it waits for its author; else nil.
func (p draftPage) Returned() *pastDecision {
	if p.Draft.State != models.StateReturned || len(p.History) == 0 || p.History[0].Action != models.ActionReturn {
		return nil
	}
	return &p.History[0]
}

// history lists the decisions, the latest first.
func (v *visit) history(view workflow.View) []pastDecision {
	steps := map[string]string{}
	for i, step := range view.Draft.Route {
		if i < len(view.StepLabels) {
			steps[step.ID] = view.StepLabels[i]
		}
	}
	var out []pastDecision
	for _, d := range slices.Backward(view.Decisions) {
		past := pastDecision{Decision: d, Label: actionLabel(d.Action), ByLine: byLine(view.Names[d.PersonID], view.Names[d.OnBehalfOf]),
			Voided: !d.VoidedAt.IsZero(), StepLabel: steps[d.Step]}
		if past.StepLabel == "" && d.Role != "" {
			past.StepLabel = v.site.workflow.RoleLabel(d.Role)
		}
		if d.Signs && d.Action == models.ActionApprove {
			past.Label = "同意签发"
		}
		if d.Step == "secrecy" || d.Role == models.RoleSecrecyReviewer {
			past.StepLabel, past.Label = "保密审查", clearing[d.Action].Label
		}
		out = append(out, past)
	}
	return out
}

// byLine is how a decision is signed.
func byLine(person, onBehalfOf string) string {
	if onBehalfOf == "" {
		return person
	}
	return person + " 代 " + onBehalfOf
}

// outcomes are what the screening of the present content came to.
var outcomes = map[models.Outcome]string{
	models.OutcomeClean: "未发现问题", models.OutcomeWarned: "有提示，请留意",
	models.OutcomeBlocked: "有须处理的问题", models.OutcomeLocked: "涉密锁定",
}

func outcomeText(view workflow.View) string {
	switch {
	case view.Report == nil:
		return "尚未机审"
	case view.Report.Outcome == models.OutcomeBlocked && view.Draft.Outcome != models.OutcomeBlocked:
		return "拦截项均已处置"
	}
	return labelOr(outcomes, view.Report.Outcome)
}

// submit hands the draft in; the screening answers at once.
func (v *visit) submit() error {
	id := v.Param("id")
	draft, err := v.site.workflow.Submit(v.ctx(), v.actor, id)
	if err != nil {
		refusal := v.site.refuse(v.Context, err)
		return v.showDraft(refusal.Status, id, func(p *draftPage) { p.Refusal = &refusal })
	}
	v.saySubmitted(draft)
	return v.goOn("/drafts/"+id, "")
}

// saySubmitted leaves a word on what became of a draft that was handed in.
func (v *visit) saySubmitted(draft models.Draft) {
	key, text := flashGood, "已提交送审，当前状态：“"+v.site.workflow.LabelOf(v.ctx(), draft)+"”。"
	switch draft.State {
	case models.StateBlocked:
		key, text = flashBad, "机审发现须处理的问题，稿件尚未送审。请修改，或逐条处置后再次提交。"
	case models.StateLocked:
		key, text = flashBad, "稿件疑似涉密，已锁定并转保密审查。"
	}
	v.site.sessions.Put(v.ctx(), key, text)
}
