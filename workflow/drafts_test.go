package workflow_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

func TestDraftGoesToItsReleaseAndIsPublished(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.submitted(w.input(cleanBody))
		wantState(t, d, models.StateAwaitingEditor)
		d = w.approve("editor", d)
		wantState(t, d, "awaiting_account_lead")
		d = w.approve("account_lead", d)
		wantState(t, d, models.StateReleased)

		page, err := w.Feed(ctx, w.puller, workflow.FeedQuery{})
		if err != nil || len(page.Items) != 1 || page.HasMore {
			t.Fatalf("feed: %+v, %v", page, err)
		}
		release, err := w.Release(ctx, w.puller, d.ReleaseID)
		if err != nil || release.Digest != d.Digest {
			t.Fatalf("release: %+v, %v", release, err)
		}
		for range 2 { // the same word twice is one
			if _, err := w.PutReceipt(ctx, w.puller, release.ID, "wechat", workflow.ReceiptInput{State: models.ReceiptPublished, Digest: d.Digest, URL: "https://mp.example.cn/1"}); err != nil {
				t.Fatal(err)
			}
		}
		v, err := w.View(ctx, w.people["author"], d.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantState(t, v.Draft, models.StatePublished)
		events, err := w.Timeline(ctx, w.people["author"], d.ID)
		if err != nil || len(events) != 5 {
			t.Fatalf("created, submitted, approved, signed, published: %d events, %v", len(events), err)
		}
		w.verified()
	})
}

func TestTierDecidesTheRoute(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		for tier, signer := range map[models.Tier]string{models.TierGeneral: "account_lead", models.TierImportant: "deputy_lead", models.TierMajor: "principal_lead"} {
			in := w.input(cleanBody)
			in.DeclaredTier = tier
			d := w.approve("editor", w.submitted(in))
			wantState(t, d, models.State("awaiting_"+signer))
			for _, wrong := range []string{"author", "editor2", "account_lead", "deputy_lead", "secrecy_reviewer", "supervisor", "admin"} {
				if wrong == signer || tier == models.TierGeneral && wrong == "deputy_lead" {
					continue // a higher signer may stand in for a lower one
				}
				if _, err := w.decide(wrong, d, models.ActionApprove); err == nil {
					t.Errorf("%s signed a draft of tier %s", wrong, tier)
				}
			}
			wantState(t, w.approve(signer, d), models.StateReleased)
		}
		w.verified()
	})
}

func TestStaleDigestChangesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.submitted(w.input(cleanBody))
		stale := d
		stale.Digest = models.Content{}.Digest()
		_, err := w.decide("editor", stale, models.ActionApprove)
		wantCode(t, err, models.CodeStale)
		now, err := w.store.Draft(context.Background(), d.ID)
		if err != nil || now.Version != d.Version {
			t.Fatalf("the draft changed: %+v, %v", now, err)
		}
	})
}

func TestNobodyDecidesOnTheirOwnText(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		everyone := w.people["everyone"]
		own := w.must(w.CreateDraft(ctx, everyone, w.input(cleanBody)))
		own = w.must(w.Submit(ctx, everyone, own.ID))
		_, err := w.decide("everyone", own, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval)
		own = w.approve("editor", own)
		_, err = w.decide("everyone", own, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval)

		other := w.submitted(w.input(cleanBody))
		edited := w.must(w.ReviseDraft(ctx, everyone, other.ID, other.Digest, w.input(cleanBody+"又记。")))
		edited = w.must(w.Submit(ctx, w.people["author"], edited.ID))
		_, err = w.decide("everyone", edited, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval)

		twice := w.approve("everyone", w.submitted(w.input(cleanBody)))
		_, err = w.decide("everyone", twice, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval)
		wantState(t, w.approve("everyone2", twice), models.StateReleased)
	})
}

func TestEditVoidsApprovals(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		approved := w.approve("editor", w.submitted(w.input(cleanBody)))
		same := w.must(w.ReviseDraft(ctx, w.people["author"], approved.ID, approved.Digest, w.input(cleanBody)))
		wantState(t, same, "awaiting_account_lead") // saving without change voids nothing

		edited := w.must(w.ReviseDraft(ctx, w.people["author"], approved.ID, approved.Digest, w.input(cleanBody+"补一句。")))
		wantState(t, edited, models.StateDraft)
		_, err := w.decide("account_lead", approved, models.ActionApprove)
		wantCode(t, err, models.CodeStale)
		again := w.must(w.Submit(ctx, w.people["author"], edited.ID))
		wantState(t, again, models.StateAwaitingEditor)
		_, err = w.decide("account_lead", again, models.ActionApprove)
		wantCode(t, err, models.CodeForbidden)
		decisions, err := w.store.Decisions(ctx, again.ID)
		if err != nil || len(decisions) != 1 || decisions[0].VoidedAt.IsZero() {
			t.Fatalf("the approval is not voided: %+v, %v", decisions, err)
		}
	})
}

