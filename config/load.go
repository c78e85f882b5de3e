package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// envPrefix begins the name of every environment variable that is a setting:
// SHENFA_SERVER_ADDR is server.addr.
const envPrefix = "SHENFA_"

const wantDuration = `应是时长，如 "30s" 或 "5m"`

// Problem is one setting that cannot be used: its key, where it was set, and why.
type Problem struct {
	Key     string // such as server.addr; "" for a file that is no TOML
	Where   string // FILE:LINE or the name of an environment variable
	Message string // for the operator, in Chinese
}

// Problems is the error of Load: everything that is wrong, not only the first.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		parts := slices.DeleteFunc([]string{p.Where, p.Key, p.Message}, func(s string) bool { return s == "" })
		lines[i] = strings.Join(parts, "：")
	}
	return strings.Join(lines, "\n")
}

// Load reads the settings: defaults, then the TOML file (path "" is none),
// then the SHENFA_* variables of environ (as os.Environ gives it), then, for
// secrets, the files that SHENFA_*_FILE variables name. Its error is Problems,
// or what reading the file at path failed with.
func Load(path string, environ []string) (Config, error) {
	var document []byte
	if path != "" {
		var err error
		if document, err = os.ReadFile(path); err != nil {
			return Config{}, err
		}
	}
	return parse(path, document, environ)
}

func parse(path string, document []byte, environ []string) (Config, error) {
	config := Default()
	l := loader{where: map[string]string{}}
	l.file(&config, filepath.Base(path), document)
	l.environment(&config, environ)
	for _, c := range checks(config) {
		if !c.ok {
			l.fail(c.key, l.where[c.key], "%s", c.want)
		}
	}
	if len(l.problems) > 0 {
		return Config{}, l.problems
	}
	return config, nil
}

// loader keeps what is known of where each key was set, and what was wrong.
type loader struct {
	where    map[string]string
	problems Problems
}

func (l *loader) fail(key, where, format string, args ...any) {
	l.problems = append(l.problems, Problem{key, where, fmt.Sprintf(format, args...)})
}

func (l *loader) file(config *Config, name string, document []byte) {
	var tree map[string]any
	err := toml.Unmarshal(document, &tree)
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := decode.Position()
		l.fail("", fmt.Sprintf("%s:%d", name, line), "第 %d 列不是有效的 TOML（%s）", column, strings.TrimPrefix(decode.Error(), "toml: "))
		return
	} else if err != nil {
		l.fail("", name, "不是有效的 TOML（%s）", strings.TrimPrefix(err.Error(), "toml: "))
		return
	}
	l.table(reflect.ValueOf(config).Elem(), "", tree, name, linesOf(document))
}

// table sets the fields of section from the tree; path is where the section stands.
func (l *loader) table(section reflect.Value, path string, tree map[string]any, name string, lines map[string]int) {
	keys := make([]string, 0, len(tree))
	for key := range tree {
		keys = append(keys, key)
	}
	lineOf := func(key string) int { return cmp.Or(lines[join(path, key)], lines[path], 1) }
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(lineOf(a), lineOf(b)), cmp.Compare(a, b)) })
	for _, key := range keys {
		full, where := join(path, key), fmt.Sprintf("%s:%d", name, lineOf(key))
		field, ok := fieldOf(section, key)
		if !ok {
			l.fail(full, where, "没有这个设置项")
			continue
		}
		if field.Kind() == reflect.Struct {
			inner, isTable := tree[key].(map[string]any)
			if !isTable {
				l.fail(full, where, "应是一节 [%s]，不是单个值", full)
				continue
			}
			l.table(field, full, inner, name, lines)
			continue
		}
		if err := set(field, tree[key]); err != nil {
			l.fail(full, where, "%s", err)
			continue
		}
		l.where[full] = where
	}
}

