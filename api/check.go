package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// maxPlaces is how many places one answer names.
const maxPlaces = 50

// checker checks values against the schemas of the OpenAPI document, so that
// what is published and what is enforced are one thing. It is stricter than
// huma's own validator (names keep their case), names each place by JSON
// pointer, never repeats a value, and speaks Chinese.
type checker struct {
	registry huma.Registry
	patterns map[string]*regexp.Regexp // filled while routes are added, then only read
}

func newChecker(registry huma.Registry) *checker {
	return &checker{registry: registry, patterns: map[string]*regexp.Regexp{}}
}

// learn compiles the patterns of a schema.
func (c *checker) learn(s *huma.Schema) {
	c.walk(s, map[*huma.Schema]bool{}, func(s *huma.Schema) {
		if s.Pattern != "" {
			c.patterns[s.Pattern] = regexp.MustCompile(s.Pattern)
		}
	})
}

func (c *checker) walk(s *huma.Schema, seen map[*huma.Schema]bool, visit func(*huma.Schema)) {
	if s == nil {
		return
	}
	if s = c.resolve(s); seen[s] {
		return
	}
	seen[s] = true
	visit(s)
	c.walk(s.Items, seen, visit)
	for _, property := range s.Properties {
		c.walk(property, seen, visit)
	}
	for _, alternative := range slices.Concat(s.OneOf, s.AnyOf) {
		c.walk(alternative, seen, visit)
	}
}

func (c *checker) resolve(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = c.registry.SchemaFromRef(s.Ref)
	}
	return s
}

// value lists what is wrong with v, which came from JSON with json.Number.
func (c *checker) value(s *huma.Schema, pointer string, v any) []Place {
	s = c.resolve(s)
	if alternatives := slices.Concat(s.OneOf, s.AnyOf); len(alternatives) > 0 {
		return c.alternatives(alternatives, pointer, v)
	}
	wrong := func(format string, args ...any) []Place {
		return []Place{{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}}
	}
	if v == nil && s.Nullable {
		return nil
	}
	switch s.Type {
	case huma.TypeString:
		text, ok := v.(string)
		if !ok {
			return wrong("应为文本（带引号的字符串）。")
		}
		if fault := c.text(s, text); fault != "" {
			return wrong("%s", fault)
		}
	case huma.TypeInteger:
		number, ok := v.(json.Number)
		n, err := strconv.ParseInt(number.String(), 10, 64)
		if !ok || err != nil {
			return wrong("应为整数。")
		}
		if fault := inRange(s, n); fault != "" {
			return wrong("%s", fault)
		}
	case huma.TypeNumber:
		if number, ok := v.(json.Number); !ok || !finite(number) {
			return wrong("应为数字。")
		}
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			return wrong("应为 true 或 false。")
		}
	case huma.TypeArray:
		items, ok := v.([]any)
		switch {
		case !ok:
			return wrong("应为数组。")
		case s.MinItems != nil && len(items) < *s.MinItems:
			return wrong("不能少于 %d 项。", *s.MinItems)
		case s.MaxItems != nil && len(items) > *s.MaxItems:
			return wrong("不能超过 %d 项（现有 %d 项）。", *s.MaxItems, len(items))
		}
		var places []Place
		for i, item := range items {
			places = append(places, c.value(s.Items, pointer+"/"+strconv.Itoa(i), item)...)
		}
		return places
	case huma.TypeObject:
		members, ok := v.(map[string]any)
		if !ok {
			return wrong("应为对象。")
		}
		return c.object(s, pointer, members)
	}
	return nil
}

// object checks the members in the order of their names, then the missing ones.
func (c *checker) object(s *huma.Schema, pointer string, members map[string]any) []Place {
	var places []Place
	for _, name := range slices.Sorted(maps.Keys(members)) {
		property, known := s.Properties[name]
		at := pointer + "/" + escapePointer(name)
		switch {
		case !known && s.AdditionalProperties == false:
			places = append(places, Place{Pointer: at, Detail: "不支持的字段。"})
		case !known:
		case members[name] == nil && !slices.Contains(s.Required, name): // null: as if absent
		default:
			places = append(places, c.value(property, at, members[name])...)
		}
	}
	for _, name := range s.Required {
		if _, present := members[name]; !present {
			places = append(places, Place{Pointer: pointer + "/" + escapePointer(name), Detail: "缺少必填项。"})
		}
	}
	return places
}

// alternatives is what is wrong with the alternative that fits best; nothing if one fits.
func (c *checker) alternatives(list []*huma.Schema, pointer string, v any) []Place {
	var tries [][]Place
	for _, alternative := range list {
		places := c.value(alternative, pointer, v)
		if len(places) == 0 {
			return nil
		}
		tries = append(tries, places)
	}
	switch v := v.(type) { // empty: of the first shape, which is the plain one
	case map[string]any:
		if len(v) == 0 {
			return tries[0]
		}
	case []any:
		if len(v) == 0 {
			return []Place{{Pointer: pointer, Detail: "不能为空。"}}
		}
	}
	// Faults inside the value tell more than "another type, please" at its top.
	return slices.MinFunc(tries, func(a, b []Place) int {
		depth := func(places []Place) int { return strings.Count(places[0].Pointer, "/") }
		return cmp.Or(cmp.Compare(depth(b), depth(a)), cmp.Compare(len(a), len(b)))
	})
}

// text is the first fault of a text, or "".
func (c *checker) text(s *huma.Schema, text string) string {
	length := utf8.RuneCountInString(text)
	switch {
	case strings.ContainsRune(text, 0):
		return "不能含有空字符（U+0000）。"
	case s.MinLength != nil && length < *s.MinLength && *s.MinLength == 1:
		return "不能为空。"
	case s.MinLength != nil && length < *s.MinLength:
		return fmt.Sprintf("不能少于 %d 个字符。", *s.MinLength)
	case s.MaxLength != nil && length > *s.MaxLength:
		return fmt.Sprintf("不能超过 %d 个字符（现有 %d 个）。", *s.MaxLength, length)
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, any(text)):
		return "应为下列之一：" + joinValues(s.Enum) + "。"
	case s.Pattern != "" && !c.patterns[s.Pattern].MatchString(text):
		return cmp.Or(s.PatternDescription, "格式不正确，应符合 "+s.Pattern) + "。"
	case s.Format == "date-time":
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return "应为 RFC 3339 时间，例如 2026-03-12T09:00:00+08:00。"
		}
	}
	return ""
}

func inRange(s *huma.Schema, n int64) string {
	switch {
	case s.Minimum != nil && float64(n) < *s.Minimum:
		return fmt.Sprintf("不能小于 %v。", *s.Minimum)
	case s.Maximum != nil && float64(n) > *s.Maximum:
		return fmt.Sprintf("不能大于 %v。", *s.Maximum)
	}
	return ""
}

func finite(n json.Number) bool {
	_, err := n.Float64()
	return err == nil
}

func joinValues(values []any) string {
	var words []string
	for _, v := range values {
		words = append(words, fmt.Sprint(v))
	}
	return strings.Join(words, "、")
}

func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
