package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"

	"shenfa/models"
)

// change is a run of text that two revisions share, or that only one of them has.
type change struct {
	Op   string // same, added, removed
	Text string
}

// fieldChange is one field in which two revisions differ.
type fieldChange struct {
	Label   string
	Changes []change
}

var diffOps = map[diffmatchpatch.Operation]string{
	diffmatchpatch.DiffEqual:  "same",
	diffmatchpatch.DiffInsert: "added",
	diffmatchpatch.DiffDelete: "removed",
}

// diffText compares two texts character by character. Past a quarter of a
// second it settles for a coarser answer, which is as right, only longer.
func diffText(before, after string) []change {
	d := diffmatchpatch.New()
	d.DiffTimeout = 250 * time.Millisecond
	diffs := d.DiffCleanupSemantic(d.DiffMainRunes([]rune(before), []rune(after), false))
	changes := make([]change, 0, len(diffs))
	for _, each := range diffs {
		changes = append(changes, change{diffOps[each.Type], each.Text})
	}
	return changes
}

// diffContent lists the fields in which two contents differ.
func diffContent(before, after models.Content) []fieldChange {
	var out []fieldChange
	was, is := contentFields(before), contentFields(after)
	for i := range was {
		if was[i].Text != is[i].Text {
			out = append(out, fieldChange{was[i].Label, diffText(was[i].Text, is[i].Text)})
		}
	}
	return out
}

// contentFields are the fields of a content as texts, always the same ones in the same order.
func contentFields(c models.Content) []typedText {
	var source models.Source
	if c.Source != nil {
		source = *c.Source
	}
	var media []string
	for _, m := range c.Media {
		media = append(media, fmt.Sprintf("%s（%s）", m.Name, shortDigest(m.SHA256)))
	}
	schedule := ""
	if c.NotBefore != nil {
		schedule = when(*c.NotBefore)
	}
	return []typedText{
		{"标题", c.Title}, {"正文", c.Body}, {"格式", formatLabel(c.Format)}, {"稿件类型", kindLabel(c.Kind)},
		{"稿源单位", source.Unit}, {"原文链接", source.URL}, {"原标题", source.OriginalTitle},
		{"原作者", source.Author}, {"原文发布时间", source.PublishedAt},
		{"附件", strings.Join(media, "\n")}, {"发布时间不早于", schedule},
	}
}
