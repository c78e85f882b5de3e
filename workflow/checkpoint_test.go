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
		changed, removed, reordered, cut, rewritten, patched := w.released(), w.released(), w.released(), w.released(), w.released(), w.released()
		signed, said, err := w.Checkpoint(ctx, models.System())
		if err != nil || said.Chains != 7 {
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
		// Changed with a hash to fit: the next event tells.
		events, err := w.store.Events(ctx, patched.ID, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		events[0].Actor = "someone"
		exec("UPDATE audit_events SET actor='someone', hash=? WHERE chain=? AND n=2", events[0].HashOf(), patched.ID)
		// Cut off with care: rows and head agree, so that the chain by itself looks whole.
		if events, err = w.store.Events(ctx, cut.ID, 0, 10); err != nil {
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
		wantFaults(t, "the chains alone", faults, map[string]int64{changed.ID: 2, removed.ID: 3, reordered.ID: 2, patched.ID: 3})
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

// What people and channels said stands in the chain too: rows that say
// something else are named.
func TestWhatWasSaidCannotBeReworded(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		in := w.input(blockedBody)
		in.Consult = []string{w.police.ID}
		d := w.submitted(in)
		stored, err := w.store.LastReport(ctx, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		var disposed []workflow.DispositionInput
		for _, h := range stored.Report.Hits {
			if h.Severity == models.SeverityBlock {
				disposed = append(disposed, workflow.DispositionInput{HitID: h.ID, Kind: models.DispositionFalsePositive, Reason: "办公电话"})
			}
		}
		w.must(w.Dispose(ctx, w.people["author"], d.ID, disposed))
		w.must(w.Answer(ctx, w.people["consultee"], d.ID, w.police.ID, workflow.AnswerInput{State: models.ConsultationChanges, Opinion: "请补充时间"}))
		d = w.approve("account_lead", w.approve("editor", w.stored(d)))
		w.receive(d, "wechat", models.ReceiptPublished)
		w.must(w.Withdraw(ctx, w.people["account_lead"], d.ReleaseID, wrong))
		cleared := w.approve("secrecy_reviewer", w.submitted(w.input(lockedBody)))
		w.verified()
		for _, tt := range []struct{ name, alter, restore, where string }{
			{"the reason of a disposition", "UPDATE dispositions SET reason='x' WHERE draft_id=?", "UPDATE dispositions SET reason='办公电话' WHERE draft_id=?", d.ID},
			{"an opinion", "UPDATE consultations SET opinion='x' WHERE draft_id=?", "UPDATE consultations SET opinion='请补充时间' WHERE draft_id=?", d.ID},
			{"an answer taken back", "UPDATE consultations SET state='open' WHERE draft_id=?", "UPDATE consultations SET state='agree_with_changes' WHERE draft_id=?", d.ID},
			{"a receipt", "UPDATE receipts SET state='removed' WHERE release_id=?", "UPDATE receipts SET state='published' WHERE release_id=?", d.ReleaseID},
			{"why it was withdrawn", "UPDATE withdrawals SET reason='law' WHERE release_id=?", "UPDATE withdrawals SET reason='" + string(wrong.Reason) + "' WHERE release_id=?", d.ReleaseID},
			{"the secrecy conclusion", "UPDATE dispositions SET reason='x' WHERE draft_id=?", "UPDATE dispositions SET reason='理由' WHERE draft_id=?", cleared.ID},
		} {
			if _, err := w.store.DB().Exec(tt.alter, tt.where); err != nil {
				t.Fatal(tt.name, err)
			}
			if _, faults, err := w.VerifyAudit(ctx, nil); err != nil || len(faults) != 1 {
				t.Errorf("%s: %+v, %v", tt.name, faults, err)
			}
			if _, err := w.store.DB().Exec(tt.restore, tt.where); err != nil {
				t.Fatal(tt.name, err)
			}
			w.verified()
		}
	})
}

func TestAChainWithoutItsHeadIsNamed(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.released()
		w.released()
		for _, query := range []string{"DELETE FROM drafts WHERE id='" + d.ID + "'", "DELETE FROM chains", "DELETE FROM audit_events WHERE chain='system'"} {
			if _, err := w.store.DB().Exec(query); err != nil {
				t.Fatal(err)
			}
		}
		_, faults, err := w.VerifyAudit(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantFaults(t, "without heads", faults, map[string]int64{d.ID: 1, "system": 1})
	})
}