func (l *loader) environment(config *Config, environ []string) {
	given := map[string]string{}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, envPrefix) {
			given[name] = value
		}
	}
	for _, k := range keysOf(reflect.ValueOf(config).Elem(), "") {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(k.path, ".", "_"))
		value, inline := given[name]
		delete(given, name)
		if file, ok := given[name+"_FILE"]; ok && k.secret {
			delete(given, name+"_FILE")
			if inline {
				l.fail(k.path, name+"_FILE", "与 %s 只能设置一个", name)
				continue
			}
			content, err := os.ReadFile(file)
			if err != nil {
				l.fail(k.path, name+"_FILE", "读不到文件 %s：%s", file, reasonOf(err))
				continue
			}
			name, value, inline = name+"_FILE", strings.TrimRight(string(content), "\r\n"), true
		}
		if !inline {
			continue
		}
		if err := setText(k.value, value); err != nil {
			l.fail(k.path, name, "%s", err)
			continue
		}
		l.where[k.path] = name
	}
	unknown := make([]string, 0, len(given))
	for name := range given {
		unknown = append(unknown, name)
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		l.fail("", name, "没有这个设置项")
	}
}

// key is one setting of a Config: its dotted path and the field that holds it.
type key struct {
	path   string
	value  reflect.Value
	secret bool
}

// keysOf lists the settings below a section in the order of their declaration.
func keysOf(section reflect.Value, path string) []key {
	var keys []key
	for i := range section.NumField() {
		tag := section.Type().Field(i).Tag
		full := join(path, tag.Get("toml"))
		if section.Field(i).Kind() == reflect.Struct {
			keys = append(keys, keysOf(section.Field(i), full)...)
			continue
		}
		keys = append(keys, key{full, section.Field(i), tag.Get("secret") == "true"})
	}
	return keys
}

func fieldOf(section reflect.Value, name string) (reflect.Value, bool) {
	for i := range section.NumField() {
		if section.Type().Field(i).Tag.Get("toml") == name {
			return section.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// set puts a TOML value into a field. The error is what the value should have been.
func set(field reflect.Value, value any) error {
	switch target := field.Addr().Interface().(type) {
	case *string:
		if v, ok := value.(string); ok {
			*target = v
			return nil
		}
		return errors.New("应是字符串，用双引号括起")
	case *bool:
		if v, ok := value.(bool); ok {
			*target = v
			return nil
		}
		return errors.New("应是 true 或 false")
	case *int:
		if v, ok := value.(int64); ok && int64(int(v)) == v {
			*target = int(v)
			return nil
		}
		return errors.New("应是整数")
	case *time.Duration:
		if v, ok := value.(string); ok {
			return setText(field, v)
		}
		return errors.New(wantDuration)
	case *[]string:
		items, ok := value.([]any)
		list := make([]string, 0, len(items))
		for _, item := range items {
			v, isText := item.(string)
			list, ok = append(list, v), ok && isText
		}
		if ok {
			*target = list
			return nil
		}
		return errors.New(`应是字符串的列表，如 ["甲", "乙"]`)
	}
	panic("config: no rule for a field of type " + field.Type().String())
}

// setText puts the text of an environment variable or file into a field.
func setText(field reflect.Value, text string) error {
	switch target := field.Addr().Interface().(type) {
	case *bool:
		v, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("应是 true 或 false")
		}
		*target = v
		return nil
	case *int:
		v, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("应是整数")
		}
		*target = v
		return nil
	case *time.Duration:
		v, err := time.ParseDuration(text)
		if err != nil {
			return errors.New(wantDuration)
		}
		*target = v
		return nil
	case *[]string:
		*target = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		return nil
	}
	return set(field, text)
}

// linesOf finds the line of every key and table header, by dotted path. It
// trusts that the document parses.
func linesOf(document []byte) map[string]int {
	lines := map[string]int{}
	var parser unstable.Parser
	parser.Reset(document)
	// Counted on from the last key, so that a long file costs one pass.
	line, upTo := 1, 0
	table := ""
	for parser.NextExpression() {
		node := parser.Expression()
		if node.Kind == unstable.Comment {
			continue
		}
		path, first := "", -1
		for it := node.Key(); it.Next(); {
			path = join(path, string(it.Node().Data))
			if first < 0 {
				first = int(it.Node().Raw.Offset)
			}
		}
		line += bytes.Count(document[upTo:first], []byte("\n"))
		upTo = first
		if node.Kind == unstable.KeyValue {
			path = join(table, path)
		} else {
			table = path
		}
		if _, known := lines[path]; !known {
			lines[path] = line
		}
	}
	return lines
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// reasonOf says in Chinese why a file could not be read.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "文件不存在"
	case errors.Is(err, fs.ErrPermission):
		return "没有读取权限"
	}
	return err.Error()
}
