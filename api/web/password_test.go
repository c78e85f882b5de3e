package web_test

import (
	"net/http"
	"testing"

	"shenfa/models"
)

func TestAPersonChangesTheirOwnPassword(t *testing.T) {
	w := newWorld(t)
	if err := w.SetPassword(t.Context(), models.System(), w.people[models.RoleEditor].ID, password); err != nil {
		t.Fatal(err)
	}
	b := w.as(models.RoleEditor)
	b.get("/inbox").wants(http.StatusOK, "修改密码")
	b.get("/password").wants(http.StatusOK, "当前密码", "再输一次新密码")
	const next = "another long password"
	b.post("/password", "present", "wrong", "password", next, "again", next).wants(http.StatusUnprocessableEntity, "当前密码不正确")
	b.post("/password", "present", password, "password", next, "again", "another").wants(http.StatusUnprocessableEntity, "两次输入的新密码不一致")
	b.post("/password", "present", password, "password", "short", "again", "short").wants(http.StatusUnprocessableEntity, "密码至少 10 位")
	b.post("/password", "present", password, "password", password, "again", password).wants(http.StatusUnprocessableEntity, "不能与当前密码相同")
	b.post("/password", "present", password, "password", next, "again", next).wants(http.StatusOK, "密码已修改")
	b.get("/inbox").wants(http.StatusOK, "待办")
	if p := w.visitor().post("/sign-in", "sign_in", "editor", "password", password); p.status == http.StatusOK {
		t.Error("the old password still works")
	}
	w.visitor().post("/sign-in", "sign_in", "editor", "password", next).wants(http.StatusOK, "待办")
}
