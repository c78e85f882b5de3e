package web

import (
	"fmt"

	"shenfa/models"
)

// rescansShown is how many of the latest rescans a page lists.
const rescansShown = 5

// rescanPart is the rescans of the archive, and whether one is due.
type rescanPart struct {
	Items   []rescanItem
	Pending bool // none has gone through the archive with the editions in force
}

type rescanItem struct {
	models.Rescan
	Person string
}

// Percent is how far a rescan has come.
func (r rescanItem) Percent() string {
	if r.Total == 0 {
		return "100%"
	}
	return fmt.Sprintf("%d%%", min(100, r.Done*100/r.Total))
}

func (v *visit) rescanPart() (rescanPart, error) {
	known, err := v.site.workflow.Rescans(v.ctx(), v.actor)
	if err != nil {
		return rescanPart{}, err
	}
	var part rescanPart
	if part.Pending, err = v.site.workflow.RescanPending(v.ctx(), known); err != nil {
		return part, err
	}
	for _, r := range known[:min(len(known), rescansShown)] {
		part.Items = append(part.Items, rescanItem{r, v.site.workflow.PersonName(v.ctx(), r.StartedBy)})
	}
	return part, nil
}

// startRescan begins a rescan, or goes on with one; the background work of the servers does it.
func (v *visit) startRescan() error {
	if _, err := v.site.workflow.StartRescan(v.ctx(), v.once(), ""); err != nil {
		return err
	}
	return v.goOn("/lexicon#rescans", "归档复审已开始，在后台进行；新的命中列入复审事项，由签发人办结。")
}
