package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"shenfa/api"
	"shenfa/api/client"
	"shenfa/models"
	"shenfa/workflow"
)

func TestWithoutCredentialsNothingIsSeen(t *testing.T) {
	w := onSQLite(t, api.Options{})
	for _, path := range []string{"/drafts", "/inbox", "/releases", "/me", "/users", "/tokens", "/units", "/accounts"} {
		for name, headers := range map[string][]string{
			"none":    nil,
			"unknown": {"Authorization", "Bearer sf_nonsense"},
			"basic":   {"Authorization", "Basic YTpi"},
			"empty":   {"Authorization", "Bearer "},
		} {
			a := w.send("nobody", "GET", "/api/v1"+path, "", headers...)
			if p := readProblem(t, a); a.StatusCode != 401 || p.Code != "unauthenticated" || a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %s credentials: %d %s", path, name, a.StatusCode, a.raw)
			}
		}
	}
	// Who one is comes before what one sent: a stranger learns nothing of the schema.
	if a := w.send("nobody", "POST", "/api/v1/drafts", `{"colour":1}`); a.StatusCode != 401 {
		t.Errorf("%d %s, want 401", a.StatusCode, a.raw)
	}
}

func TestWhatOneMayNotSeeIsNotFound(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.released(w.input())
	other := w.newAccount("另一账号")
	stranger, err := w.workflow.CreateUser(context.Background(), models.System(), workflow.UserInput{SignIn: "stranger", Name: "外人",
		UnitID: w.unit.ID, Grants: []workflow.GrantInput{{Role: models.RoleEditor, AccountID: other.ID}}})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := w.workflow.CreateToken(context.Background(), models.System(), workflow.TokenInput{Kind: models.TokenUser, Name: "x", UserID: stranger.ID})
	if err != nil {
		t.Fatal(err)
	}
	w.clients["stranger"] = client.New(w.server.URL, secret)
	w.clients["other integration"] = w.integration(other.ID)
	for _, who := range []string{"stranger", "other integration"} {
		for _, path := range []string{"/drafts/" + d.ID, "/drafts/" + d.ID + "/revisions", "/drafts/" + d.ID + "/timeline",
			"/releases/" + d.ReleaseID, "/releases/" + d.ReleaseID + "/certificate", "/releases/" + d.ReleaseID + "/receipts",
			"/releases?account=" + w.account.ID} {
			if a := w.send(who, "GET", "/api/v1"+path, ""); a.StatusCode != 404 || readProblem(t, a).Code != "not_found" {
				t.Errorf("%s, %s: %d %s", who, path, a.StatusCode, a.raw)
			}
		}
		for _, path := range []string{"/drafts", "/releases", "/inbox"} {
			a := w.send(who, "GET", "/api/v1"+path, "")
			if a.StatusCode != 200 || len(a.json(t)["items"].([]any)) != 0 {
				t.Errorf("%s, %s: %d %s", who, path, a.StatusCode, a.raw)
			}
		}
	}
	body := fmt.Sprintf(`{"account_id":%q,"title":"题","body":"文"}`, w.account.ID)
	if a := w.send("stranger", "POST", "/api/v1/drafts", body); a.StatusCode != 404 {
		t.Errorf("a draft for a foreign account: %d %s", a.StatusCode, a.raw)
	}
	if a := w.send("stranger", "POST", "/api/v1/drafts/"+d.ID+"/decisions", `{"action":"approve","digest":"x"}`); a.StatusCode != 404 {
		t.Errorf("a decision on a foreign draft: %d %s", a.StatusCode, a.raw)
	}
	for _, path := range []string{"/releases/" + d.ReleaseID + "/withdrawal", "/releases/" + d.ReleaseID + "/correction"} {
		refused(t, w.post("stranger", path, object{"reason": "error", "text": "x"}), 404, "not_found")
	}
	refused(t, w.post("stranger", "/drafts/"+d.ID+"/consultations/"+w.unit.ID, object{"state": "agree"}), 404, "not_found")
}

