package papers_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenfa/api/papers"
	"shenfa/models"
	"shenfa/models/sign"
	"shenfa/workflow"
)

var update = flag.Bool("update", false, "write the golden files anew")

func at(minute int) time.Time { return time.Date(2026, 5, 6, 1, minute, 0, 0, time.UTC) }

// dossier is a post with one of everything.
func dossier(t *testing.T) workflow.Dossier {
	t.Helper()
	content := models.Content{AccountID: "a1", Title: "关于<青山大道>施工期间交通管制的通告", Body: "自5月8日起，青山大道半幅封闭。\n咨询电话：0915-3210000。",
		Format: models.FormatText, Kind: models.KindOriginal}
	notBefore := at(15)
	content.NotBefore = &notBefore
	digest := content.Digest()
	document := models.ReleaseDocument{ID: "r1", DraftID: "d1", AccountID: "a1", Title: content.Title, Body: content.Body, Format: content.Format,
		Kind: content.Kind, Media: []models.Media{}, Digest: digest, Tier: models.TierImportant, NotBefore: &notBefore, ReleasedAt: at(9)}
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	key := models.SigningKey{ID: "k1", Algorithm: sign.Ed25519, Public: make([]byte, 32)}
	return workflow.Dossier{
		Draft: models.Draft{ID: "d1", Number: "2026-00007", State: models.StateWithdrawn, Title: content.Title, Kind: content.Kind, Format: content.Format,
			Tier: models.TierImportant, TierReasons: []models.TierReason{{Tier: models.TierImportant, Why: "交通管制"}}, Urgent: true, Revision: 1,
			Digest: digest, CreatedBy: "p1", CreatedAt: at(0), ChainN: 2, ChainHead: "cc33"},
		Account: models.Account{Name: "青山发布"}, Unit: models.Unit{Name: "青山镇人民政府"},
		Revisions: []models.Revision{{DraftID: "d1", N: 1, Content: content, Digest: digest, Author: "p1", CreatedAt: at(0)}},
		Reports: []models.StoredReport{{Revision: 1, Digest: digest, CreatedAt: at(1), Report: models.Report{Outcome: models.OutcomeBlocked, Edition: "e1",
			Hits: []models.Hit{{ID: "h1", Category: "pii.landline", Severity: models.SeverityBlock, Text: "0915-3210000", Why: "固定电话", Basis: "办法第二十一条"}}}}},
		Dispositions: []models.Disposition{{HitID: "h1", Kind: models.DispositionFalsePositive, Reason: "公开的咨询电话", By: "p1", At: at(2), ConfirmedBy: "p2", ConfirmedAt: at(4)}},
		Consultations: []models.Consultation{{UnitName: "县公安局交警大队", State: models.ConsultationChanges, Opinion: "请注明绕行路线", Reference: "云公交函〔2026〕3号",
			By: "p2", At: at(3)}},
		Decisions: []models.Decision{
			{Step: "editor", Role: models.RoleEditor, Action: models.ActionApprove, PersonID: "p2", Comment: "属实", Revision: 1, At: at(4), VoidedAt: at(5)},
			{Step: "deputy_lead", Role: models.RoleDeputyLead, Action: models.ActionApprove, Signs: true, PersonID: "p3", OnBehalfOf: "p4", Comment: "同意", Revision: 1, At: at(9)},
		},
		Releases: []workflow.SignedRelease{{
			Release:  models.Release{ID: "r1", Serial: 42, Digest: digest, Document: raw, Certificate: json.RawMessage(`{"payload":""}`), ReleasedAt: at(9)},
			Receipts: []models.Receipt{{Channel: "wechat", State: models.ReceiptPublished, URL: "https://example.gov.cn/1", Digest: "00", At: at(10)}},
			Withdrawal: &models.Withdrawal{Reason: models.ReasonSuperseded, Text: "工期调整", Document: "云政发〔2026〕9号",
				By: "p3", At: at(20)}}},
		Events:     []models.AuditEvent{{Chain: "d1", N: 1, At: at(0), Actor: "p1", Kind: "created", Hash: "aa"}, {Chain: "d1", N: 2, At: at(9), Actor: "p3", Kind: "signed", Hash: "cc33"}},
		Keys:       []models.SigningKey{key},
		Names:      map[string]string{"p1": "陈晨", "p2": "何静", "p3": "孙立新", "p4": "周明"},
		Roles:      map[models.Role]string{models.RoleDeputyLead: "分管领导"},
		States:     map[models.State]string{models.StateWithdrawn: "已撤回"},
		Steps:      map[string]string{"editor": "编辑", "deputy_lead": "分管领导"},
		ExportedBy: "何静",
	}
}

