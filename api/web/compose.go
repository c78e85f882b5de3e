package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// composePage is the form of a new draft or a new revision. What was typed
// stays in it until it is stored.
type composePage struct {
	ID       string // of the draft that is revised; "" for a new one
	Number   string
	Form     composeForm
	Accounts []choice
	Units    []string // names that may be consulted, as a hint
	Media    []models.Media
	Refusal  *refusal
	Waiting  bool          // the draft is being reviewed: a revision begins its route anew
	Submits  bool          // the person may submit it too
	Others   []fieldChange // someone else's revision meanwhile against what was typed here
}

// composeForm is the form as it is sent.
type composeForm struct {
	AccountID, Title, Body                        string
	Format                                        models.Format
	Kind                                          models.Kind
	Unit, URL, OriginalTitle, Author, PublishedAt string // of the source
	Tier                                          models.Tier
	Urgent                                        bool
	Consult, NotBefore                            string
	Digest                                        string // what the revision was made on
}

// localMinute is how <input type=datetime-local> writes a time.
const localMinute = "2006-01-02T15:04"

func (v *visit) postedForm() composeForm {
	return composeForm{
		AccountID: v.PostForm("account_id"), Title: v.PostForm("title"), Body: lines(v.PostForm("body")),
		Format: models.Format(v.PostForm("format")), Kind: models.Kind(v.PostForm("kind")),
		Unit: v.PostForm("source_unit"), URL: strings.TrimSpace(v.PostForm("source_url")),
		OriginalTitle: v.PostForm("source_original_title"), Author: v.PostForm("source_author"),
		PublishedAt: strings.TrimSpace(v.PostForm("source_published_at")),
		Tier:        models.Tier(v.PostForm("declared_tier")), Urgent: v.PostForm("urgent") == "yes",
		Consult: v.PostForm("consult"), NotBefore: v.PostForm("not_before"),
		Digest: v.PostForm("digest"),
	}
}

// formOf fills the form with a draft as it is; its Consult has names here.
func formOf(d models.Draft, c models.Content) composeForm {
	f := composeForm{AccountID: c.AccountID, Title: c.Title, Body: lines(c.Body), Format: c.Format, Kind: c.Kind,
		Tier: d.DeclaredTier, Urgent: d.Urgent, Consult: strings.Join(d.Consult, "、"), Digest: d.Digest}
	if s := c.Source; s != nil {
		f.Unit, f.URL, f.OriginalTitle, f.Author, f.PublishedAt = s.Unit, s.URL, s.OriginalTitle, s.Author, s.PublishedAt
	}
	if c.NotBefore != nil {
		f.NotBefore = c.NotBefore.In(china).Format(localMinute)
	}
	return f
}

// input makes what the workflow takes out of the form. Whatever a form cannot
// carry exactly (attachments, CR LF, seconds) stays as it is in the content
// revised, so that saving without a change changes nothing.
func (f composeForm) input(was models.Content) (workflow.DraftInput, error) {
	in := workflow.DraftInput{DeclaredTier: f.Tier, Urgent: f.Urgent, Consult: words(f.Consult)}
	in.Content = models.Content{AccountID: f.AccountID, Title: f.Title, Body: f.Body, Format: f.Format, Kind: f.Kind,
		Media: was.Media, NotBefore: was.NotBefore}
	if f.Body == lines(was.Body) {
		in.Body = was.Body
	}
	if f.Kind == models.KindReprint {
		in.Source = &models.Source{Unit: f.Unit, URL: f.URL, OriginalTitle: f.OriginalTitle, Author: f.Author, PublishedAt: f.PublishedAt}
	}
	switch f.NotBefore {
	case formOf(models.Draft{}, was).NotBefore:
	case "":
		in.NotBefore = nil
	default:
		at, err := time.ParseInLocation(localMinute, f.NotBefore, china)
		if err != nil {
			return in, models.Invalid([]models.FieldError{{Pointer: "/not_before", Message: "请填写完整的日期和时间。"}})
		}
		in.NotBefore = &at
	}
	return in, nil
}

func (v *visit) newForm() error {
	form := composeForm{Format: models.FormatText, Kind: models.KindOriginal, Tier: models.TierGeneral}
	if accounts := v.authorAccounts(); len(accounts) == 1 {
		form.AccountID = accounts[0]
	}
	return v.showForm(http.StatusOK, composePage{Form: form})
}

// create stores a new draft and, if asked, submits it.
func (v *visit) create() error {
	form := v.postedForm()
	in, err := form.input(models.Content{})
	var draft models.Draft
	if err == nil {
		draft, err = v.site.workflow.CreateDraft(v.ctx(), v.once(), in)
	}
	if err != nil {
		refusal := v.site.refuse(v.Context, err)
		return v.showForm(refusal.Status, composePage{Form: form, Refusal: &refusal})
	}
	return v.saved(draft, "稿件已保存，编号 "+draft.Number+"。")
}

