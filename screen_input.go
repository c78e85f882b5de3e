package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"shenfa/models"
	"shenfa/screening"
)

// maxInput bounds one file, and one line of a .jsonl file, in bytes.
const maxInput = 64 << 20

// screenDraft is one draft to screen, or the reason why it cannot be.
type screenDraft struct {
	id    string
	path  string
	line  int // in a .jsonl file, from 1
	text  screening.Text
	bytes int64
	err   error
}

// place says where a draft stands.
func (d screenDraft) place() string {
	if d.line > 0 {
		return fmt.Sprintf("%s:%d", d.path, d.line)
	}
	return d.path
}

// screenInput reads drafts out of files.
type screenInput struct {
	title string
	kind  models.Kind
	stdin io.Reader
	emit  func(screenDraft)
}

// formats tells by its suffix how a file is read; .docx and .jsonl have readers of their own.
var screenFormats = map[string]models.Format{
	".txt": models.FormatText, ".md": models.FormatMarkdown, ".markdown": models.FormatMarkdown,
	".html": models.FormatHTML, ".htm": models.FormatHTML, ".docx": models.FormatText, ".jsonl": "",
}

// drafts reads all paths, one after the other, until ctx ends.
func (in *screenInput) drafts(ctx context.Context, paths []string) <-chan screenDraft {
	out := make(chan screenDraft)
	in.emit = func(d screenDraft) {
		select {
		case out <- d:
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(out)
		for _, path := range paths {
			in.path(ctx, path)
		}
	}()
	return out
}

func (in *screenInput) path(ctx context.Context, path string) {
	if path == "-" {
		data, err := io.ReadAll(io.LimitReader(in.stdin, maxInput+1))
		in.whole("-", models.FormatText, data, err)
		return
	}
	_ = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			in.emit(screenDraft{id: name, path: name, err: err})
		case entry.IsDir():
			if name != path && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
		case name == path || known(name):
			in.file(name)
		}
		return nil
	})
}

// known tells whether a file in a folder is a draft; hidden files and Word's lock files are not.
func known(name string) bool {
	_, ok := screenFormats[strings.ToLower(filepath.Ext(name))]
	base := filepath.Base(name)
	return ok && !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "~$")
}

func (in *screenInput) file(name string) {
	f, err := os.Open(name)
	if err != nil {
		in.emit(screenDraft{id: name, path: name, err: err})
		return
	}
	defer func() { _ = f.Close() }()
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".jsonl":
		in.lines(name, f)
	case ".docx":
		in.docx(name, f)
	default:
		format := screenFormats[ext]
		if format == "" {
			format = models.FormatText
		}
		data, err := io.ReadAll(io.LimitReader(f, maxInput+1))
		in.whole(name, format, data, err)
	}
}

// whole takes a file as one draft.
func (in *screenInput) whole(name string, format models.Format, data []byte, err error) {
	d := screenDraft{id: name, path: name, bytes: int64(len(data)), err: err}
	switch {
	case err != nil:
	case len(data) > maxInput:
		d.err = fmt.Errorf("超过 %d MB", maxInput>>20)
	case !utf8.Valid(data):
		d.line, d.err = brokenLine(data), errors.New("不是 UTF-8 文本")
	default:
		d.text = screening.Text{Title: in.title, Body: string(data), Format: format, Kind: in.kind}
	}
	in.emit(d)
}

// brokenLine is the first line that is not UTF-8.
func brokenLine(data []byte) int {
	n := 0
	for line := range bytes.Lines(data) {
		if n++; !utf8.Valid(line) {
			break
		}
	}
	return n
}

func (in *screenInput) docx(name string, f *os.File) {
	d := screenDraft{id: name, path: name}
	info, err := f.Stat()
	if err == nil {
		d.bytes = info.Size()
		var body string
		body, err = screening.ReadDocx(f, info.Size())
		d.text = screening.Text{Title: in.title, Body: body, Kind: in.kind}
	}
	d.err = err
	in.emit(d)
}

// lines reads a .jsonl file: one draft a line; a bad line does not stop the rest.
func (in *screenInput) lines(name string, r io.Reader) {
	lines := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if len(bytes.TrimSpace(line)) > 0 || err != nil && err != io.EOF {
			d := screenDraft{id: fmt.Sprintf("%s:%d", name, n), path: name, line: n, bytes: int64(len(line)), err: err}
			if err == nil || err == io.EOF {
				d.err = in.decode(line, &d)
			}
			in.emit(d)
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return
		}
	}
}

var errLongLine = errors.New("这一行太长")

// readLine reads a line; of one that is too long it reads past the end and keeps nothing.
func readLine(r *bufio.Reader) (line []byte, err error) {
	tooLong := false
	for {
		piece, err := r.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(piece) > maxInput; !tooLong {
			line = append(line, piece...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if tooLong {
			return nil, errLongLine
		}
		return line, err
	}
}

// decode reads one line of a .jsonl file. Fields that it does not know are left alone.
func (in *screenInput) decode(line []byte, d *screenDraft) error {
	if !utf8.Valid(line) {
		return errors.New("不是 UTF-8 文本")
	}
	var row struct {
		ID     string         `json:"id"`
		Title  string         `json:"title"`
		Body   string         `json:"body"`
		Format models.Format  `json:"format"`
		Kind   models.Kind    `json:"kind"`
		Source *models.Source `json:"source"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return fmt.Errorf("JSON 有误：%w", err)
	}
	switch {
	case row.Format != "" && row.Format != models.FormatText && row.Format != models.FormatMarkdown && row.Format != models.FormatHTML:
		return fmt.Errorf("format %q 不认识：可用 text、markdown、html", row.Format)
	case row.Kind != "" && row.Kind != models.KindOriginal && row.Kind != models.KindReprint:
		return fmt.Errorf("kind %q 不认识：可用 original、reprint", row.Kind)
	case row.Kind == "":
		row.Kind = in.kind
	}
	if row.ID != "" {
		d.id = row.ID
	}
	d.text = screening.Text{Title: row.Title, Body: row.Body, Format: row.Format, Kind: row.Kind, Source: row.Source}
	return nil
}

// sizeOf is how much there is to read, for the progress bar.
func sizeOf(paths []string) (size int64) {
	for _, path := range paths {
		_ = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && (name == path || known(name)) {
				if info, err := entry.Info(); err == nil {
					size += info.Size()
				}
			}
			return nil
		})
	}
	return size
}
