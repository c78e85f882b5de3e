package papers

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"shenfa/models"
	"shenfa/models/sign"
	"shenfa/workflow"
)

// File is one file of an export.
type File struct {
	Name    string
	About   string // in Chinese, for the index
	Content []byte
}

// Export makes the whole file of a post: its data as JSON, the approval form,
// what proves the releases off-line, and an index page.
func Export(d workflow.Dossier, printed time.Time) ([]File, error) {
	var out []File
	add := func(name, about string, v any) error {
		raw, err := json.MarshalIndent(v, "", "  ")
		out = append(out, File{name, about, append(raw, '\n')})
		return err
	}
	for _, part := range []struct {
		name, about string
		value       any
	}{
		{"稿件.json", "稿件及其状态、层级", d.Draft},
		{"版本.json", "各版本全文", d.Revisions},
		{"机审报告.json", "历次机审报告", d.Reports},
		{"审签决定.json", "全部审签决定，含已失效的", d.Decisions},
		{"命中处置.json", "误报与豁免及其确认", d.Dispositions},
		{"会签.json", "会签单位的意见", d.Consultations},
		{"审计链.json", "审计事件，逐条以哈希衔接", d.Events},
		{"姓名.json", "各文件中人员编号对应的姓名", d.Names},
	} {
		if err := add(part.name, part.about, part.value); err != nil {
			return nil, err
		}
	}
	if err := add("公钥.json", "核验签发证书用的公钥（JWKS）", keySet(d.Keys)); err != nil {
		return nil, err
	}
	for _, r := range d.Releases {
		base := fmt.Sprintf("签发件-%d", r.Serial)
		out = append(out, File{base + ".json", "签发内容，逐字节与签发时相同", line(r.Document)},
			File{base + ".certificate.json", "签发证书（DSSE）", line(r.Certificate)})
		if err := add(base+".回执.json", "各渠道的发布回执", r.Receipts); err != nil {
			return nil, err
		}
		if err := add(base+".取件.json", "发布端的取件记录", r.Pulls); err != nil {
			return nil, err
		}
		if r.Withdrawal != nil {
			if err := add(base+".撤回.json", "撤回决定", r.Withdrawal); err != nil {
				return nil, err
			}
		}
	}
	var form, index bytes.Buffer
	if err := Form(&form, d, printed); err != nil {
		return nil, err
	}
	out = append([]File{{"审签单.html", "审签单，可打印", form.Bytes()}}, out...)
	if err := write(&index, "index.html", page{Dossier: d, Printed: printed, Files: out}); err != nil {
		return nil, err
	}
	return append([]File{{"index.html", "本页", index.Bytes()}}, out...), nil
}

func line(raw []byte) []byte { return append(bytes.Clone(raw), '\n') }

func keySet(keys []models.SigningKey) map[string][]sign.JWK {
	set := map[string][]sign.JWK{"keys": {}}
	for _, k := range keys {
		if jwk, ok := sign.JWKOf(k); ok {
			set["keys"] = append(set["keys"], jwk)
		}
	}
	return set
}

// Zip writes files as a zip archive.
func Zip(w io.Writer, files []File, modified time.Time) error {
	archive := zip.NewWriter(w)
	for _, f := range files {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: modified})
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.Content); err != nil {
			return err
		}
	}
	return archive.Close()
}
