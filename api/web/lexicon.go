package web

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// lexiconPage is the editions, where they are in force, and the forms to
// import and install.
type lexiconPage struct {
	fieldErrors
	Shipped  string
	InForce  []forceItem
	Items    []editionItem
	Note     string
	Imported *importedEdition // what was just imported
	Failures []string         // mistakes in the files that were just refused
	Manages  bool             // an administrator looks; else a supervisor
	Rescans  rescanPart
	scopes
}

type forceItem struct {
	workflow.Force
	Person string
}

type editionItem struct {
	models.Edition
	Person  string
	InForce bool
}

// importedEdition is an edition with what those who install it should know.
type importedEdition struct {
	models.Edition
	workflow.ImportReport
	Installed bool
}

// findingsShown is how many findings of a kind a page lists.
const findingsShown = 50

// findings are the findings of an import report, in words.
type findings struct {
	Title string
	Lines []string
	More  int
}

// Findings lists what the report found, kind by kind.
func (e importedEdition) Findings() []findings {
	firing, duplicates, contained := findings{Title: "在规范公文中误报的词（请加限定，或列入 allow）"},
		findings{Title: "重复的词（全半角、简繁、大小写归并后相同）"}, findings{Title: "常用词中含有的词（这些常用词可列入 allow）"}
	for _, f := range e.Firing {
		firing.add(fmt.Sprintf("“%s”%d 处，如“…%s…”（%s）", f.Text, f.Count, f.Example, f.Rule))
	}
	for _, group := range e.Duplicates {
		duplicates.add(strings.Join(group, " ＝ "))
	}
	for _, c := range e.Contained {
		contained.add(c.Term + "，见于 " + strings.Join(c.Words, "、"))
	}
	return []findings{firing, duplicates, contained}
}

func (f *findings) add(line string) {
	if len(f.Lines) == findingsShown {
		f.More++
		return
	}
	f.Lines = append(f.Lines, line)
}

func (v *visit) lexicon() error { return v.showLexicon(http.StatusOK, lexiconPage{}) }

func (v *visit) showLexicon(status int, page lexiconPage) error {
	view, err := v.site.workflow.Editions(v.ctx(), v.actor)
	if err != nil {
		return err
	}
	if page.scopes, err = v.scopes(v.PostForm("scope")); err != nil {
		return err
	}
	page.Shipped, page.Manages = view.Shipped, v.actor.Admin
	if page.Rescans, err = v.rescanPart(); err != nil {
		return err
	}
	laid := map[string]bool{}
	for _, f := range view.InForce {
		item := forceItem{Force: f}
		if f.By != "" {
			item.Person = v.site.workflow.PersonName(v.ctx(), f.By)
		}
		page.InForce = append(page.InForce, item)
		laid[f.Edition] = true
	}
	for _, e := range view.Items {
		if !e.Complete { // a whole set, kept since reports name it, is no edition that people imported
			page.Items = append(page.Items, editionItem{e, v.site.workflow.PersonName(v.ctx(), e.CreatedBy), laid[e.ID]})
		}
	}
	return v.show(status, "lexicon", "lexicon", "词库", page)
}

// importEdition takes the files that were sent: rule files, or one zip archive of them.
func (v *visit) importEdition() error {
	_, unit := scopeOf(v.PostForm("scope"))
	in := workflow.EditionInput{Note: strings.TrimSpace(lines(v.PostForm("note"))), UnitID: unit}
	err := v.readEdition(&in)
	imported := importedEdition{}
	if err == nil {
		imported.Edition, imported.ImportReport, err = v.site.workflow.ImportEdition(v.ctx(), v.actor, in)
	}
	if err == nil && v.PostForm("install") == "yes" {
		_, err = v.site.workflow.InstallEdition(v.ctx(), v.actor, imported.Edition.ID, unit)
		imported.Installed = err == nil
	}
	page := lexiconPage{Note: in.Note}
	if imported.Edition.ID != "" {
		page.Imported, page.Note = &imported, ""
	}
	if err != nil {
		refused := v.site.refuse(v.Context, err)
		page.Refusal, page.Failures = &refused, mistakesOf(err)
		return v.showLexicon(refused.Status, page)
	}
	return v.showLexicon(http.StatusCreated, page)
}

// readEdition reads the posted files into the input.
func (v *visit) readEdition(in *workflow.EditionInput) error {
	form, err := v.MultipartForm()
	if err != nil {
		return models.Errorf(models.CodeMalformed, "没有收到文件。").Because(err)
	}
	files := form.File["files"]
	if len(files) == 0 {
		return models.Invalid([]models.FieldError{{Pointer: "/files", Message: "请选择规则文件或其 zip 压缩包。"}})
	}
	in.Files = map[string][]byte{}
	for _, header := range files {
		data, err := content(header)
		if err != nil {
			return err
		}
		switch name := header.Filename; {
		case strings.HasSuffix(strings.ToLower(name), ".zip") && len(files) > 1:
			return models.Invalid([]models.FieldError{{Pointer: "/files", Message: "压缩包须单独上传。"}})
		case strings.HasSuffix(strings.ToLower(name), ".zip"):
			in.Archive = data
		case strings.HasSuffix(name, ".tsv"): // a browser sends no folders
			in.Files["lexicon/"+name] = data
		default:
			in.Files[name] = data
		}
	}
	return nil
}

func content(header *multipart.FileHeader) ([]byte, error) {
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(file)
	_ = file.Close() // it was only read
	return data, err
}

// mistakesOf are the mistakes that an error names, in their order.
func mistakesOf(err error) []string {
	var out []string
	for _, f := range fieldsOf(err) {
		out = append(out, f.Message)
	}
	return out
}

func (v *visit) installEdition() error {
	_, unit := scopeOf(v.PostForm("scope"))
	force, err := v.site.workflow.InstallEdition(v.ctx(), v.once(), v.Param("id"), unit)
	if err != nil {
		refused := v.site.refuse(v.Context, err)
		return v.showLexicon(refused.Status, lexiconPage{fieldErrors: fieldErrors{&refused}, Failures: mistakesOf(err)})
	}
	where := force.Unit
	if where == "" {
		where = "全部单位"
	}
	return v.goOn("/lexicon", "词库已更新，立即生效（"+where+"，版次 "+shortDigest(force.InForce)+"）。")
}

// editionFiles sends the files of an edition as a zip archive, as import takes it.
func (v *visit) editionFiles() error {
	edition, files, err := v.site.workflow.EditionFiles(v.ctx(), v.actor, v.Param("id"))
	if err != nil {
		return err
	}
	archive, err := workflow.WriteArchive(files)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="lexicon-`+edition.ID+`.zip"`)
	v.Data(http.StatusOK, "application/zip", archive)
	return nil
}
