package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"

	"shenfa/models"
)

// Segment is a run of text that two revisions share (equal), or that only the
// later (insert) or only the earlier one has (delete).
type Segment struct {
	Op   string `json:"op" enum:"equal,insert,delete"`
	Text string `json:"text"`
}

// FieldDiff is one field in which two revisions differ, character by character.
type FieldDiff struct {
	Field    string    `json:"field" doc:"字段的 JSON 路径，如 title、body、source.unit"`
	Segments []Segment `json:"segments"`
}

// RevisionDiff compares two revisions of a draft.
type RevisionDiff struct {
	From       int         `json:"from" doc:"较早的版本号"`
	To         int         `json:"to" doc:"较晚的版本号"`
	FromDigest string      `json:"from_digest"`
	ToDigest   string      `json:"to_digest"`
	Fields     []FieldDiff `json:"fields" doc:"有变化的字段"`
}

// diffTime bounds the work on one field; past it the answer is coarser, which is as right.
const diffTime = 250 * time.Millisecond

var diffOps = map[diffmatchpatch.Operation]string{
	diffmatchpatch.DiffEqual: "equal", diffmatchpatch.DiffInsert: "insert", diffmatchpatch.DiffDelete: "delete",
}

// Diff compares revision from with revision to. To 0 is the present one, from
// 0 the one before to.
func (w *Workflow) Diff(ctx context.Context, actor models.Actor, id string, from, to int) (RevisionDiff, error) {
	revisions, err := w.Revisions(ctx, actor, id)
	if err != nil {
		return RevisionDiff{}, err
	}
	to = cmp.Or(to, len(revisions))
	from = cmp.Or(from, max(1, to-1))
	pick := func(n int) (models.Revision, error) {
		i := slices.IndexFunc(revisions, func(r models.Revision) bool { return r.N == n })
		if i < 0 {
			return models.Revision{}, models.Errorf(models.CodeNotFound, "没有第 %d 版。", n)
		}
		return revisions[i], nil
	}
	before, err := pick(from)
	if err != nil {
		return RevisionDiff{}, err
	}
	after, err := pick(to)
	if err != nil {
		return RevisionDiff{}, err
	}
	diff := RevisionDiff{From: from, To: to, FromDigest: before.Digest, ToDigest: after.Digest, Fields: []FieldDiff{}}
	was, is := diffFields(before.Content), diffFields(after.Content)
	for i := range was {
		if was[i][1] != is[i][1] {
			diff.Fields = append(diff.Fields, FieldDiff{was[i][0], segments(was[i][1], is[i][1])})
		}
	}
	return diff, nil
}

func segments(before, after string) []Segment {
	d := diffmatchpatch.New()
	d.DiffTimeout = diffTime
	var out []Segment
	for _, each := range d.DiffCleanupSemantic(d.DiffMainRunes([]rune(before), []rune(after), false)) {
		out = append(out, Segment{diffOps[each.Type], each.Text})
	}
	return out
}

// diffFields are the fields of a content as texts, always the same ones in the same order.
func diffFields(c models.Content) [][2]string {
	var source models.Source
	if c.Source != nil {
		source = *c.Source
	}
	media, schedule := "", ""
	if len(c.Media) > 0 {
		raw, _ := json.Marshal(c.Media) // strings and numbers alone
		media = string(raw)
	}
	if c.NotBefore != nil {
		schedule = c.NotBefore.UTC().Format(time.RFC3339)
	}
	return [][2]string{{"title", c.Title}, {"body", c.Body}, {"format", string(c.Format)}, {"kind", string(c.Kind)},
		{"source.unit", source.Unit}, {"source.url", source.URL}, {"source.original_title", source.OriginalTitle},
		{"source.author", source.Author}, {"source.published_at", source.PublishedAt}, {"media", media}, {"not_before", schedule}}
}
