package web

import (
	"net/http"
	"slices"
	"strconv"

	"shenfa/models"
	"shenfa/workflow"
)

// revisionsPage lists the revisions of a draft and compares one with another.
type revisionsPage struct {
	Draft    models.Draft
	Items    []revisionItem // the latest first
	Before   models.Revision
	After    models.Revision
	Changes  []fieldChange
	Compared bool
}

type revisionItem struct {
	models.Revision
	Person  string
	Compare string // address of the comparison with the one before; "" for the first
	Shown   bool
}

func (v *visit) revisions() error {
	id := v.Param("id")
	view, err := v.site.workflow.View(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	if err := v.site.workflow.RecordRead(v.ctx(), v.actor, workflow.ReadHistory, id); err != nil {
		return err
	}
	if view.Hidden {
		return models.Errorf(models.CodeNotFound, "稿件已锁定，修订记录不可查看。")
	}
	list, err := v.site.workflow.Revisions(v.ctx(), v.actor, id)
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b models.Revision) int { return a.N - b.N })
	page := revisionsPage{Draft: view.Draft}

	to := revisionAt(list, v.Query("to"), len(list)-1)
	from := revisionAt(list, v.Query("from"), to-1)
	if from >= 0 && to >= 0 && from != to {
		page.Compared, page.Before, page.After = true, list[from], list[to]
		page.Changes = diffContent(page.Before.Content, page.After.Content)
	}
	for i, r := range slices.Backward(list) {
		item := revisionItem{Revision: r, Person: view.Names[r.Author], Shown: page.Compared && i == to}
		if i > 0 {
			item.Compare = address("/drafts/"+id+"/revisions", "from", itoa(list[i-1].N), "to", itoa(r.N)) + "#diff"
		}
		page.Items = append(page.Items, item)
	}
	return v.show(http.StatusOK, "revisions", "drafts", "修订记录", page)
}

// revisionAt is the index of the revision whose number is n, or otherwise the index given.
func revisionAt(list []models.Revision, n string, otherwise int) int {
	if i := slices.IndexFunc(list, func(r models.Revision) bool { return itoa(r.N) == n }); i >= 0 {
		return i
	}
	return otherwise
}

func itoa(n int) string { return strconv.Itoa(n) }