func (v *visit) editForm() error {
	view, err := v.editable()
	if err != nil {
		return err
	}
	d := view.Draft
	if d.Consult, err = v.unitsToConsult(d); err != nil {
		return err
	}
	return v.showForm(http.StatusOK, v.revisePage(view, formOf(d, view.Content)))
}

// editable is the view of a draft that the person may edit now.
func (v *visit) editable() (workflow.View, error) {
	view, err := v.site.workflow.View(v.ctx(), v.actor, v.Param("id"))
	switch {
	case err != nil:
		return view, err
	case view.Hidden || !view.MayEdit:
		return view, models.Errorf(models.CodeForbidden, "稿件当前处于“%s”状态，您不能修改。", view.StateLabel)
	}
	return view, nil
}

func (v *visit) revisePage(view workflow.View, form composeForm) composePage {
	d := view.Draft
	return composePage{ID: d.ID, Number: d.Number, Form: form, Media: view.Content.Media,
		Waiting: stateTone(d.State) == "waits", Submits: v.actor.Holds(d.AccountID, models.RoleAuthor)}
}

// revise stores a new revision and, if asked, submits it.
func (v *visit) revise() error {
	id, form := v.Param("id"), v.postedForm()
	view, err := v.site.workflow.View(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	was := view.Content
	form.AccountID = view.Draft.AccountID
	in, err := form.input(was)
	var draft models.Draft
	if err == nil {
		draft, err = v.site.workflow.ReviseDraft(v.ctx(), v.actor, id, form.Digest, in)
	}
	if err == nil {
		done := "修改已保存，现为第 " + itoa(draft.Revision) + " 版。"
		if draft.Digest == view.Draft.Digest && draft.Version == view.Draft.Version {
			done = "内容没有变化，未产生新版本。"
		}
		return v.saved(draft, done)
	}
	refusal := v.site.refuse(v.Context, err)
	page := v.revisePage(view, form)
	page.Refusal = &refusal
	if models.CodeOf(err) == models.CodeStale {
		// Saving once more is then a decision made with the other text in view.
		page.Others = diffContent(was, in.Content)
		page.Form.Digest = view.Draft.Digest
	}
	return v.showForm(refusal.Status, page)
}

// saved goes on to the draft; with the second button of the form it is submitted at once.
func (v *visit) saved(draft models.Draft, good string) error {
	path := "/drafts/" + draft.ID
	if v.PostForm("then") != "submit" {
		return v.goOn(path, good)
	}
	submitted, err := v.site.workflow.Submit(v.ctx(), v.actor, draft.ID)
	if err != nil {
		refusal := v.site.refuse(v.Context, err)
		v.site.sessions.Put(v.ctx(), flashBad, "稿件已保存，但没有送审："+refusal.Message+refusal.Advice)
		return v.goOn(path, "")
	}
	v.saySubmitted(submitted)
	return v.goOn(path, "")
}

// showForm shows the form with the accounts and units to choose from.
func (v *visit) showForm(status int, page composePage) error {
	if page.ID == "" && len(v.authorAccounts()) == 0 {
		return models.Errorf(models.CodeForbidden, "您不是任何账号的拟稿人，不能新建稿件。")
	}
	accounts, _, err := v.accounts()
	if err != nil {
		return err
	}
	own := v.authorAccounts()
	for _, a := range accounts {
		if slices.Contains(own, a.ID) || a.ID == page.Form.AccountID {
			page.Accounts = append(page.Accounts, choice{Value: a.ID, Label: a.Name, Chosen: a.ID == page.Form.AccountID})
		}
	}
	directory, err := v.site.workflow.Directory(v.ctx(), v.actor)
	if err != nil {
		return err
	}
	for _, u := range directory.Units {
		page.Units = append(page.Units, u.Name)
	}
	if page.ID == "" {
		page.Submits = true
		return v.show(status, "compose", "new", "拟稿", page)
	}
	return v.show(status, "compose", "drafts", "修改稿件", page)
}

// Error is the message beside a field, by the pointer that the workflow names it with.
func (p composePage) Error(pointer string) string {
	if p.Refusal == nil {
		return ""
	}
	return p.Refusal.at(pointer)
}

// Formats, Kinds and Tiers are the choices of the form, with what is chosen now.

func (p composePage) Formats() []choice {
	return choices(p.Form.Format, formatLabel, models.FormatText, models.FormatMarkdown, models.FormatHTML)
}

func (p composePage) Kinds() []choice {
	return choices(p.Form.Kind, kindLabel, models.KindOriginal, models.KindReprint)
}

func (p composePage) Tiers() []choice {
	return choices(p.Form.Tier, models.Tier.Label, models.Tiers...)
}

func choices[T ~string](chosen T, label func(T) string, values ...T) []choice {
	out := make([]choice, 0, len(values))
	for _, value := range values {
		out = append(out, choice{Value: string(value), Label: label(value), Chosen: value == chosen})
	}
	return out
}
