package web_test

import (
	"net/http"
	"strings"
	"testing"

	"shenfa/models"
)

func TestAnAdministratorStartsARescan(t *testing.T) {
	w := newWorld(t)
	b := w.as(models.RoleAdmin)
	b.get("/lexicon").wants(http.StatusOK, "归档复审", "已签发的稿件尚未全部用现行词库复查过")
	form := []string{"once", "k1"}
	b.post("/rescans", form...).wants(http.StatusOK, "归档复审已开始", "已复查", "钱管理")
	b.post("/rescans", form...)
	started, err := w.Rescans(t.Context(), w.people[models.RoleAdmin])
	if err != nil || len(started) != 1 {
		t.Fatalf("%d rescans, %v", len(started), err)
	}
	if _, err := w.ContinueRescans(t.Context()); err != nil { // the background work
		t.Fatal(err)
	}
	p := w.as(models.RoleSupervisor).get("/lexicon").wants(http.StatusOK, "已完成")
	if strings.Contains(p.body, "action=\"/rescans\"") || strings.Contains(p.text(), "尚未全部") {
		t.Error("a supervisor is offered to start a rescan, or told that one is due")
	}
	w.as(models.RoleSupervisor).post("/rescans").wants(http.StatusForbidden, "没有权限")
	w.as(models.RoleEditor).post("/rescans").wants(http.StatusForbidden, "没有权限")
}
