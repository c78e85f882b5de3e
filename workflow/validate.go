package workflow

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"shenfa/models"
)

// Limits of what a draft may hold, in Unicode code points.
const (
	MaxTitle   = 200
	MaxBody    = 200_000
	MaxMedia   = 100
	MaxConsult = 50
	MaxComment = 2_000
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// normalise fills the defaults of an input. Title and body stay byte for byte.
func normalise(in DraftInput) DraftInput {
	if in.Format == "" {
		in.Format = models.FormatText
	}
	if in.Kind == "" {
		in.Kind = models.KindOriginal
	}
	if in.DeclaredTier == "" {
		in.DeclaredTier = models.TierGeneral
	}
	if in.Source != nil && *in.Source == (models.Source{}) {
		in.Source = nil
	}
	if in.NotBefore != nil {
		at := models.Millis(*in.NotBefore)
		in.NotBefore = &at
	}
	return in
}

// faults collects the places to mend.
type faults []models.FieldError

func (f *faults) add(pointer, format string, args ...any) {
	*f = append(*f, models.FieldError{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// text checks one text: valid UTF-8, no control characters (line breaks and
// tabs where lines are allowed), not longer than max code points.
func (f *faults) text(pointer, value string, max int, lines bool) {
	if !utf8.ValidString(value) {
		f.add(pointer, "不是有效的 UTF-8 文本。")
		return
	}
	if n := utf8.RuneCountInString(value); n > max {
		f.add(pointer, "共 %d 字，超出上限 %d 字。", n, max)
	}
	position := 0
	for _, r := range value {
		position++
		if r < 0x20 && !(lines && (r == '\n' || r == '\r' || r == '\t')) || r == 0x7f {
			f.add(pointer, "第 %d 个字符是控制字符（U+%04X），请删去。", position, r)
			return
		}
	}
}

// validate says what is wrong with an input, field by field.
func validate(in DraftInput) error {
	var f faults
	f.text("/title", in.Title, MaxTitle, false)
	if strings.TrimSpace(in.Title) == "" {
		f.add("/title", "标题不能为空。")
	}
	f.text("/body", in.Body, MaxBody, true)
	if strings.TrimSpace(in.Body) == "" {
		f.add("/body", "正文不能为空。")
	}
	oneOf(&f, "/format", in.Format, models.FormatText, models.FormatMarkdown, models.FormatHTML)
	oneOf(&f, "/kind", in.Kind, models.KindOriginal, models.KindReprint)
	oneOf(&f, "/declared_tier", in.DeclaredTier, models.Tiers...)
	if in.Source != nil {
		validateSource(&f, in)
	}
	if len(in.Media) > MaxMedia {
		f.add("/media", "共 %d 个附件，超出上限 %d 个。", len(in.Media), MaxMedia)
	}
	for i, m := range in.Media {
		f.text(fmt.Sprintf("/media/%d/name", i), m.Name, 255, false)
		f.text(fmt.Sprintf("/media/%d/type", i), m.Type, 100, false)
		if !sha256Hex.MatchString(m.SHA256) {
			f.add(fmt.Sprintf("/media/%d/sha256", i), "应为 64 位小写十六进制的 SHA-256。")
		}
	}
	if len(in.Consult) > MaxConsult {
		f.add("/consult", "共 %d 个会签单位，超出上限 %d 个。", len(in.Consult), MaxConsult)
	}
	for i, unit := range in.Consult {
		f.text(fmt.Sprintf("/consult/%d", i), unit, 100, false)
	}
	return models.Invalid(f)
}

func validateSource(f *faults, in DraftInput) {
	if in.Kind == models.KindOriginal {
		f.add("/source", "原创稿件不填稿源；转载稿件请将 kind 设为 reprint。")
	}
	f.text("/source/unit", in.Source.Unit, 200, false)
	f.text("/source/original_title", in.Source.OriginalTitle, 500, false)
	f.text("/source/author", in.Source.Author, 200, false)
	f.text("/source/url", in.Source.URL, 2000, false)
	if in.Source.URL != "" {
		if u, err := url.Parse(in.Source.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			f.add("/source/url", "应为 http 或 https 开头的完整网址。")
		}
	}
	if at := in.Source.PublishedAt; at != "" {
		_, dayErr := time.Parse(time.DateOnly, at)
		_, timeErr := time.Parse(time.RFC3339, at)
		if dayErr != nil && timeErr != nil {
			f.add("/source/published_at", "应为日期（如 2026-01-16）或 RFC 3339 时间。")
		}
	}
}

func oneOf[T ~string](f *faults, pointer string, value T, allowed ...T) {
	words := make([]string, len(allowed))
	for i, a := range allowed {
		if a == value {
			return
		}
		words[i] = string(a)
	}
	if value == "" {
		f.add(pointer, "缺少此项，应为 %s 之一。", strings.Join(words, "、"))
		return
	}
	f.add(pointer, "“%s”不是可用的值，应为 %s 之一。", value, strings.Join(words, "、"))
}
