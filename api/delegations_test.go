package api_test

import (
	"testing"
	"time"

	"shenfa/models"
)

func TestADeputySignsInTheLeadersPlace(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		w.person("clerk")
		tomorrow := time.Now().Add(24 * time.Hour)
		in := object{"to": "clerk", "account_ids": []string{w.account.ID}, "tiers": []string{"general"}, "ends_at": tomorrow, "reason": "外出开会"}
		a := w.post("account_lead", "/delegations", in, "Idempotency-Key", "delegate-1")
		made := a.json(t)
		if a.StatusCode != 201 || made["from"] != w.users["account_lead"].ID || made["to"] != w.users["clerk"].ID || made["to_name"] != "clerk" || made["revoked_at"] != nil {
			t.Fatalf("%d %s", a.StatusCode, a.raw)
		}
		if again := w.post("account_lead", "/delegations", in, "Idempotency-Key", "delegate-1").json(t); again["id"] != made["id"] {
			t.Errorf("the same call again made %v", again["id"])
		}
		d := w.approve("editor", w.submitted(w.input()))
		inbox := w.send("clerk", "GET", "/api/v1/inbox", "").json(t)
		if item := inbox["items"].([]any)[0].(object); item["delegator"] != w.users["account_lead"].ID || item["delegator_name"] != "account_lead" {
			t.Errorf("the deputy's inbox: %v", item)
		}
		refused(t, w.post("clerk", "/drafts/"+d.ID+"/decisions", object{"action": "approve", "digest": "0000"}), 412, "stale")
		d = w.approve("clerk", d)
		sign := d.Decisions[1]
		if d.State != models.StateReleased || sign.OnBehalfOf != w.users["account_lead"].ID || sign.ByLine != "clerk 代 account_lead" {
			t.Errorf("%s %+v", d.State, sign)
		}

		path := "/api/v1/delegations/" + made["id"].(string)
		refused(t, w.send("clerk", "DELETE", path, ""), 403, "forbidden")
		refused(t, w.send("editor", "DELETE", path, ""), 404, "not_found")
		for range 2 {
			if a := w.send("account_lead", "DELETE", path, ""); a.StatusCode != 204 {
				t.Fatalf("revoke: %d %s", a.StatusCode, a.raw)
			}
		}
		refused(t, w.send("clerk", "GET", "/api/v1/drafts/"+d.ID, ""), 404, "not_found")
		for who, n := range map[string]int{"account_lead": 1, "clerk": 1, "editor": 0, "admin": 1} {
			items := w.send(who, "GET", "/api/v1/delegations", "").json(t)["items"].([]any)
			if len(items) != n {
				t.Errorf("%s sees %d delegations, want %d", who, len(items), n)
			}
		}
	})
}

func TestADelegationKeepsItsBounds(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		now := time.Now()
		ok := func(change object) object {
			in := object{"to": w.users["editor"].ID, "ends_at": now.Add(time.Hour), "reason": "外出开会"}
			for name, value := range change {
				in[name] = value
			}
			return in
		}
		for name, tt := range map[string]struct {
			who     string
			change  object
			status  int
			pointer string
		}{
			"another's":         {"editor", object{"from": w.users["account_lead"].ID}, 403, ""},
			"nothing to give":   {"author", object{}, 422, "/from"},
			"to oneself":        {"account_lead", object{"to": "account_lead"}, 422, "/to"},
			"to a supervisor":   {"account_lead", object{"to": w.users["supervisor"].ID}, 422, "/to"},
			"to the admin":      {"account_lead", object{"to": w.users["admin"].ID}, 422, "/to"},
			"to nobody":         {"account_lead", object{"to": "nobody at all"}, 422, "/to"},
			"ended":             {"account_lead", object{"ends_at": now.Add(-time.Hour)}, 422, "/ends_at"},
			"too long":          {"account_lead", object{"ends_at": now.AddDate(2, 0, 0)}, 422, "/ends_at"},
			"back-dated":        {"account_lead", object{"starts_at": now.Add(-time.Hour)}, 422, "/starts_at"},
			"no reason":         {"account_lead", object{"reason": " "}, 422, "/reason"},
			"a foreign account": {"account_lead", object{"account_ids": []string{"x"}}, 422, "/account_ids/0"},
			"no such tier":      {"account_lead", object{"tiers": []string{"secret"}}, 422, "/tiers/0"},
		} {
			t.Run(name, func(t *testing.T) {
				a := w.post(tt.who, "/delegations", ok(tt.change))
				if p := readProblem(t, a); a.StatusCode != tt.status || tt.pointer != "" && p.Errors[0].Pointer != tt.pointer {
					t.Errorf("%d %s", a.StatusCode, a.raw)
				}
			})
		}
		if a := w.post("admin", "/delegations", ok(object{"from": "account_lead"})); a.StatusCode != 201 {
			t.Errorf("by an administrator for another: %d %s", a.StatusCode, a.raw)
		}
	})
}
