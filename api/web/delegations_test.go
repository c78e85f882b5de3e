package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"shenfa/models"
)

func localTime(at time.Time) string {
	return at.In(time.FixedZone("", 8*60*60)).Format("2006-01-02T15:04")
}

func TestADelegationIsGivenUsedAndRevoked(t *testing.T) {
	w := newWorld(t)
	lead, deputy := w.as(models.RoleAccountLead), w.as(models.RoleConsultee)
	lead.get("/inbox").wants(http.StatusOK, "授权代签")
	lead.get("/delegations").wants(http.StatusOK, "还没有授权", "受托人", "云雾发布", "孙会签（consultee）")
	if p := w.as(models.RoleAuthor).get("/delegations").wants(http.StatusOK); strings.Contains(p.text(), "新的授权") {
		t.Error("an author is offered to delegate")
	}
	form := func(change ...string) []string {
		fields := map[string]string{"to": w.people[models.RoleConsultee].ID, "tiers": "general", "ends_at": localTime(time.Now().Add(48 * time.Hour)), "reason": "外出开会"}
		for i := 0; i < len(change); i += 2 {
			fields[change[i]] = change[i+1]
		}
		var list []string
		for name, value := range fields {
			list = append(list, name, value)
		}
		return list
	}
	p := lead.post("/delegations", form("ends_at", localTime(time.Now().Add(-time.Hour)))...)
	p.wants(http.StatusUnprocessableEntity, "截止时间应晚于开始时间", "外出开会")
	if attr(p.one("name", "ends_at"), "aria-describedby") != "e-ends" {
		t.Error("the mistake does not stand beside its field")
	}
	lead.post("/delegations", form("ends_at", "")...).wants(http.StatusUnprocessableEntity, "请填写截止时间")
	lead.post("/delegations", form("to", w.people[models.RoleAccountLead].ID)...).wants(http.StatusUnprocessableEntity, "不能授权给本人")
	p = lead.post("/delegations", form()...).wants(http.StatusOK, "已授权孙会签代签", "孙会签 代 张主任", "生效中", "一般", "撤销授权")

	d := w.approve(w.submitted(cleanTitle, cleanBody), models.RoleEditor)
	deputy.get("/inbox").wants(http.StatusOK, "代 张主任", cleanTitle)
	deputy.get("/drafts/"+d.ID).wants(http.StatusOK, "您受 张主任 授权代签", "同意签发")
	deputy.post("/drafts/"+d.ID+"/decisions", "action", "approve", "digest", d.Digest, "state", string(d.State)).wants(http.StatusOK, "确认签发", "代 张主任")
	deputy.post("/drafts/"+d.ID+"/decisions", "action", "approve", "digest", d.Digest, "state", string(d.State), "confirmed", "yes").
		wants(http.StatusOK, "已签发", "孙会签 代 张主任")

	var revoke string
	for n := range p.tree().Descendants() {
		if action := attr(n, "action"); strings.HasSuffix(action, "/revocation") {
			revoke = action
		}
	}
	if other := deputy.post(revoke); other.status != http.StatusForbidden {
		t.Errorf("the deputy revokes: %d", other.status)
	}
	lead.post(revoke).wants(http.StatusOK, "授权已撤销", "已撤销")
	deputy.get("/drafts/"+d.ID).wants(http.StatusNotFound, "未找到")
}