func TestEditorsRevisionBeginsTheRouteAnew(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		edited := w.must(w.ReviseDraft(ctx, w.people["editor"], d.ID, d.Digest, w.input(cleanBody+"编辑补一句。")))
		wantState(t, edited, models.StateAwaitingEditor)
		_, err := w.decide("editor", edited, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval)
		wantState(t, w.approve("editor2", edited), "awaiting_account_lead")
		w.verified()
	})
}

func TestScreeningBlocksAndLocks(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		blocked := w.submitted(w.input(blockedBody))
		wantState(t, blocked, models.StateBlocked)
		fixed := w.must(w.ReviseDraft(ctx, w.people["author"], blocked.ID, blocked.Digest, w.input(cleanBody)))
		wantState(t, w.must(w.Submit(ctx, w.people["author"], fixed.ID)), models.StateAwaitingEditor)

		locked := w.submitted(w.input(lockedBody))
		wantState(t, locked, models.StateLocked)
		v, err := w.View(ctx, w.people["author"], locked.ID)
		if err != nil || !v.Hidden || v.Content.Body != "" || v.Report != nil {
			t.Fatalf("the author sees more than the title: %+v, %v", v, err)
		}
		for _, name := range []string{"editor", "author2", "account_lead", "deputy_lead", "supervisor", "admin"} {
			_, err := w.View(ctx, w.people[name], locked.ID)
			wantCode(t, err, models.CodeNotFound)
		}
		for _, name := range []string{"secrecy_reviewer", "principal_lead"} {
			if _, err := w.View(ctx, w.people[name], locked.ID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		page, err := w.Drafts(ctx, w.people["editor"], workflow.DraftsQuery{})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("a locked draft is listed: %+v, %v", page, err)
		}
	})
}

func TestDispositionsAreConfirmedByOthers(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.submitted(w.input(blockedBody))
		v, err := w.View(ctx, w.people["author"], d.ID)
		if err != nil {
			t.Fatal(err)
		}
		var in []workflow.DispositionInput
		for _, h := range v.Report.Hits {
			if h.Severity != models.SeverityBlock {
				continue
			}
			_, err := w.Dispose(ctx, w.people["author"], d.ID, []workflow.DispositionInput{{HitID: h.ID, Kind: models.DispositionExempt,
				BasisKind: models.BasisPunishment, Document: "云市监罚〔2026〕3号", Fields: []string{"手机"}}})
			wantCode(t, err, models.CodeInvalid) // a mobile number is never exempt
			in = append(in, workflow.DispositionInput{HitID: h.ID, Kind: models.DispositionFalsePositive, Reason: "公开的办公电话"})
		}
		d = w.must(w.Dispose(ctx, w.people["author"], d.ID, in))
		wantState(t, d, models.StateAwaitingEditor)
		d = w.approve("editor", d)
		all, err := w.store.Dispositions(ctx, d.ID)
		if err != nil || len(all) == 0 || all[0].ConfirmedBy != w.people["editor"].ID {
			t.Fatalf("not confirmed by the editor: %+v, %v", all, err)
		}
		wantState(t, w.approve("account_lead", d), models.StateReleased)

		// What the editor proposes the editor does not confirm.
		other := w.submitted(w.input(blockedBody))
		other = w.must(w.Dispose(ctx, w.people["editor"], other.ID, in))
		_, err = w.decide("editor", other, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval)
		wantState(t, w.approve("editor2", other), "awaiting_account_lead")

		// A signer may propose too, and then another signs; the supervisor may not.
		third := w.submitted(w.input(blockedBody))
		_, err = w.Dispose(ctx, w.people["supervisor"], third.ID, in)
		wantCode(t, err, models.CodeForbidden)
		third = w.must(w.Dispose(ctx, w.people["account_lead"], third.ID, in))
		wantState(t, third, models.StateAwaitingEditor)
		third = w.approve("editor", third)
		_, err = w.decide("account_lead", third, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval)
		wantState(t, w.approve("deputy_lead", third), models.StateReleased)
		w.verified()
	})
}

func TestTierRisesFreelyAndFallsByTheHigherSigner(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		d = w.must(w.decide("account_lead", d, models.ActionRaise))
		wantState(t, d, "awaiting_deputy_lead") // the editor's approval of the same content stays
		_, err := w.decide("account_lead", d, models.ActionLower)
		wantCode(t, err, models.CodeForbidden)
		d = w.must(w.decide("deputy_lead", d, models.ActionLower))
		wantState(t, d, "awaiting_account_lead")
		if d.Tier != models.TierGeneral {
			t.Fatalf("tier %s", d.Tier)
		}
		wantState(t, w.approve("account_lead", d), models.StateReleased)
		w.verified()
	})
}

