package api

import (
	"context"

	"shenfa/models"
	"shenfa/workflow"
)

type importEditionInput struct {
	Body struct {
		Files   map[string]string `json:"files,omitempty" doc:"规则文件：文件名（*.toml、lexicon/*.tsv）到全文"`
		Archive []byte            `json:"archive,omitempty" doc:"以上文件的 zip 压缩包，Base64；与 files 二者择一"`
		Note    string            `json:"note,omitempty" maxLength:"2000" doc:"说明"`
		UnitID  string            `json:"unit_id,omitempty" maxLength:"64" doc:"拟用于哪个单位；省略为全部单位"`
		Install bool              `json:"install,omitempty" doc:"导入后随即安装"`
	}
}

type importEditionOutput struct {
	Body struct {
		models.Edition
		Report    workflow.ImportReport `json:"report" doc:"导入报告"`
		Installed *forceBody            `json:"installed,omitempty"`
	} `nameHint:"ImportedEdition"`
}

// forceBody is what holds for one scope.
type forceBody struct {
	models.Installation
	Unit    string `json:"unit" doc:"单位名称；空为全部单位"`
	InForce string `json:"in_force" doc:"生效的整套规则的版次，即机审报告中的版次"`
	Failure string `json:"failure,omitempty" doc:"不能用于当前程序的原因"`
}

func forceOf(f workflow.Force) *forceBody {
	return &forceBody{f.Installation, f.Unit, f.InForce, f.Failure}
}

func (a *API) importEdition(ctx context.Context, actor models.Actor, in *importEditionInput) (*importEditionOutput, error) {
	b := in.Body
	if (len(b.Files) == 0) == (len(b.Archive) == 0) {
		return nil, models.Invalid([]models.FieldError{{Pointer: "/files", Message: "请在 files 与 archive 中给出一项，且只给一项。"}})
	}
	input := workflow.EditionInput{Archive: b.Archive, Note: b.Note, UnitID: b.UnitID, Files: map[string][]byte{}}
	for name, text := range b.Files {
		input.Files[name] = []byte(text)
	}
	edition, report, err := a.options.Workflow.ImportEdition(ctx, actor, input)
	if err != nil {
		return nil, err
	}
	out := &importEditionOutput{}
	out.Body.Edition, out.Body.Report = edition, report
	if b.Install {
		force, err := a.options.Workflow.InstallEdition(ctx, withoutOnce(actor), edition.ID, b.UnitID)
		if err != nil {
			return nil, err
		}
		out.Body.Installed = forceOf(force)
	}
	return out, nil
}

type editionsOutput struct {
	Body struct {
		Shipped string           `json:"shipped" doc:"随程序提供的规则的版次"`
		Items   []models.Edition `json:"items"`
		InForce []*forceBody     `json:"in_force" doc:"现行词库：先是通用的，再是有自己规则的各单位"`
	} `nameHint:"EditionList"`
}

func (a *API) editions(ctx context.Context, actor models.Actor, _ *struct{}) (*editionsOutput, error) {
	view, err := a.options.Workflow.Editions(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := &editionsOutput{}
	out.Body.Shipped, out.Body.Items = view.Shipped, list(view.Items)
	for _, f := range view.InForce {
		out.Body.InForce = append(out.Body.InForce, forceOf(f))
	}
	return out, nil
}

type byEdition struct {
	ID string `path:"id" maxLength:"64" doc:"版次"`
}

type editionOutput struct {
	Body struct {
		models.Edition
		Files map[string]string `json:"files" doc:"规则文件：文件名到全文"`
	} `nameHint:"EditionWithFiles"`
}

func (a *API) edition(ctx context.Context, actor models.Actor, in *byEdition) (*editionOutput, error) {
	edition, files, err := a.options.Workflow.EditionFiles(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := &editionOutput{}
	out.Body.Edition, out.Body.Files = edition, map[string]string{}
	for name, text := range files {
		out.Body.Files[name] = string(text)
	}
	return out, nil
}

type installEditionInput struct {
	ID   string `path:"id" maxLength:"64" doc:"版次"`
	Body struct {
		UnitID string `json:"unit_id,omitempty" maxLength:"64" doc:"安装到哪个单位；省略为全部单位"`
	}
}

type forceOutput struct{ Body *forceBody }

func (a *API) installEdition(ctx context.Context, actor models.Actor, in *installEditionInput) (*forceOutput, error) {
	force, err := a.options.Workflow.InstallEdition(ctx, actor, in.ID, in.Body.UnitID)
	if err != nil {
		return nil, err
	}
	return &forceOutput{forceOf(force)}, nil
}

// withoutOnce is the actor of a second act under one Idempotency-Key, that can be repeated by itself.
func withoutOnce(actor models.Actor) models.Actor {
	actor.Once = models.Once{}
	return actor
}
