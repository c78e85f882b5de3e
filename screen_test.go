package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenfa/models"
)

// screenRun runs the screen command and answers its exit code and what it wrote.
func screenRun(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"screen"}, args...), strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// folder makes a folder of files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func wordFile(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err == nil {
		_, err = w.Write([]byte("<w:document><w:p><w:t>" + text + "</w:t></w:p></w:document>"))
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = z.Close()
	return b.String()
}

func TestScreenExitCodes(t *testing.T) {
	clean, blocked := "春季植树活动有序开展。", "联系电话13800138000。"
	for name, tt := range map[string]struct {
		stdin string
		args  []string
		files map[string]string
		want  int
	}{
		"clean":             {stdin: clean, args: []string{"-"}, want: 0},
		"no path":           {stdin: clean, want: 0},
		"blocked":           {stdin: blocked, args: []string{"-"}, want: 1},
		"locked":            {stdin: "秘密★1年", args: []string{"-"}, want: 1},
		"bad flag":          {args: []string{"--colour"}, want: 2},
		"bad format":        {stdin: clean, args: []string{"--format", "xml"}, want: 2},
		"missing file":      {args: []string{"/nonexistent.txt"}, want: 2},
		"bad file and rest": {files: map[string]string{"a.txt": blocked, "b.docx": "no zip", "c.jsonl": "{\n"}, want: 2},
		"folder":            {files: map[string]string{"a.txt": clean, "sub/b.md": clean, "c.png": "\xff"}, want: 0},
		"not UTF-8":         {files: map[string]string{"a.txt": "第一行\n\xff\xfe"}, want: 2},
	} {
		t.Run(name, func(t *testing.T) {
			args := tt.args
			if tt.files != nil {
				args = []string{folder(t, tt.files)}
			}
			if code, stdout, stderr := screenRun(t, tt.stdin, args...); code != tt.want {
				t.Errorf("exit %d, want %d\n%s\n%s", code, tt.want, stdout, stderr)
			}
		})
	}
}

// jsonLine is a line of --format json.
type jsonLine struct {
	ID string `json:"id"`
	models.Report
	Fixed struct{ Title, Body string } `json:"fixed"`
}

func jsonLines(t *testing.T, out string) (lines []jsonLine) {
	t.Helper()
	for line := range strings.Lines(out) {
		var l jsonLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines = append(lines, l)
	}
	return lines
}

func TestScreenReadsEveryFormatAndKeepsTheOrder(t *testing.T) {
	dir := folder(t, map[string]string{
		"1.txt":   "电话13800138000",
		"2.md":    "电话**138**00138000",
		"3.html":  "<p>电话138<b>0013</b>8000</p>",
		"4.docx":  wordFile(t, "电话13800138000"),
		"5.jsonl": `{"id":"甲","title":"电话13800138000","body":"好"}` + "\n\n" + `{"body":"<i>138</i>00138000","format":"html"}` + "\nx\n" + `{"id":"丙","body":"好","format":"pdf"}`,
	})
	code, stdout, stderr := screenRun(t, "", "--format", "json", dir)
	lines := jsonLines(t, stdout)
	want := []struct{ id, field, text string }{
		{filepath.Join(dir, "1.txt"), "body", "13800138000"},
		{filepath.Join(dir, "2.md"), "body", "138**00138000"},
		{filepath.Join(dir, "3.html"), "body", "138<b>0013</b>8000"},
		{filepath.Join(dir, "4.docx"), "body", "13800138000"},
		{"甲", "title", "13800138000"},
		{filepath.Join(dir, "5.jsonl") + ":3", "body", "138</i>00138000"},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d reports, want %d:\n%s", len(lines), len(want), stdout)
	}
	for i, w := range want {
		l := lines[i]
		if l.ID != w.id || len(l.Hits) != 1 || l.Hits[0].Field != w.field || l.Hits[0].Text != w.text || l.Hits[0].Category != "pii.mobile" {
			t.Errorf("line %d: %+v, want %+v", i+1, l, w)
		}
	}
	if code != 2 || !strings.Contains(stderr, "5.jsonl:4：") || !strings.Contains(stderr, `5.jsonl:5：format "pdf"`) {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestScreenMarksTheHitInItsLine(t *testing.T) {
	_, stdout, _ := screenRun(t, "第一行\n联系电话13800138000，请保存。\n", "--title", "通讯录")
	for _, want := range []string{
		"标准输入：拦截，建议层级“一般”，1 处",
		"[拦截] 手机号码　正文第 2 行第 5 字　pii.mobile",
		"      联系电话13800138000，请保存。\n              ^^^^^^^^^^^\n",
		"建议：138****8000",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in\n%s", want, stdout)
		}
	}
}

func TestScreenFixMasksTheText(t *testing.T) {
	code, stdout, _ := screenRun(t, "电话13800138000。\n", "--fix")
	if code != 1 || stdout != "电话138****8000。\n" {
		t.Errorf("exit %d: %q", code, stdout)
	}
	_, stdout, _ = screenRun(t, "电话13800138000。\n", "--fix", "--format", "json")
	if got := jsonLines(t, stdout)[0].Fixed.Body; got != "电话138****8000。\n" {
		t.Errorf("%q", got)
	}
}

func TestScreenWritesSARIF(t *testing.T) {
	dir := folder(t, map[string]string{"a b.txt": "第一行\n电话13800138000", "b.docx": "no zip"})
	_, stdout, _ := screenRun(t, "", "--format", "sarif", dir)
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Invocations []struct{ ExecutionSuccessful bool }
			Results     []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn, CharOffset, CharLength int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(stdout), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || len(run.Results) != 1 || run.Invocations[0].ExecutionSuccessful {
		t.Fatalf("%+v", log)
	}
	r := run.Results[0]
	at := r.Locations[0].PhysicalLocation
	if r.Level != "error" || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || !strings.HasSuffix(at.ArtifactLocation.URI, "a%20b.txt") ||
		at.Region != struct{ StartLine, StartColumn, EndLine, EndColumn, CharOffset, CharLength int }{2, 3, 2, 14, 6, 11} {
		t.Errorf("%+v", r)
	}
}
