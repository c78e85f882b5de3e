package api

import (
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shenfa/models"
	"shenfa/workflow"
)

// Limits of what a draft may hold stand in the tags below; they are those of
// package workflow (MaxTitle, MaxBody, MaxMedia, MaxConsult).

// TextFields is the text of a draft and what is said of its origin.
type TextFields struct {
	Title  string         `json:"title" minLength:"1" maxLength:"200" doc:"标题" example:"青山镇组织开展春季义务植树活动"`
	Body   string         `json:"body" minLength:"1" maxLength:"200000" doc:"正文，按 format 解释；签发的就是这些字节" example:"3月12日上午，青山镇组织机关干部和志愿者开展春季义务植树活动。"`
	Format models.Format  `json:"format,omitempty" enum:"text,markdown,html" default:"text" doc:"正文格式"`
	Kind   models.Kind    `json:"kind,omitempty" enum:"original,reprint" default:"original" doc:"original 原创，reprint 转载"`
	Source *models.Source `json:"source,omitempty" doc:"转载的稿源"`
}

// DraftFields is what an author or editor sends of a draft.
type DraftFields struct {
	TextFields
	DeclaredTier models.Tier    `json:"declared_tier,omitempty" enum:"general,important,major" default:"general" doc:"申报层级：general 一般，important 重要，major 重大"`
	Urgent       bool           `json:"urgent,omitempty" doc:"紧急通道：至少按重要信息审签，时限缩短"`
	NotBefore    *time.Time     `json:"not_before,omitempty" doc:"不早于此时发布" example:"2026-03-12T09:00:00+08:00"`
	Consult      []string       `json:"consult,omitempty" maxItems:"50" maxLength:"100" doc:"须会签的单位的 id 或全称"`
	Media        []models.Media `json:"media,omitempty" maxItems:"100" doc:"附件，以 SHA-256 指名"`
}

// input is the fields as the workflow takes them.
func (f DraftFields) input(accountID string) workflow.DraftInput {
	return workflow.DraftInput{
		Content: models.Content{AccountID: accountID, Title: f.Title, Body: f.Body, Format: f.Format, Kind: f.Kind,
			Source: f.Source, Media: f.Media, NotBefore: f.NotBefore},
		DeclaredTier: f.DeclaredTier, Urgent: f.Urgent, Consult: f.Consult,
	}
}

// orNull is a value that may be null, in the answer and in its schema.
type orNull[T any] struct{ value *T }

// MarshalJSON writes the value or null.
func (n orNull[T]) MarshalJSON() ([]byte, error) { return marshal(n.value) }

// Schema of the value or null.
func (n orNull[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

// timeOrNil is nil for no time, else the time in UTC.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// wordOrNil is nil for no word.
func wordOrNil[T ~string](word T) *T {
	if word == "" {
		return nil
	}
	return &word
}

// list is items as a list that is never null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
