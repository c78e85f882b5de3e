package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const examplePath = "../config.example.toml"

var update = flag.Bool("update", false, "write config.example.toml anew")

// The example file is the manual: every key with its doc comment and default.
// After a change of config.go: go test ./config -run TestExample -update
func TestExampleSaysEveryKeyWithItsCommentAndDefault(t *testing.T) {
	want := example(t)
	if *update {
		write(t, examplePath, want)
	}
	got, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("config.example.toml is not up to date (-want +got):\n%s", diff)
	}
}

func TestExampleLoadsAsTheDefaults(t *testing.T) {
	got, err := Load(examplePath, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Error(diff)
	}
}

func example(t *testing.T) string {
	comments := docComments(t)
	config := Default()
	var out strings.Builder
	out.WriteString("# 审发（shenfa）的配置。下列各值都是默认值，只需保留要改的行。\n" +
		"# 每一项也可由环境变量设置：server.addr 即 SHENFA_SERVER_ADDR；列表用逗号分隔。\n" +
		"# 优先次序：默认值 < 本文件 < 环境变量。database.dsn 还可用 SHENFA_DATABASE_DSN_FILE 指向存放它的文件。\n")
	root := reflect.ValueOf(config)
	for i := range root.NumField() {
		section := root.Type().Field(i)
		fmt.Fprintf(&out, "\n# %s\n[%s]\n", comments["Config."+section.Name], section.Tag.Get("toml"))
		for j := range section.Type.NumField() {
			field := section.Type.Field(j)
			comment, ok := comments[section.Type.Name()+"."+field.Name]
			if !ok {
				t.Errorf("%s.%s has no doc comment", section.Type.Name(), field.Name)
			}
			fmt.Fprintf(&out, "# %s\n%s = %s\n", comment, field.Tag.Get("toml"), tomlOf(root.Field(i).Field(j)))
		}
	}
	return out.String()
}

func tomlOf(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case string:
		return strconv.Quote(value)
	case time.Duration:
		text := value.String() // 2h0m0s is better written 2h
		if strings.HasSuffix(text, "m0s") {
			text = strings.TrimSuffix(text, "0s")
		}
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
		return strconv.Quote(text)
	case []string:
		return "[]"
	default:
		return fmt.Sprint(value)
	}
}

// docComments reads the doc comment of every field in config.go, by TYPE.FIELD.
func docComments(t *testing.T) map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		for _, field := range spec.Type.(*ast.StructType).Fields.List {
			if field.Doc != nil {
				comments[spec.Name.Name+"."+field.Names[0].Name] = strings.TrimSpace(field.Doc.Text())
			}
		}
		return false
	})
	return comments
}