func TestTheTierOutlivesAReturnAndOnlyTheSignerLowersIt(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.must(w.decide("editor", w.submitted(w.input(cleanBody)), models.ActionRaise))
		_, err := w.decide("editor", d, models.ActionLower)
		wantCode(t, err, models.CodeForbidden)
		d = w.must(w.decide("editor", d, models.ActionReturn))
		d = w.must(w.Submit(ctx, w.people["author"], d.ID))
		if d.Tier != models.TierImportant {
			t.Fatalf("the tier fell to %s by a return", d.Tier)
		}
		d = w.must(w.ReviseDraft(ctx, w.people["author"], d.ID, d.Digest, w.input(cleanBody+"另一版。")))
		d = w.must(w.Submit(ctx, w.people["author"], d.ID))
		if d.Tier != models.TierImportant {
			t.Fatalf("the tier fell to %s by a revision", d.Tier)
		}
	})
}

func TestReturnedDraftIsReviewedFromTheBeginning(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		d = w.must(w.decide("account_lead", d, models.ActionReturn))
		wantState(t, d, models.StateReturned)
		_, err := w.decide("account_lead", d, models.ActionApprove)
		wantCode(t, err, models.CodeConflict)
		d = w.must(w.Submit(ctx, w.people["author"], d.ID)) // without a change
		wantState(t, d, models.StateAwaitingEditor)
		wantState(t, w.approve("editor", d), "awaiting_account_lead")
	})
}

func TestDecisionsNeedTheirReasons(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.submitted(w.input(cleanBody))
		for _, a := range []models.Action{models.ActionReturn, models.ActionReject, models.ActionRaise, models.ActionLower, "sign"} {
			_, err := w.Decide(context.Background(), w.people["editor"], d.ID, workflow.DecisionInput{Action: a, Digest: d.Digest, Tier: models.TierMajor, Comment: " "})
			wantCode(t, err, models.CodeInvalid)
		}
	})
}

func TestContentChangedBehindTheDigestIsNotReleased(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		if _, err := w.store.DB().Exec("UPDATE revisions SET body = concat(body, '。') WHERE draft_id = '" + d.ID + "'"); err != nil {
			t.Fatal(err)
		}
		_, err := w.decide("account_lead", d, models.ActionApprove)
		wantCode(t, err, models.CodeInternal)
		if page, err := w.Feed(context.Background(), w.puller, workflow.FeedQuery{}); err != nil || len(page.Items) != 0 {
			t.Fatalf("it was released: %+v, %v", page, err)
		}
	})
}

func TestTwoSimultaneousDecisionsGiveOne(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		for range 200 {
			d := w.submitted(w.input(cleanBody))
			errs := make(chan error, 2)
			for _, name := range []string{"editor", "editor2"} {
				go func() {
					_, err := w.decide(name, d, models.ActionApprove)
					errs <- err
				}()
			}
			first, second := <-errs, <-errs
			if first != nil {
				first, second = second, first
			}
			if first != nil {
				t.Fatalf("neither went through: %v, %v", first, second)
			}
			wantCode(t, second, models.CodeConflict)
		}
		w.verified()
	})
}

func TestSameKeyMakesOneDraft(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		author := w.people["author"]
		author.Once = models.Once{Key: "k1", Request: "r1"}
		ids := make(chan string, 8)
		for range 8 {
			go func() {
				d, err := w.CreateDraft(ctx, author, w.input(cleanBody))
				if err != nil {
					t.Error(err)
				}
				ids <- d.ID
			}()
		}
		first := <-ids
		for range 7 {
			if id := <-ids; id != first {
				t.Fatalf("two drafts: %s, %s", first, id)
			}
		}
		author.Once.Request = "r2"
		_, err := w.CreateDraft(ctx, author, w.input(cleanBody))
		wantCode(t, err, models.CodeKeyReused)
	})
}

func TestDriftRaisesAnAlertAndPublishesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released()
		_, err := w.PutReceipt(ctx, w.puller, d.ReleaseID, "wechat", workflow.ReceiptInput{State: models.ReceiptPublished, Digest: models.Content{}.Digest()})
		if err != nil {
			t.Fatal(err)
		}
		v, err := w.View(ctx, w.people["author"], d.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantState(t, v.Draft, models.StateReleased)
		events, err := w.Timeline(ctx, w.people["author"], d.ID)
		if err != nil || events[len(events)-1].Kind != "drift" {
			t.Fatalf("no alert: %+v, %v", events, err)
		}
	})
}

