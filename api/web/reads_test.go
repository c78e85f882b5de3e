package web_test

import (
	"context"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/workflow"
)

// What a supervisor reads on the pages stands in the audit chain; what the
// author reads does not.
func TestSupervisorsReadsAreRecorded(t *testing.T) {
	w := newWorld(t)
	d := w.submitted("青山镇开展义务植树", "全镇干部群众共栽植侧柏600余株。")
	for _, role := range []models.Role{models.RoleAuthor, models.RoleSupervisor} {
		for _, path := range []string{"", "/revisions", "/timeline"} {
			if p := w.as(role).get("/drafts/" + d.ID + path); p.status != 200 {
				t.Fatalf("%s %s: %d", role, path, p.status)
			}
		}
	}
	page, err := w.Audit(context.Background(), models.System(), workflow.AuditQuery{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	var reads []string
	for _, e := range page.Items {
		if e.Kind == "read" && strings.Contains(string(e.Data), d.ID) {
			reads = append(reads, e.Actor)
		}
	}
	supervisor := w.people[models.RoleSupervisor].ID
	if len(reads) != 2 || reads[0] != supervisor || reads[1] != supervisor { // the draft, and its history once
		t.Errorf("recorded reads: %v", reads)
	}
}
