package api_test

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"shenfa/api/client"
	"shenfa/models"
	"shenfa/workflow"
)

// consultee makes a unit to consult, and its person "consultee".
func (w *world) consultee() models.Unit {
	w.t.Helper()
	unit, err := w.workflow.CreateUnit(context.Background(), models.System(), "云雾县公安局", "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.person("consultee")
	grant := workflow.GrantInput{Role: models.RoleConsultee, UnitID: unit.ID}
	if _, err := w.workflow.Grant(context.Background(), models.System(), w.users["consultee"].ID, grant); err != nil {
		w.t.Fatal(err)
	}
	return unit
}

// post sends a body as JSON.
func (w *world) post(who, path string, body any, headers ...string) answer {
	w.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.send(who, "POST", "/api/v1"+path, string(raw), headers...)
}

// draft is the answer's draft.
func (a answer) draft(t testing.TB) client.Draft {
	t.Helper()
	var d client.Draft
	if err := json.Unmarshal(a.raw, &d); err != nil || a.StatusCode >= 300 {
		t.Fatalf("%d %s, %v", a.StatusCode, a.raw, err)
	}
	return d
}

// refused fails unless the answer is the problem.
func refused(t testing.TB, a answer, status int, code string) {
	t.Helper()
	if p := readProblem(t, a); a.StatusCode != status || p.Code != code {
		t.Errorf("%d %s, want %d %s", a.StatusCode, a.raw, status, code)
	}
}

type object = map[string]any

func TestAUnitIsConsulted(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		unit := w.consultee()
		in := w.input()
		in.Consult = []string{unit.Name}
		d := w.approve("editor", w.submitted(in))
		if d.State != models.StateAwaitingConsultees || len(d.Consultations) != 1 || d.Consultations[0].Unit != unit.ID ||
			d.Consultations[0].Name != unit.Name || d.Consultations[0].State != models.ConsultationOpen {
			t.Fatalf("%s %+v", d.State, d.Consultations)
		}
		inbox := w.send("consultee", "GET", "/api/v1/inbox", "").json(t)
		if item := inbox["items"].([]any)[0].(object); item["unit"] != unit.ID || item["unit_name"] != unit.Name {
			t.Errorf("the inbox: %v", inbox)
		}
		if seen := w.send("consultee", "GET", "/api/v1/drafts/"+d.ID, "").draft(t); !slices.Equal(seen.AllowedActions, []models.Action{"answer"}) {
			t.Errorf("the consultee may %v", seen.AllowedActions)
		}
		path := "/drafts/" + d.ID + "/consultations/" + unit.ID
		agree := object{"state": "agree", "digest": d.Digest}
		refused(t, w.post("author", path, agree), 403, "forbidden")
		refused(t, w.post("integration", path, agree), 403, "forbidden")
		refused(t, w.post("consultee", path, object{"state": "agree", "digest": "0000"}), 412, "stale")
		refused(t, w.post("consultee", path, object{"state": "open", "digest": d.Digest}), 422, "invalid")
		refused(t, w.post("consultee", path, object{"state": "disagree", "digest": d.Digest}), 422, "invalid")
		refused(t, w.post("editor", path, agree), 422, "invalid") // without the paper's number
		refused(t, w.post("consultee", "/drafts/"+d.ID+"/consultations/"+w.unit.ID, agree), 403, "forbidden")

		answer := object{"state": "agree_with_changes", "opinion": "路段名称有误", "digest": d.Digest}
		named := "/drafts/" + d.ID + "/consultations/" + url.PathEscape(unit.Name)
		now := w.post("consultee", named, answer, "Idempotency-Key", "answer-1").draft(t)
		c := now.Consultations[0]
		if now.State != "awaiting_account_lead" || c.State != models.ConsultationChanges || c.Opinion != "路段名称有误" || c.ByName != "consultee" {
			t.Fatalf("%s %+v", now.State, c)
		}
		if again := w.post("consultee", named, answer, "Idempotency-Key", "answer-1"); again.StatusCode != 200 {
			t.Errorf("the same call again: %d %s", again.StatusCode, again.raw)
		}
		late := w.post("consultee", path, answer)
		if refused(t, late, 409, "conflict"); readProblem(t, late).State != "awaiting_account_lead" {
			t.Errorf("%s", late.raw)
		}
	})
}

func TestAnEditorRecordsAnAnswerOnPaper(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		unit := w.consultee()
		in := w.input()
		in.Consult = []string{unit.ID}
		d := w.submitted(in)
		now := w.post("editor", "/drafts/"+d.ID+"/consultations/"+unit.ID,
			object{"state": "agree", "reference": "云公函〔2026〕8号", "digest": d.Digest}).draft(t)
		if c := now.Consultations[0]; c.Reference != "云公函〔2026〕8号" || c.ByName != "editor" {
			t.Errorf("%+v", c)
		}
	})
}

func TestScreeningProposesWhomToConsult(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		draft := w.send("author", "GET", "/api/v1/drafts/"+w.submitted(w.input()).ID, "").json(t)
		if _, ok := draft["consult_proposed"].([]any); !ok {
			t.Errorf("consult_proposed is %v", draft["consult_proposed"])
		}
	})
}