func TestLongPollIsWokenByARelease(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		got := make(chan workflow.FeedPage)
		go func() {
			page, err := w.Feed(context.Background(), w.puller, workflow.FeedQuery{Wait: 20 * time.Second})
			if err != nil {
				t.Error(err)
			}
			got <- page
		}()
		w.approve("account_lead", d)
		if page := <-got; len(page.Items) != 1 {
			t.Fatalf("%d items", len(page.Items))
		}
	})
}

func TestInboxHoldsWhatWaitsForMeOldestDueFirst(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		var drafts []models.Draft
		for range 3 {
			drafts = append(drafts, w.submitted(w.input(cleanBody)))
			w.clock.pass(time.Minute)
		}
		urgent := w.input(cleanBody)
		urgent.Urgent = true
		first := w.submitted(urgent)
		page, err := w.Inbox(ctx, w.people["editor"], "", 2)
		if err != nil || len(page.Items) != 2 || page.Items[0].Draft.ID != first.ID || page.Counts[models.StateAwaitingEditor] != 4 {
			t.Fatalf("%+v, %v", page, err)
		}
		rest, err := w.Inbox(ctx, w.people["editor"], page.Next, 2)
		if err != nil || len(rest.Items) != 2 || rest.Next != "" || rest.Items[1].Draft.ID != drafts[2].ID {
			t.Fatalf("%+v, %v", rest, err)
		}
		none, err := w.Inbox(ctx, w.people["deputy_lead"], "", 0)
		if err != nil || len(none.Items) != 0 {
			t.Fatalf("%+v, %v", none, err)
		}

		// What an editor has changed waits for another editor.
		w.must(w.ReviseDraft(ctx, w.people["editor"], drafts[0].ID, drafts[0].Digest, w.input(cleanBody+"（补充）")))
		for name, want := range map[string]int{"editor": 3, "editor2": 4} {
			page, err := w.Inbox(ctx, w.people[name], "", 0)
			if err != nil || len(page.Items) != want || page.Counts[models.StateAwaitingEditor] != want {
				t.Errorf("%s: %d items, %v, %v", name, len(page.Items), page.Counts, err)
			}
		}
	})
}

func TestAlteredRowsAreNamed(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		d := w.released()
		w.verified()
		for _, tt := range []struct {
			name, alter, restore string
			n                    int64
		}{
			{"the actor of an event", "UPDATE audit_events SET actor='x' WHERE chain='%s' AND n=2", "UPDATE audit_events SET actor='" + w.people["author"].ID + "' WHERE chain='%s' AND n=2", 2},
			{"a decision's comment", "UPDATE decisions SET comment='x' WHERE draft_id='%s' AND step='editor'", "UPDATE decisions SET comment='理由' WHERE draft_id='%s' AND step='editor'", 4},
			{"who stood in whose place", "UPDATE decisions SET on_behalf_of='x' WHERE draft_id='%s' AND signs", "UPDATE decisions SET on_behalf_of='' WHERE draft_id='%s' AND signs", 4},
			{"the role of a decision", "UPDATE decisions SET role='principal_lead' WHERE draft_id='%s' AND signs", "UPDATE decisions SET role='account_lead' WHERE draft_id='%s' AND signs", 4},
			{"the time of a decision", "UPDATE decisions SET at=at-1 WHERE draft_id='%s' AND signs", "UPDATE decisions SET at=at+1 WHERE draft_id='%s' AND signs", 4},
			{"the state", "UPDATE drafts SET state='rejected' WHERE id='%s'", "UPDATE drafts SET state='released' WHERE id='%s'", 4},
			{"the tier", "UPDATE drafts SET tier='major' WHERE id='%s'", "UPDATE drafts SET tier='general' WHERE id='%s'", 4},
			{"the body", "UPDATE revisions SET body=concat(body,' ') WHERE draft_id='%s'", "UPDATE revisions SET body=trim(body) WHERE draft_id='%s'", 4},
			{"the released document", "UPDATE releases SET document=replace(document,'600','700') WHERE draft_id='%s'", "UPDATE releases SET document=replace(document,'700','600') WHERE draft_id='%s'", 4},
			{"the last event, deleted", "DELETE FROM audit_events WHERE chain='%s' AND n=4", "", 4},
		} {
			if _, err := w.store.DB().Exec(fmt.Sprintf(tt.alter, d.ID)); err != nil {
				t.Fatal(err)
			}
			_, faults, err := w.VerifyAudit(context.Background(), nil)
			if err != nil || len(faults) != 1 || faults[0].N != tt.n || faults[0].Chain != d.ID {
				t.Errorf("%s: %+v, %v", tt.name, faults, err)
			}
			if tt.restore == "" {
				continue
			}
			if _, err := w.store.DB().Exec(fmt.Sprintf(tt.restore, d.ID)); err != nil {
				t.Fatal(err)
			}
			w.verified()
		}
	})
}