func TestApprovalFormGolden(t *testing.T) {
	var got bytes.Buffer
	if err := papers.Form(&got, dossier(t), at(30)); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/form.html"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the approval form differs from %s; if that is meant: go test ./api/papers -update\n%s", golden, diff)
	}
	for _, must := range []string{"2026-00007", "公开的咨询电话", "云公交函〔2026〕3号", "代 周明", "（已失效）", ">42<", "内容与签发不一致",
		"依据的决定已变更：工期调整", "<svg", "关于&lt;青山大道&gt;"} {
		if !strings.Contains(got.String(), must) {
			t.Errorf("the form does not say %q", must)
		}
	}
}

func TestAFormBeforeAnythingHappenedIsWhole(t *testing.T) {
	var got bytes.Buffer
	d := workflow.Dossier{Draft: models.Draft{Number: "2026-00001", Title: "题", CreatedAt: at(0)}}
	if err := papers.Form(&got, d, at(1)); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(strings.TrimSpace(got.String()), "</html>") || strings.Contains(got.String(), "<svg") {
		t.Error(got.String())
	}
}

func TestTheFormSaysWhyADispositionIsNotConfirmed(t *testing.T) {
	d := dossier(t)
	confirmed := d.Dispositions[0]
	confirmed.Digest = d.Draft.Digest
	replaced := models.Disposition{HitID: "h1", Digest: d.Draft.Digest, Kind: models.DispositionFalsePositive, Reason: "先前的理由", By: "p1", At: at(1)}
	outdated := models.Disposition{HitID: "h1", Digest: "aa", Kind: models.DispositionFalsePositive, Reason: "前一版的理由", By: "p1", At: at(0)}
	open := models.Disposition{HitID: "h2", Digest: d.Draft.Digest, Kind: models.DispositionFalsePositive, Reason: "待确认", By: "p1", At: at(3)}
	d.Dispositions = []models.Disposition{outdated, replaced, confirmed, open}
	var form bytes.Buffer
	if err := papers.Form(&form, d, at(30)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"内容已变更，不再适用", "已由后一处置取代", "未确认"} {
		if n := strings.Count(form.String(), "<td>"+want+"</td>"); n != 1 {
			t.Errorf("%q stands %d times", want, n)
		}
	}
}

func TestAnExportIsCompleteAndItsIndexNamesEveryFile(t *testing.T) {
	files, err := papers.Export(dossier(t), at(30))
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if err := papers.Zip(&raw, files, at(30)); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	if err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	var names []string
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		content[f.Name] = string(text)
		names = append(names, f.Name)
	}
	slices.Sort(names)
	want := []string{"index.html", "审签单.html", "稿件.json", "版本.json", "机审报告.json", "审签决定.json", "命中处置.json", "会签.json", "审计链.json",
		"姓名.json", "公钥.json", "签发件-42.json", "签发件-42.certificate.json", "签发件-42.回执.json", "签发件-42.取件.json", "签发件-42.撤回.json"}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	for _, name := range want {
		if name != "index.html" && !strings.Contains(content["index.html"], ">"+name+"</a>") {
			t.Errorf("the index does not name %s", name)
		}
		if strings.HasSuffix(name, ".json") && !json.Valid([]byte(content[name])) {
			t.Errorf("%s is no JSON", name)
		}
		if strings.HasSuffix(name, ".json") && name != "姓名.json" && !strings.Contains(name, "certificate") { // persons by id; names that the standard gives
			for _, key := range regexp.MustCompile(`"([^"\\]*)"\s*:`).FindAllStringSubmatch(content[name], -1) {
				if strings.Trim(key[1], "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
					t.Errorf("%s has the field %q", name, key[1])
				}
			}
		}
	}
}

func TestThePolicyAllowsTheOwnStyleAlone(t *testing.T) {
	if p := papers.Policy(); !strings.Contains(p, "style-src 'sha256-") || strings.Contains(p, "unsafe") {
		t.Error(p)
	}
}
