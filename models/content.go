package models

import "time"

// Format of a body.
type Format string

// The formats.
const (
	FormatText     Format = "text"
	FormatMarkdown Format = "markdown"
	FormatHTML     Format = "html"
)

// Kind of a draft: the unit's own text, or a reprint (转载) with its source.
type Kind string

// The kinds.
const (
	KindOriginal Kind = "original"
	KindReprint  Kind = "reprint"
)

// Source (稿源) of a reprint.
type Source struct {
	Unit          string `json:"unit,omitempty" maxLength:"200" doc:"稿源单位"`
	URL           string `json:"url,omitempty" maxLength:"2000" doc:"原文链接"`
	OriginalTitle string `json:"original_title,omitempty" maxLength:"500" doc:"原标题"`
	Author        string `json:"author,omitempty" maxLength:"200" doc:"原作者"`
	PublishedAt   string `json:"published_at,omitempty" maxLength:"40" doc:"原文发布时间（YYYY-MM-DD 或 RFC 3339）"`
}

// Media is one attached picture, video or file, named by the SHA-256 of its bytes.
type Media struct {
	Name   string `json:"name" minLength:"1" maxLength:"255" doc:"文件名"`
	Type   string `json:"type,omitempty" maxLength:"100" doc:"MIME 类型"`
	SHA256 string `json:"sha256" pattern:"^[0-9a-f]{64}$" doc:"文件内容的 SHA-256（小写十六进制）"`
	URL    string `json:"url,omitempty" maxLength:"2000" doc:"取件地址；不属于签发内容"`
	Size   int64  `json:"size,omitempty" minimum:"0" doc:"字节数"`
}

// Content is what is published: what is signed, and nothing else, goes into
// the digest.
type Content struct {
	AccountID string     `json:"account_id"`
	Title     string     `json:"title"`
	Body      string     `json:"body"`
	Format    Format     `json:"format"`
	Kind      Kind       `json:"kind"`
	Source    *Source    `json:"source,omitempty"`
	Media     []Media    `json:"media,omitempty"`
	NotBefore *time.Time `json:"not_before,omitempty"`
}