func TestTheWrongRoleIsRefused(t *testing.T) {
	w := onSQLite(t, api.Options{})
	d := w.submitted(w.input())
	for name, tt := range map[string]struct{ who, method, path, body string }{
		"an editor writes no new draft":      {"editor", "POST", "/drafts", fmt.Sprintf(`{"account_id":%q,"title":"题","body":"文"}`, w.account.ID)},
		"an integration writes no draft":     {"integration", "POST", "/drafts", fmt.Sprintf(`{"account_id":%q,"title":"题","body":"文"}`, w.account.ID)},
		"a supervisor does not decide":       {"supervisor", "POST", "/drafts/" + d.ID + "/decisions", fmt.Sprintf(`{"action":"approve","digest":%q}`, d.Digest)},
		"an editor makes no unit":            {"editor", "POST", "/units", `{"name":"新单位"}`},
		"an editor lists no users":           {"editor", "GET", "/users", ``},
		"an editor sets no foreign password": {"editor", "PUT", "/users/" + w.users["author"].ID + "/password", `{"password":"a long password"}`},
		"an editor makes no integration":     {"editor", "POST", "/tokens", fmt.Sprintf(`{"kind":"integration","name":"x","account_ids":[%q]}`, w.account.ID)},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.send(tt.who, tt.method, "/api/v1"+tt.path, tt.body)
			if p := readProblem(t, a); a.StatusCode != 403 || p.Code != "forbidden" {
				t.Errorf("%d %s, want 403", a.StatusCode, a.raw)
			}
		})
	}
}

func TestATokenIsShownOnceScopedAndRevocable(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		a := w.send("editor", "POST", "/api/v1/tokens", `{"kind":"user","name":"手机"}`)
		if a.StatusCode != 201 {
			t.Fatalf("%d %s", a.StatusCode, a.raw)
		}
		secret, id := a.json(t)["secret"].(string), a.json(t)["id"].(string)
		var stored int
		if err := w.store.DB().QueryRow("SELECT COUNT(*) FROM tokens WHERE hash = '" + secret + "'").Scan(&stored); err != nil || stored != 0 {
			t.Errorf("the secret itself is stored (%v)", err)
		}
		phone := client.New(w.server.URL, secret)
		phone.Tries = 1
		w.clients["phone"] = phone
		if me := w.send("phone", "GET", "/api/v1/me", "").json(t); me["id"] != w.users["editor"].ID {
			t.Errorf("me is %v", me)
		}
		if list := w.send("editor", "GET", "/api/v1/tokens", ""); strings.Contains(string(list.raw), secret) || !strings.Contains(string(list.raw), id) {
			t.Errorf("the list of tokens: %s", list.raw)
		}
		if a := w.send("editor", "DELETE", "/api/v1/tokens/"+id, ""); a.StatusCode != 204 {
			t.Fatalf("revoke: %d %s", a.StatusCode, a.raw)
		}
		if a := w.send("phone", "GET", "/api/v1/me", ""); a.StatusCode != 401 {
			t.Errorf("a revoked token: %d %s", a.StatusCode, a.raw)
		}
		if strings.Contains(w.log.text(), secret) {
			t.Error("the secret stands in the log")
		}
	})
}

func TestADisabledUserIsOut(t *testing.T) {
	w := onSQLite(t, api.Options{})
	if a := w.send("admin", "POST", "/api/v1/users/"+w.users["editor"].ID+"/disable", ""); a.StatusCode != 204 {
		t.Fatalf("%d %s", a.StatusCode, a.raw)
	}
	if a := w.send("editor", "GET", "/api/v1/inbox", ""); a.StatusCode != 401 {
		t.Errorf("%d %s, want 401", a.StatusCode, a.raw)
	}
}

func TestManyWrongTokensAreSlowedDownButRightOnesPass(t *testing.T) {
	w := onSQLite(t, api.Options{FailureBurst: 3})
	var codes []int
	for range 5 {
		codes = append(codes, w.send("nobody", "GET", "/api/v1/me", "", "Authorization", "Bearer wrong").StatusCode)
	}
	if got := fmt.Sprint(codes); got != "[401 401 401 429 429]" {
		t.Errorf("five wrong tokens: %s", got)
	}
	a := w.send("nobody", "GET", "/api/v1/me", "", "Authorization", "Bearer wrong")
	if a.Header.Get("Retry-After") == "" || readProblem(t, a).Code != "rate_limited" {
		t.Errorf("%d %s", a.StatusCode, a.raw)
	}
	if a := w.send("author", "GET", "/api/v1/me", ""); a.StatusCode != 200 {
		t.Errorf("a right token from the same address: %d", a.StatusCode)
	}
}

