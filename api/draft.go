package api

import (
	"context"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// Draft is a draft as an actor may see it.
type Draft struct {
	ID           string                `json:"id"`
	Number       string                `json:"number" doc:"编号" example:"2026-00012"`
	AccountID    string                `json:"account_id"`
	State        models.State          `json:"state" doc:"状态" example:"awaiting_editor"`
	StateLabel   string                `json:"state_label" doc:"状态的中文名称" example:"待编辑审核"`
	Tier         *models.Tier          `json:"tier" doc:"现行层级"`
	TierReasons  []models.TierReason   `json:"tier_reasons" doc:"定为该层级的理由"`
	Digest       string                `json:"digest" doc:"当前内容的摘要，即 ETag"`
	Revision     int                   `json:"revision" doc:"当前版本号，从 1 起"`
	Title        string                `json:"title"`
	Body         string                `json:"body"`
	Format       models.Format         `json:"format"`
	Kind         models.Kind           `json:"kind"`
	Source       orNull[models.Source] `json:"source"`
	DeclaredTier models.Tier           `json:"declared_tier"`
	Urgent       bool                  `json:"urgent"`
	NotBefore    *time.Time            `json:"not_before"`
	Media        []models.Media        `json:"media"`
	Consult      []string              `json:"consult" doc:"须会签的单位 id"`
	Outcome      *models.Outcome       `json:"outcome" doc:"最近一次机审的结果"`
	Report       orNull[models.Report] `json:"report" doc:"最近一次机审报告"`
	Edition      string                `json:"edition" doc:"机审所用词库版次"`
	Profile      string                `json:"profile" doc:"适用的审签规程"`
	Route        []Step                `json:"route" doc:"审签路径"`
	Dispositions []Disposition         `json:"dispositions"`

	Consultations   []Consultation     `json:"consultations" doc:"对当前内容的会签"`
	ConsultProposed []string           `json:"consult_proposed" doc:"机审建议征求意见的单位类别" example:"公安"`
	Decisions       []Decision         `json:"decisions"`
	AllowedActions  []models.Action    `json:"allowed_actions" doc:"您现在可以做的：decisions 的各动作，以及 edit 修改、submit 提交、dispose 处置、answer 会签、withdraw 撤回、correct 更正"`
	DueAt           *time.Time         `json:"due_at" doc:"当前环节的时限"`
	DueProvisional  bool               `json:"due_provisional" doc:"时限为暂定：所涉年份的节假日安排尚未导入，只扣除了周末"`
	ReleaseID       *string            `json:"release_id" doc:"签发件"`
	Withdrawal      orNull[Withdrawal] `json:"withdrawal" doc:"签发件的撤回"`
	Corrects        *string            `json:"corrects" doc:"本稿所更正的签发件：本稿签发时替换它"`
	CorrectsDraft   *string            `json:"corrects_draft" doc:"本稿所更正的稿件"`
	SupersededBy    *string            `json:"superseded_by" doc:"替换本稿的更正稿"`
	Hidden          bool               `json:"hidden" doc:"涉密锁定，内容不显示"`
	Version         int64              `json:"version" doc:"每次变动加一"`
	CreatedBy       string             `json:"created_by" doc:"拟稿人"`
	CreatedByName   string             `json:"created_by_name"`
	LastEditor      string             `json:"last_editor" doc:"当前版本的撰写人"`
	CreatedAt       time.Time          `json:"created_at"`
	UpdatedAt       time.Time          `json:"updated_at"`
}

// Step is one step of the route.
type Step struct {
	ID    string          `json:"id"`
	Label string          `json:"label"`
	Roles []models.Role   `json:"roles"`
	Mode  models.StepMode `json:"mode" doc:"any 任一，all 全部"`
	Count int             `json:"count"`
	Signs bool            `json:"signs" doc:"此环节的批准即审定签发"`
}

// Decision is one decision on a draft.
type Decision struct {
	ID             string        `json:"id"`
	Action         models.Action `json:"action"`
	Step           string        `json:"step" doc:"环节"`
	Role           models.Role   `json:"role" doc:"以何种角色"`
	Signs          bool          `json:"signs" doc:"即审定签发"`
	Person         string        `json:"person"`
	PersonName     string        `json:"person_name"`
	OnBehalfOf     *string       `json:"on_behalf_of" doc:"授权代签的授权人"`
	OnBehalfOfName string        `json:"on_behalf_of_name"`
	ByLine         string        `json:"by_line" doc:"署名：本人姓名，代签为“受托人 代 授权人”"`
	Digest         string        `json:"digest" doc:"所依据内容的摘要"`
	Revision       int           `json:"revision"`
	Round          int           `json:"round" doc:"第几次提交"`
	Tier           *models.Tier  `json:"tier"`
	Comment        string        `json:"comment"`
	At             time.Time     `json:"at"`
	VoidedAt       *time.Time    `json:"voided_at" doc:"因内容变更而失效的时间"`
}

// Disposition is how one hit was disposed of.
type Disposition struct {
	ID          string                 `json:"id"`
	HitID       string                 `json:"hit_id"`
	Category    string                 `json:"category"`
	Digest      string                 `json:"digest"`
	Kind        models.DispositionKind `json:"kind"`
	Reason      string                 `json:"reason"`
	BasisKind   *models.BasisKind      `json:"basis_kind"`
	Document    string                 `json:"document"`
	Fields      []string               `json:"fields"`
	By          string                 `json:"by"`
	ByName      string                 `json:"by_name"`
	At          time.Time              `json:"at"`
	ConfirmedBy *string                `json:"confirmed_by"`
	ConfirmedAt *time.Time             `json:"confirmed_at"`
}

// DraftOutput answers with one draft. Its ETag is for If-Match: it names the
// content, while the state changes without it.
type DraftOutput struct {
	ETag string `header:"ETag" doc:"当前内容的摘要"`
	Body *Draft
}

// draft reads the draft that an act has left behind.
func (a *API) draft(ctx context.Context, actor models.Actor, id string) (*DraftOutput, error) {
	view, err := a.options.Workflow.View(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	draft := draftOf(view)
	return &DraftOutput{ETag: etag(draft.Digest), Body: &draft}, nil
}

// draftOf is a view in its published shape.
func draftOf(v workflow.View) Draft {
	d := v.Draft
	out := Draft{
		ID: d.ID, Number: d.Number, AccountID: d.AccountID, State: d.State, StateLabel: v.StateLabel, Title: d.Title,
		CreatedBy: d.CreatedBy, CreatedByName: v.Names[d.CreatedBy], CreatedAt: d.CreatedAt.UTC(), UpdatedAt: d.UpdatedAt.UTC(), Hidden: v.Hidden,
		TierReasons: []models.TierReason{}, Media: []models.Media{}, Consult: []string{}, Route: []Step{},
		Dispositions: []Disposition{}, Consultations: []Consultation{}, ConsultProposed: []string{}, Decisions: []Decision{}, AllowedActions: []models.Action{},
	}
	if v.Hidden {
		return out
	}
	out.Tier, out.TierReasons, out.DeclaredTier = wordOrNil(d.Tier), list(d.TierReasons), d.DeclaredTier
	out.Digest, out.Revision, out.Version = d.Digest, d.Revision, d.Version
	out.Body, out.Format, out.Kind, out.Source = v.Content.Body, v.Content.Format, v.Content.Kind, orNull[models.Source]{v.Content.Source}
	out.Urgent, out.Consult, out.Media = d.Urgent, list(d.Consult), list(v.Content.Media)
	if v.Content.NotBefore != nil {
		out.NotBefore = timeOrNil(*v.Content.NotBefore)
	}
	out.Outcome, out.Edition, out.Profile = wordOrNil(d.Outcome), d.Edition, d.Profile
	out.Report = reportOf(v.Report)
	if v.Report != nil {
		out.ConsultProposed = list(v.Report.Consult)
	}
	out.Consultations, out.Withdrawal, out.Corrects = consultationsOf(v), withdrawalOf(v), wordOrNil(d.Corrects)
	out.CorrectsDraft, out.SupersededBy = wordOrNil(v.CorrectsDraft), wordOrNil(v.SupersededBy)
	out.DueProvisional = v.DueProvisional
	out.DueAt, out.ReleaseID, out.LastEditor = timeOrNil(d.DueAt), wordOrNil(d.ReleaseID), d.LastEditor
	for i, s := range d.Route {
		step := Step{ID: s.ID, Roles: list(s.Roles), Mode: s.Mode, Count: s.Count, Signs: s.Signs}
		if i < len(v.StepLabels) {
			step.Label = v.StepLabels[i]
		}
		out.Route = append(out.Route, step)
	}
	for _, x := range v.Dispositions {
		out.Dispositions = append(out.Dispositions, Disposition{ID: x.ID, HitID: x.HitID, Category: x.Category, Digest: x.Digest,
			Kind: x.Kind, Reason: x.Reason, BasisKind: wordOrNil(x.BasisKind), Document: x.Document, Fields: list(x.Fields),
			By: x.By, ByName: v.Names[x.By], At: x.At.UTC(), ConfirmedBy: wordOrNil(x.ConfirmedBy), ConfirmedAt: timeOrNil(x.ConfirmedAt)})
	}
	for _, x := range v.Decisions {
		out.Decisions = append(out.Decisions, Decision{ID: x.ID, Action: x.Action, Step: x.Step, Role: x.Role, Signs: x.Signs,
			Person: x.PersonID, PersonName: v.Names[x.PersonID],
			OnBehalfOf: wordOrNil(x.OnBehalfOf), OnBehalfOfName: v.Names[x.OnBehalfOf], ByLine: byLine(v.Names[x.PersonID], v.Names[x.OnBehalfOf]), Digest: x.Digest,
			Revision: x.Revision, Round: x.Round, Tier: wordOrNil(x.Tier), Comment: x.Comment, At: x.At.UTC(), VoidedAt: timeOrNil(x.VoidedAt)})
	}
	out.AllowedActions = allowedActions(v)
	return out
}

// byLine is how a decision is signed.
func byLine(person, onBehalfOf string) string {
	if onBehalfOf == "" {
		return person
	}
	return person + " 代 " + onBehalfOf
}

// allowedActions is the decisions that the actor may take, and what else they may do.
func allowedActions(v workflow.View) []models.Action {
	actions := append([]models.Action{}, v.Allowed...)
	for _, more := range []struct {
		may    bool
		action models.Action
	}{{v.MayEdit, "edit"}, {v.MaySubmit, "submit"}, {v.MayDispose, "dispose"},
		{len(v.MayAnswer) > 0, "answer"}, {v.MayWithdraw, "withdraw"}, {v.MayCorrect, "correct"}} {
		if more.may {
			actions = append(actions, more.action)
		}
	}
	return actions
}

// reportOf is a report whose lists are never null.
func reportOf(report *models.Report) orNull[models.Report] {
	if report == nil {
		return orNull[models.Report]{}
	}
	out := *report
	out.Hits = list(out.Hits)
	return orNull[models.Report]{&out}
}

// DraftSummary is a draft in a list.
type DraftSummary struct {
	ID           string              `json:"id"`
	Number       string              `json:"number"`
	AccountID    string              `json:"account_id"`
	State        models.State        `json:"state"`
	StateLabel   string              `json:"state_label"`
	Tier         models.Tier         `json:"tier"`
	TierReasons  []models.TierReason `json:"tier_reasons"`
	Digest       string              `json:"digest"`
	Revision     int                 `json:"revision"`
	Title        string              `json:"title"`
	Format       models.Format       `json:"format"`
	Kind         models.Kind         `json:"kind"`
	DeclaredTier models.Tier         `json:"declared_tier"`
	Urgent       bool                `json:"urgent"`
	Outcome      *models.Outcome     `json:"outcome"`
	DueAt        *time.Time          `json:"due_at"`
	ReleaseID    *string             `json:"release_id"`
	CreatedBy    string              `json:"created_by"`
	CreatedAt    time.Time           `json:"created_at"`
	UpdatedAt    time.Time           `json:"updated_at"`
}

func (a *API) summary(ctx context.Context, d models.Draft) DraftSummary {
	return DraftSummary{ID: d.ID, Number: d.Number, AccountID: d.AccountID, State: d.State,
		StateLabel: a.options.Workflow.LabelOf(ctx, d), Tier: d.Tier, TierReasons: list(d.TierReasons), Digest: d.Digest,
		Revision: d.Revision, Title: d.Title, Format: d.Format, Kind: d.Kind, DeclaredTier: d.DeclaredTier, Urgent: d.Urgent,
		Outcome: wordOrNil(d.Outcome), DueAt: timeOrNil(d.DueAt), ReleaseID: wordOrNil(d.ReleaseID),
		CreatedBy: d.CreatedBy, CreatedAt: d.CreatedAt.UTC(), UpdatedAt: d.UpdatedAt.UTC()}
}
