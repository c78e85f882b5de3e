package screening

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

// docx packs a Word document of the parts given.
func docx(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readDocx(data []byte) (string, error) { return ReadDocx(bytes.NewReader(data), int64(len(data))) }

const wordBody = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="x" xmlns:mc="y"><w:body>
<w:p><w:r><w:t>关于植树的</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">通知 </w:t></w:r><w:del><w:r><w:delText>删去</w:delText></w:r></w:del></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三 &amp;</w:t></w:r></w:p>
</w:body></w:document>`

func TestDocxIsReadAsParagraphs(t *testing.T) {
	got, err := readDocx(docx(t, map[string]string{
		"word/document.xml":            wordBody,
		"word/header1.xml":             `<w:hdr xmlns:w="x"><w:p><w:r><w:t>秘密★1年</w:t></w:r></w:p></w:hdr>`,
		"word/_rels/document.xml.rels": `<Relationships><Relationship Target="https://taobao.com" TargetMode="External"/><Relationship Target="styles.xml"/></Relationships>`,
	}))
	want := "关于植树的通知 \n甲\n乙\n框\n一\n二 三 &\n秘密★1年\nhttps://taobao.com"
	if err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestDocxRefusesWhatIsNone(t *testing.T) {
	bomb := docx(t, map[string]string{"word/document.xml": "<w:t>" + strings.Repeat("一", maxDocxPart/2) + "</w:t>"})
	for name, data := range map[string][]byte{
		"no zip":      []byte("正文"),
		"no document": docx(t, map[string]string{"a.txt": "正文"}),
		"broken XML":  docx(t, map[string]string{"word/document.xml": "<w:p><w:t>正文</w:p"}),
		"bomb":        bomb,
	} {
		if _, err := readDocx(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzDocx(f *testing.F) {
	f.Add(docx(f, map[string]string{"word/document.xml": wordBody}))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if text, err := readDocx(data); err == nil && len(text) > maxDocxTotal {
			t.Error("more text than the limit")
		}
		// The same bytes as the body of a document that is well packed.
		_, _ = readDocx(docx(t, map[string]string{"word/document.xml": string(data)}))
	})
}
