package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"shenfa/models"
	"shenfa/workflow"
)

// A chain in which an event was changed, removed, reordered, or cut off is
// named; what a chain cannot show by itself, a checkpoint does.
func TestTamperedChainsAreNamed(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		changed, removed, reordered, cut, rewritten := w.released(), w.released(), w.released(), w.released(), w.released()
		signed, said, err := w.Checkpoint(ctx, models.System())
		if err != nil || said.Chains != 6 {
			t.Fatalf("%+v, %v", said, err)
		}
		if faults, err := w.VerifyCheckpoint(ctx, signed); err != nil || len(faults) != 0 {
			t.Fatalf("untouched: %+v, %v", faults, err)
		}
		w.verified()

		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := w.store.DB().ExecContext(ctx, query, args...); err != nil {
				t.Fatal(query, err)
			}
		}
		exec("UPDATE audit_events SET actor='someone' WHERE chain=? AND n=2", changed.ID)
		exec("DELETE FROM audit_events WHERE chain=? AND n=3", removed.ID)
		for _, step := range [][2]int{{2, 99}, {3, 2}, {99, 3}} {
			exec("UPDATE audit_events SET n=? WHERE chain=? AND n=?", step[1], reordered.ID, step[0])
		}
		// Cut off with care: rows and head agree, so that the chain by itself looks whole.
		events, err := w.store.Events(ctx, cut.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		last := events[len(events)-2]
		exec("DELETE FROM audit_events WHERE chain=? AND n>?", cut.ID, last.N)
		exec("UPDATE drafts SET chain_n=?, chain_head=?, state='awaiting_account_lead', release_id='' WHERE id=?", last.N, last.Hash, cut.ID)
		exec("DELETE FROM decisions WHERE draft_id=? AND signs", cut.ID)
		// Rewritten with care: every hash anew.
		again, err := w.store.Events(ctx, rewritten.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		head := ""
		for _, e := range again {
			e.PrevHash, e.At = head, e.At.Add(-1e9)
			e.Hash = e.HashOf()
			head = e.Hash
			exec("UPDATE audit_events SET prev_hash=?, at=?, hash=? WHERE chain=? AND n=?", e.PrevHash, e.At.UnixMilli(), e.Hash, e.Chain, e.N)
		}
		exec("UPDATE drafts SET chain_head=? WHERE id=?", head, rewritten.ID)

		_, faults, err := w.VerifyAudit(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantFaults(t, "the chains alone", faults, map[string]int64{changed.ID: 2, removed.ID: 3, reordered.ID: 2})
		faults, err = w.VerifyCheckpoint(ctx, signed)
		if err != nil {
			t.Fatal(err)
		}
		wantFaults(t, "with the checkpoint", faults, map[string]int64{cut.ID: last.N + 1, rewritten.ID: int64(len(again))})
	})
}

func wantFaults(t *testing.T, what string, faults []workflow.AuditFault, want map[string]int64) {
	t.Helper()
	got := map[string]int64{}
	for _, f := range faults {
		got[f.Chain] = f.N
	}
	for chain, n := range want {
		if got[chain] != n {
			t.Errorf("%s: chain %s: event %d, want %d", what, chain, got[chain], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %+v, want %v", what, faults, want)
	}
}

func TestACheckpointThatWasAlteredIsRefused(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.released()
		signed, _, err := w.Checkpoint(ctx, models.System())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(signed)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := w.Keyring(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := workflow.OpenCheckpoint(raw, keys); err != nil {
			t.Fatal(err)
		}
		headless := signed
		headless.Heads = signed.Heads[1:]
		short, err := json.Marshal(headless)
		if err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			raw  string
			keys models.Keyring
			want models.ProofFault
		}{
			"a chain left out": {string(short), keys, models.FaultHeads},
			"a number altered": {strings.Replace(string(raw), `"n":`, `"n":1`, 1), keys, models.FaultHeads},
			"another key":      {string(raw), models.Keyring{}, models.FaultKey},
			"no JSON":          {"{", keys, models.FaultCheckpoint},
			"the envelope":     {strings.Replace(string(raw), `"payload":"eyJ`, `"payload":"eyK`, 1), keys, models.FaultSignature},
		} {
			_, _, err := workflow.OpenCheckpoint([]byte(tt.raw), tt.keys)
			if fault, ok := errors.AsType[*models.ProofError](err); !ok || fault.Fault != tt.want {
				t.Errorf("%s: %v, want %s", name, err, tt.want)
			}
		}
	})
}

func TestReadsOfSupervisorsAreRecordedOnceInAWhile(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released()
		count := func() int {
			t.Helper()
			n := 0
			for after := ""; ; {
				page, err := w.Audit(ctx, w.people["admin"], workflow.AuditQuery{After: after, Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page.Items {
					if e.Kind == "read" && e.Actor != w.people["admin"].ID && strings.Contains(string(e.Data), d.ID) {
						n++
					}
				}
				if after = page.Next; after == "" {
					return n
				}
			}
		}
		read := func(who, kind string) {
			t.Helper()
			if err := w.RecordRead(ctx, w.people[who], kind, d.ID); err != nil {
				t.Fatal(err)
			}
		}
		read("supervisor", workflow.ReadDraft)
		read("supervisor", workflow.ReadDraft)
		read("editor", workflow.ReadDraft)
		if n := count(); n != 1 {
			t.Errorf("%d reads recorded, want 1", n)
		}
		w.clock.pass(10 * 60e9)
		read("supervisor", workflow.ReadDraft)
		read("author", workflow.ReadExport)
		if n := count(); n != 3 {
			t.Errorf("%d reads recorded, want 3", n)
		}
		_, err := w.Audit(ctx, w.people["editor"], workflow.AuditQuery{})
		wantCode(t, err, models.CodeForbidden)
		page, err := w.Audit(ctx, w.people["supervisor"], workflow.AuditQuery{Draft: d.ID})
		if err != nil || len(page.Items) < 3 || page.Items[0].Kind != "created" {
			t.Errorf("%+v, %v", page, err)
		}
		_, err = w.Audit(ctx, w.people["supervisor"], workflow.AuditQuery{After: "x"})
		wantCode(t, err, models.CodeInvalid)
		w.verified()
	})
}
