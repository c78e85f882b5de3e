package workflow

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"shenfa/models"
)

// Bounds of an edition. The shipped rules take half a megabyte.
const (
	MaxArchive      = 3 << 20 // bytes of a zip archive
	maxEditionBytes = 8 << 20 // bytes of all files, unpacked
	maxEditionFiles = 200
)

// editionFile is the name of a file that an edition may have. There is no way
// to write a path that leads anywhere else.
var editionFile = regexp.MustCompile(`^(?:lexicon/[\p{L}\p{N}][\p{L}\p{N}_.-]{0,90}\.tsv|[\p{L}\p{N}][\p{L}\p{N}_.-]{0,90}\.toml)$`)

// ReadArchive reads the files of an edition from a zip archive. Anything but
// rule files, and anything over the bounds, is CodeInvalid or CodeTooLarge.
func ReadArchive(archive []byte) (map[string][]byte, error) {
	if len(archive) > MaxArchive {
		return nil, models.Errorf(models.CodeTooLarge, "压缩包超过 %d MB 的上限。", MaxArchive>>20)
	}
	packed, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, archiveError("不是 zip 压缩包，或已损坏：%v", err)
	}
	if len(packed.File) > 2*maxEditionFiles {
		return nil, models.Errorf(models.CodeTooLarge, "压缩包中的文件超过 %d 个。", maxEditionFiles)
	}
	files, left := map[string][]byte{}, maxEditionBytes
	for _, f := range packed.File {
		if f.Name == "lexicon/" {
			continue
		}
		if why := misnamed(f.Name); why != "" {
			return nil, archiveError("%s", why)
		}
		if _, twice := files[f.Name]; twice {
			return nil, archiveError("文件 %s 出现两次。", f.Name)
		}
		data, err := unpack(f, left)
		if err != nil {
			return nil, err
		}
		files[f.Name] = data
		left -= len(data)
	}
	return NormalFiles(files)
}

// unpack reads one file of an archive, whatever its header says of its size.
func unpack(f *zip.File, most int) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, archiveError("文件 %s 无法解压：%v", f.Name, err)
	}
	defer func() { _ = r.Close() }() // it was read from memory
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case len(data) > most:
		return nil, tooMuch()
	case err != nil:
		return nil, archiveError("文件 %s 无法解压：%v", f.Name, err)
	}
	return data, nil
}

// NormalFiles checks the files of an edition and takes away what editors add:
// a byte order mark and carriage returns. The same rules have the same address.
func NormalFiles(files map[string][]byte) (map[string][]byte, error) {
	if len(files) == 0 {
		return nil, archiveError("其中没有规则文件（*.toml 或 lexicon/*.tsv）。")
	}
	if len(files) > maxEditionFiles {
		return nil, models.Errorf(models.CodeTooLarge, "规则文件超过 %d 个。", maxEditionFiles)
	}
	normal, size := map[string][]byte{}, 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := files[name]
		if why := misnamed(name); why != "" {
			return nil, archiveError("%s", why)
		}
		if !utf8.Valid(data) {
			return nil, archiveError("文件 %s 不是 UTF-8 编码。", name)
		}
		if size += len(data); size > maxEditionBytes {
			return nil, tooMuch()
		}
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		normal[name] = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	return normal, nil
}

// WriteArchive packs files into a zip archive: the same files, the same bytes.
func WriteArchive(files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
		if _, err := f.Write(files[name]); err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return out.Bytes(), nil
}

func misnamed(name string) string {
	if editionFile.MatchString(name) && !strings.Contains(name, "..") {
		return ""
	}
	return fmt.Sprintf("文件名 %.100q 不可用：只能有 *.toml 和 lexicon/*.tsv。", name)
}

func archiveError(format string, args ...any) error {
	return models.Invalid([]models.FieldError{{Pointer: "/files", Message: fmt.Sprintf(format, args...)}})
}

func tooMuch() error {
	return models.Errorf(models.CodeTooLarge, "规则文件解压后超过 %d MB 的上限。", maxEditionBytes>>20)
}