func TestASessionCookieServesTheAPIButNotForOtherSites(t *testing.T) {
	w := onSQLite(t, api.Options{})
	// A session as signing in makes one.
	ctx, err := w.api.Sessions().Load(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	w.api.Sessions().Put(ctx, "user_id", w.users["author"].ID)
	token, _, err := w.api.Sessions().Commit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cookie := "shenfa_session=" + token
	if me := w.send("nobody", "GET", "/api/v1/me", "", "Cookie", cookie).json(t); me["id"] != w.users["author"].ID {
		t.Errorf("me is %v", me)
	}
	body := fmt.Sprintf(`{"account_id":%q,"title":"题","body":"文"}`, w.account.ID)
	if a := w.send("nobody", "POST", "/api/v1/drafts", body, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"); a.StatusCode != 201 {
		t.Errorf("from our own page: %d %s", a.StatusCode, a.raw)
	}
	a := w.send("nobody", "POST", "/api/v1/drafts", body, "Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if p := readProblem(t, a); a.StatusCode != 403 || p.Code != "forbidden" {
		t.Errorf("from another site: %d %s", a.StatusCode, a.raw)
	}
	if a := w.send("author", "GET", "/api/v1/me", "", "Cookie", "shenfa_session=forged"); a.StatusCode != 200 {
		t.Errorf("a token beside a forged cookie: %d", a.StatusCode)
	}
	if a := w.send("nobody", "GET", "/api/v1/me", "", "Cookie", "shenfa_session=forged"); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a forged cookie: %d", a.StatusCode)
	}
}

func TestAdministrationMakesAWorkingAccount(t *testing.T) {
	eachDatabase(t, func(t *testing.T, w *world) {
		post := func(path, body string) map[string]any {
			t.Helper()
			a := w.send("admin", "POST", "/api/v1"+path, body)
			if a.StatusCode != 201 {
				t.Fatalf("%s: %d %s", path, a.StatusCode, a.raw)
			}
			return a.json(t)
		}
		unit := post("/units", `{"name":"月河村村民委员会"}`)["id"].(string)
		account := post("/accounts", fmt.Sprintf(`{"unit_id":%q,"name":"月河发布","medium":"weibo"}`, unit))["id"].(string)
		user := post("/users", fmt.Sprintf(`{"sign_in":"li","name":"李四","unit_id":%q,"password":"十个字符以上的长密码","grants":[{"role":"editor","account_id":%q}]}`, unit, account))
		if _, leaked := user["password_hash"]; leaked || strings.Contains(w.log.text(), "十个字符以上的长密码") {
			t.Error("the password shows")
		}
		grant := post("/users/"+user["id"].(string)+"/grants", fmt.Sprintf(`{"role":"author","account_id":%q}`, account))["id"].(string)
		secret := post("/tokens", fmt.Sprintf(`{"kind":"user","name":"工具","user_id":%q}`, user["id"]))["secret"].(string)
		li := client.New(w.server.URL, secret)
		li.Tries = 1
		in := w.input()
		in.AccountID = account
		if _, err := li.CreateDraft(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		if a := w.send("admin", "DELETE", "/api/v1/users/"+user["id"].(string)+"/grants/"+grant, ""); a.StatusCode != 204 {
			t.Fatalf("%d %s", a.StatusCode, a.raw)
		}
		if _, err := li.CreateDraft(context.Background(), in); models.Code(codeOf(err)) != models.CodeForbidden {
			t.Errorf("without the role: %v", err)
		}
		short := w.send("admin", "PUT", "/api/v1/users/"+user["id"].(string)+"/password", `{"password":"kurz-7"}`)
		if p := readProblem(t, short); p.Errors[0].Pointer != "/password" || strings.Contains(string(short.raw), "kurz-7") {
			t.Errorf("%s", short.raw)
		}
		same := w.send("admin", "POST", "/api/v1/users", fmt.Sprintf(`{"sign_in":"li","name":"李四","unit_id":%q}`, unit))
		if same.StatusCode != 409 && same.StatusCode != 422 {
			t.Errorf("a second user of one sign-in name: %d %s", same.StatusCode, same.raw)
		}
	})
}
