package workflow_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/workflow"
)

func (w *world) answer(name string, d models.Draft, in workflow.AnswerInput) (models.Draft, error) {
	return w.Answer(context.Background(), w.people[name], d.ID, w.police.ID, in)
}

func (w *world) consulting() models.Draft {
	w.t.Helper()
	in := w.input(cleanBody)
	in.Consult = []string{"云雾县公安局"}
	return w.submitted(in)
}

func TestNoSignOffWhileAConsultationIsOpen(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.approve("editor", w.consulting())
		wantState(t, d, models.StateAwaitingConsultees)
		_, err := w.decide("account_lead", d, models.ActionApprove)
		wantCode(t, err, models.CodeConflict)

		page, err := w.Inbox(ctx, w.people["consultee"], "", 0)
		if err != nil || len(page.Items) != 1 || page.Items[0].Unit != w.police.ID {
			t.Fatalf("the consultee's inbox: %+v, %v", page, err)
		}
		if v, err := w.View(ctx, w.people["consultee"], d.ID); err != nil || len(v.MayAnswer) != 1 || len(v.Allowed) != 0 {
			t.Fatalf("%+v, %v", v, err)
		}
		_, err = w.answer("consultee", d, workflow.AnswerInput{State: models.ConsultationDisagree})
		wantCode(t, err, models.CodeInvalid) // an opinion is missing
		_, err = w.answer("editor", d, workflow.AnswerInput{State: models.ConsultationAgree})
		wantCode(t, err, models.CodeInvalid) // so is the paper's number
		_, err = w.answer("deputy_lead", d, workflow.AnswerInput{State: models.ConsultationAgree})
		wantCode(t, err, models.CodeForbidden)
		_, err = w.answer("consultee", d, workflow.AnswerInput{State: models.ConsultationAgree, Digest: models.Content{}.Digest()})
		wantCode(t, err, models.CodeStale)

		d = w.must(w.answer("consultee", d, workflow.AnswerInput{State: models.ConsultationDisagree, Opinion: "路段名称有误", Digest: d.Digest}))
		wantState(t, d, "awaiting_account_lead")
		_, err = w.answer("consultee", d, workflow.AnswerInput{State: models.ConsultationAgree})
		wantCode(t, err, models.CodeConflict)
		wantState(t, w.approve("account_lead", d), models.StateReleased)
		w.verified()
	})
}

func TestConsultationsEndWithTheContentThatTheyAreOn(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.consulting()
		d = w.must(w.answer("editor", d, workflow.AnswerInput{State: models.ConsultationAgree, Reference: "云公函〔2026〕8号"})) // on paper, while the editor reads
		d = w.approve("editor2", d)
		wantState(t, d, "awaiting_account_lead")

		in := w.input(cleanBody + "另有一事。")
		in.Consult = d.Consult
		edited := w.must(w.ReviseDraft(ctx, w.people["author"], d.ID, d.Digest, in))
		edited = w.must(w.Submit(ctx, w.people["author"], edited.ID))
		edited = w.approve("editor2", edited)
		wantState(t, edited, models.StateAwaitingConsultees) // asked again, on the new text
		edited = w.must(w.decide("author", edited, models.ActionRecall))
		page, err := w.Inbox(ctx, w.people["consultee"], "", 0)
		if err != nil || len(page.Items) != 0 {
			t.Fatalf("a recalled draft still asks: %+v, %v", page, err)
		}
	})
}

func TestUnknownUnitsCannotBeConsulted(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		in := w.input(cleanBody)
		in.Consult = []string{"云雾县公安局", "不存在的单位"}
		_, err := w.CreateDraft(context.Background(), w.people["author"], in)
		wantCode(t, err, models.CodeInvalid)
	})
}

func TestSecrecyReviewerClearsOrCloses(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.submitted(w.input(lockedBody))
		wantState(t, d, models.StateLocked)
		_, err := w.Decide(ctx, w.people["secrecy_reviewer"], d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest})
		wantCode(t, err, models.CodeInvalid) // without a written conclusion
		for _, name := range []string{"editor", "account_lead", "author2"} {
			_, err := w.decide(name, d, models.ActionApprove)
			wantCode(t, err, models.CodeNotFound)
		}
		_, err = w.decide("principal_lead", d, models.ActionApprove)
		wantCode(t, err, models.CodeForbidden)
		cleared := w.approve("secrecy_reviewer", d)
		wantState(t, cleared, models.StateAwaitingEditor)
		if cleared.Tier != models.TierMajor {
			t.Errorf("the tier fell to %s", cleared.Tier)
		}
		wantState(t, w.approve("principal_lead", w.approve("editor", cleared)), models.StateReleased)

		locked := w.submitted(w.input(lockedBody))
		_, err = w.decide("secrecy_reviewer", locked, models.ActionReturn)
		wantCode(t, err, models.CodeConflict) // the lock ends in two ways alone
		closed := w.must(w.decide("secrecy_reviewer", locked, models.ActionReject))
		wantState(t, closed, models.StateRejected)
		w.verified()
	})
}

func TestASecrecyReviewerConcludesOnNoTextOfTheirOwn(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		both := w.person("both", models.RoleAuthor, models.RoleSecrecyReviewer)
		d := w.must(w.CreateDraft(ctx, both, w.input(lockedBody)))
		d = w.must(w.Submit(ctx, both, d.ID))
		wantState(t, d, models.StateLocked)
		for _, action := range []models.Action{models.ActionApprove, models.ActionReject} {
			_, err := w.decide("both", d, action)
			wantCode(t, err, models.CodeSelfApproval)
		}
		wantState(t, w.approve("secrecy_reviewer", d), models.StateAwaitingEditor)
	})
}

func TestWhatSecrecyReviewClosedStaysSealed(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		locked := w.submitted(w.input(lockedBody))
		closed := w.must(w.decide("secrecy_reviewer", w.submitted(w.input(lockedBody)), models.ActionReject))
		for _, d := range []models.Draft{locked, closed} {
			for name := range w.people {
				sees := name == "secrecy_reviewer" || name == "principal_lead"
				sees = sees || name == "everyone" || name == "everyone2" // who are principal leads too
				v, err := w.View(ctx, w.people[name], d.ID)
				switch {
				case name == "author":
					if err != nil || !v.Hidden || v.Content.Body != "" || v.Draft.Digest != "" {
						t.Errorf("%s: its author sees %+v (%v)", d.State, v, err)
					}
					_, err = w.Timeline(ctx, w.people[name], d.ID)
					wantCode(t, err, models.CodeConflict)
				case sees:
					if err != nil || v.Hidden {
						t.Errorf("%s: %s does not see it (%v)", d.State, name, err)
					}
				default:
					wantCode(t, err, models.CodeNotFound)
				}
				for _, q := range []workflow.DraftsQuery{{}, {Text: "义务植树"}, {States: []models.State{d.State}}} {
					page, err := w.Drafts(ctx, w.people[name], q)
					if err != nil {
						t.Fatal(err)
					}
					n := slices.IndexFunc(page.Items, func(x models.Draft) bool { return x.ID == d.ID })
					switch {
					case n >= 0 != (sees || name == "author"):
						t.Errorf("%s: %s finds it by %+v: %v", d.State, name, q, n >= 0)
					case name == "author" && (page.Items[n].Digest != "" || page.Items[n].Tier != ""):
						t.Errorf("%s: its author is told %+v", d.State, page.Items[n])
					}
				}
				_, err = w.Dossier(ctx, w.people[name], d.ID, workflow.ReadExport)
				if err == nil {
					t.Errorf("%s: %s exports it", d.State, name)
				}
				if _, err = w.Audit(ctx, w.people[name], workflow.AuditQuery{Draft: d.ID}); err == nil {
					t.Errorf("%s: %s reads its chain", d.State, name)
				}
			}
		}
	})
}

func (w *world) delegate(from, to string, change func(*workflow.DelegationInput)) error {
	in := workflow.DelegationInput{To: w.people[to].ID, EndsAt: w.clock.now().Add(48 * time.Hour), Reason: "外出开会"}
	if change != nil {
		change(&in)
	}
	_, err := w.Delegate(context.Background(), w.people[from], in)
	w.reload(to)
	return err
}

func TestDeputyDecidesInTheLeadersPlaceWithinBounds(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.person("clerk")
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		_, err := w.decide("clerk", d, models.ActionApprove)
		wantCode(t, err, models.CodeNotFound)
		if err := w.delegate("account_lead", "clerk", func(in *workflow.DelegationInput) { in.Tiers = []models.Tier{models.TierGeneral} }); err != nil {
			t.Fatal(err)
		}
		page, err := w.Inbox(ctx, w.people["clerk"], "", 0)
		if err != nil || len(page.Items) != 1 || page.Items[0].Delegator != w.people["account_lead"].ID {
			t.Fatalf("%+v, %v", page, err)
		}
		d = w.approve("clerk", d)
		wantState(t, d, models.StateReleased)
		decisions, err := w.store.Decisions(ctx, d.ID)
		if err != nil || decisions[1].OnBehalfOf != w.people["account_lead"].ID || decisions[1].PersonID != w.people["clerk"].ID {
			t.Fatalf("%+v, %v", decisions, err)
		}
		if signed := w.certificate(d).Decisions[1]; signed.Person != w.people["clerk"].ID || signed.OnBehalfOf != w.people["account_lead"].ID || signed.Delegator != "account_lead" {
			t.Errorf("the certificate says %+v", signed)
		}

		// Not above the bounds: the deputy lead's important drafts stay closed to an account lead's deputy.
		important := w.input(cleanBody)
		important.DeclaredTier = models.TierImportant
		higher := w.approve("editor", w.submitted(important))
		_, err = w.decide("clerk", higher, models.ActionApprove)
		wantCode(t, err, models.CodeForbidden)

		// Nobody hands on what they do not sign: a tier above the giver's own is refused.
		for tier, want := range map[models.Tier]models.Code{models.TierGeneral: "", models.TierImportant: models.CodeInvalid, models.TierMajor: models.CodeInvalid} {
			w.person("deputy" + string(tier))
			err := w.delegate("account_lead", "deputy"+string(tier), func(in *workflow.DelegationInput) { in.Tiers = []models.Tier{tier} })
			wantCode(t, err, want)
		}
		w.person("assistant")
		if err := w.delegate("editor", "assistant", func(in *workflow.DelegationInput) { in.Tiers = []models.Tier{models.TierMajor} }); err != nil {
			t.Error(err) // editors review every tier
		}

		// Nor does a delegation for one tier reach another that its giver could sign.
		w.person("secretary")
		if err := w.delegate("principal_lead", "secretary", func(in *workflow.DelegationInput) { in.Tiers = []models.Tier{models.TierGeneral} }); err != nil {
			t.Fatal(err)
		}
		_, err = w.decide("secretary", higher, models.ActionApprove)
		wantCode(t, err, models.CodeForbidden)

		// Not passed on.
		w.person("clerk2")
		err = w.delegate("clerk", "clerk2", nil)
		wantCode(t, err, models.CodeInvalid)
		if err := errors.Join(w.delegate("deputy_lead", "account_lead", nil), w.delegate("account_lead", "clerk2", nil)); err != nil {
			t.Fatal(err)
		}
		_, err = w.decide("clerk2", higher, models.ActionApprove)
		wantCode(t, err, models.CodeForbidden) // the account lead's own role alone came over

		// Not after its end, nor once revoked.
		d = w.approve("editor", w.submitted(w.input(cleanBody)))
		w.clock.pass(49 * time.Hour)
		w.reload("clerk")
		_, err = w.decide("clerk", d, models.ActionApprove)
		wantCode(t, err, models.CodeNotFound)
		if err := w.delegate("account_lead", "clerk", nil); err != nil {
			t.Fatal(err)
		}
		all, err := w.Delegations(ctx, w.people["account_lead"])
		all = slices.DeleteFunc(all, func(d models.Delegation) bool { return d.To != w.people["clerk"].ID })
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		if err := w.RevokeDelegation(ctx, w.people["account_lead"], all[0].ID); err != nil {
			t.Fatal(err)
		}
		w.reload("clerk")
		_, err = w.decide("clerk", d, models.ActionApprove)
		wantCode(t, err, models.CodeNotFound)
		w.verified()
	})
}

func TestADelegationDoesNotGetAroundTheSeparationOfDuties(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		if err := w.delegate("account_lead", "author", nil); err != nil {
			t.Fatal(err)
		}
		if err := w.delegate("account_lead", "editor", nil); err != nil {
			t.Fatal(err)
		}
		if err := w.delegate("everyone", "deputy_lead", nil); err != nil {
			t.Fatal(err)
		}
		d := w.approve("editor", w.submitted(w.input(cleanBody)))
		_, err := w.decide("author", d, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval) // their own text
		_, err = w.decide("editor", d, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval) // twice

		own := w.must(w.CreateDraft(context.Background(), w.people["everyone"], w.input(cleanBody)))
		own = w.must(w.Submit(context.Background(), w.people["everyone"], own.ID))
		own = w.approve("editor", own)
		w.person("clerk")
		if err := w.delegate("everyone", "clerk", nil); err != nil {
			t.Fatal(err)
		}
		_, err = w.decide("clerk", own, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval) // in the place of who wrote it
		read := w.approve("everyone", w.submitted(w.input(cleanBody)))
		_, err = w.decide("clerk", read, models.ActionApprove)
		wantCode(t, err, models.CodeSelfApproval) // in the place of who has approved it
		// deputy_lead may stand in for the account lead by rank; in the author's place never.
		wantState(t, w.approve("deputy_lead", own), models.StateReleased)
		decisions, err := w.store.Decisions(context.Background(), own.ID)
		if err != nil || decisions[1].OnBehalfOf != "" {
			t.Fatalf("signed in the author's place: %+v, %v", decisions, err)
		}
	})
}

func (w *world) receive(d models.Draft, channel string, state models.ReceiptState) {
	w.t.Helper()
	_, err := w.PutReceipt(context.Background(), w.puller, d.ReleaseID, channel, workflow.ReceiptInput{State: state, Digest: d.Digest})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) stored(d models.Draft) models.Draft {
	w.t.Helper()
	return w.must(w.store.Draft(context.Background(), d.ID))
}

var wrong = workflow.WithdrawalInput{Reason: models.ReasonError, Text: "时间写错"}

func TestWithdrawnWhenEveryChannelHasAcknowledged(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released()
		if d.DueAt.IsZero() {
			t.Error("no time limit for the first receipt")
		}
		w.receive(d, "wechat", models.ReceiptPublished)
		w.receive(d, "weibo", models.ReceiptPublished)
		w.receive(d, "app", models.ReceiptReceived)
		_, err := w.Withdraw(ctx, w.people["editor"], d.ReleaseID, wrong)
		wantCode(t, err, models.CodeForbidden)
		_, err = w.Withdraw(ctx, w.people["account_lead"], d.ReleaseID, workflow.WithdrawalInput{Reason: models.ReasonSuperseded, Text: "原决定撤销"})
		wantCode(t, err, models.CodeInvalid) // the number of the decision is missing
		if !w.stored(d).DueAt.IsZero() {
			t.Error("a published draft still waits for its receipt")
		}
		now := w.must(w.Withdraw(ctx, w.people["account_lead"], d.ReleaseID, wrong))
		wantState(t, now, models.StateWithdrawing)
		if now.DueAt.IsZero() {
			t.Error("no time limit for the channels to acknowledge")
		}
		_, err = w.Withdraw(ctx, w.people["account_lead"], d.ReleaseID, wrong)
		wantCode(t, err, models.CodeConflict)

		w.receive(d, "weibo", models.ReceiptFailed) // could not be removed: still live
		w.receive(d, "wechat", models.ReceiptRemoved)
		wantState(t, w.stored(d), models.StateWithdrawing)
		w.receive(d, "weibo", models.ReceiptRemoved)
		wantState(t, w.stored(d), models.StateWithdrawn)
		w.receive(d, "app", models.ReceiptPublished) // a channel that was late
		wantState(t, w.stored(d), models.StateWithdrawing)
		w.receive(d, "app", models.ReceiptRemoved)
		wantState(t, w.stored(d), models.StateWithdrawn)
		drifted := workflow.ReceiptInput{State: models.ReceiptPublished, Digest: models.Content{}.Digest()} // and with another text
		if _, err := w.PutReceipt(ctx, w.puller, d.ReleaseID, "app", drifted); err != nil {
			t.Fatal(err)
		}
		wantState(t, w.stored(d), models.StateWithdrawing)
		w.receive(d, "app", models.ReceiptRemoved)
		wantState(t, w.stored(d), models.StateWithdrawn)

		page, err := w.Feed(ctx, w.puller, workflow.FeedQuery{})
		if err != nil || len(page.Items) != 2 || page.Items[1].Op != models.FeedWithdraw {
			t.Fatalf("%+v, %v", page, err)
		}
		w.verified()
	})
}

func TestCorrectionSupersedesWhenItIsReleased(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released()
		w.receive(d, "wechat", models.ReceiptPublished)
		fix := w.must(w.Correct(ctx, w.people["account_lead"], d.ReleaseID, wrong))
		wantState(t, fix, models.StateDraft)
		wantState(t, w.stored(d), models.StatePublished)
		fix = w.must(w.ReviseDraft(ctx, w.people["author"], fix.ID, fix.Digest, w.input(cleanBody+"（更正）")))
		fix = w.must(w.Submit(ctx, w.people["author"], fix.ID))
		fix = w.approve("account_lead", w.approve("editor", fix))
		wantState(t, fix, models.StateReleased)
		wantState(t, w.stored(d), models.StateSuperseded)
		page, err := w.Feed(ctx, w.puller, workflow.FeedQuery{})
		if err != nil || len(page.Items) != 2 || page.Items[1].Op != models.FeedSupersede || page.Items[1].Supersedes != d.ReleaseID {
			t.Fatalf("%+v, %v", page, err)
		}
		w.verified()
	})
}

// Two corrections of one release: the channels are left with the last one alone.
func TestASecondCorrectionTakesThePlaceOfTheFirst(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released()
		corrected := func() models.Draft { return w.must(w.Correct(ctx, w.people["account_lead"], d.ReleaseID, wrong)) }
		release := func(fix models.Draft) models.Draft {
			fix = w.must(w.Submit(ctx, w.people["author"], fix.ID))
			return w.approve("account_lead", w.approve("editor", fix))
		}
		first, second := corrected(), corrected()
		first = release(first)
		w.receive(first, "wechat", models.ReceiptPublished)
		second = release(second)
		wantState(t, w.stored(d), models.StateSuperseded)
		wantState(t, w.stored(first), models.StateSuperseded)
		page, err := w.Feed(ctx, w.puller, workflow.FeedQuery{})
		if err != nil || len(page.Items) != 3 || page.Items[2].Supersedes != first.ReleaseID {
			t.Fatalf("%+v, %v", page, err)
		}
		view, err := w.View(ctx, w.people["author"], first.ID)
		if err != nil || view.SupersededBy != second.ID {
			t.Errorf("the first correction is superseded by %q, %v", view.SupersededBy, err)
		}
		w.verified()
	})
}

func TestScheduledReleaseEntersTheFeedOnceWhenItsTimeComes(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		in := w.input(cleanBody)
		at := w.clock.now().Add(time.Hour)
		in.NotBefore = &at
		d := w.approve("account_lead", w.approve("editor", w.submitted(in)))
		wantState(t, d, models.StateReleased)
		items := func() int {
			page, err := w.Feed(ctx, w.puller, workflow.FeedQuery{})
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Items)
		}
		if n, err := w.ReleaseDue(ctx); n != 0 || err != nil || items() != 0 {
			t.Fatalf("before its time: %d, %v", n, err)
		}
		_, err := w.Release(ctx, w.puller, d.ReleaseID)
		wantCode(t, err, models.CodeNotFound)
		if _, err := w.Release(ctx, w.people["author"], d.ReleaseID); err != nil {
			t.Fatal(err)
		}
		w.clock.pass(time.Hour)
		done := make(chan int, 4)
		for range 4 {
			go func() {
				n, err := w.ReleaseDue(ctx)
				if err != nil {
					t.Error(err)
				}
				done <- n
			}()
		}
		total := 0
		for range 4 {
			total += <-done
		}
		if total != 1 || items() != 1 {
			t.Fatalf("released %d times, %d items", total, items())
		}
		if _, err := w.Release(ctx, w.puller, d.ReleaseID); err != nil {
			t.Fatal(err)
		}
		w.verified()

		in.Body += "又一篇。"
		later := w.clock.now().Add(time.Hour)
		in.NotBefore = &later
		second := w.approve("account_lead", w.approve("editor", w.submitted(in)))
		wantState(t, w.must(w.Withdraw(ctx, w.people["account_lead"], second.ReleaseID, wrong)), models.StateWithdrawn)
		w.clock.pass(2 * time.Hour)
		if n, err := w.ReleaseDue(ctx); n != 0 || err != nil || items() != 1 {
			t.Fatalf("withdrawn before its time, and released: %d, %v", n, err)
		}
		w.verified()
	})
}

func TestTheFeedKeepsWhoPulledAndRefusesCursorsOfALostHistory(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.released()
		var next string
		for range 2 {
			page, err := w.Feed(ctx, w.puller, workflow.FeedQuery{})
			if err != nil {
				t.Fatal(err)
			}
			next = page.Next
		}
		pulls, err := w.Pulls(ctx, w.people["supervisor"], d.ReleaseID)
		if err != nil || len(pulls) != 1 || pulls[0].Integration != w.puller.ID {
			t.Fatalf("%+v, %v", pulls, err)
		}
		if page, err := w.Feed(ctx, w.puller, workflow.FeedQuery{After: next}); err != nil || len(page.Items) != 0 || page.Next != next {
			t.Fatalf("%+v, %v", page, err)
		}
		if _, err := w.store.DB().Exec("DELETE FROM feed"); err != nil { // as after restoring an older backup
			t.Fatal(err)
		}
		_, err = w.Feed(ctx, w.puller, workflow.FeedQuery{After: next})
		wantCode(t, err, models.CodeExpired)
	})
}

func TestADueTimeWithoutItsYearsHolidaysSaysThatItIsProvisional(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		known := w.submitted(w.input(cleanBody))
		w.clock.pass(10 * 365 * 24 * time.Hour) // a year whose holidays nobody knows yet
		unknown := w.submitted(w.input(cleanBody))
		for d, want := range map[string]bool{known.ID: false, unknown.ID: true} {
			v, err := w.View(context.Background(), w.people["editor"], d)
			if err != nil || v.DueProvisional != want || v.Draft.DueAt.IsZero() {
				t.Errorf("due %s, provisional %v, want %v (%v)", v.Draft.DueAt, v.DueProvisional, want, err)
			}
		}
	})
}

// A step of three readings takes three persons; the same one again is told so.
func TestAStepThatCountsPersonsTakesEachOnce(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	w := newWorld(t, s)
	d := w.submitted(w.input(cleanBody))
	d.Route[0].Count = 2
	was := w.stored(d)
	now := was
	now.Route = d.Route
	now.Version++
	storetest.Must(t, s, func(tx *store.Tx) error { return tx.UpdateDraft(was, now) })
	d = w.approve("editor", now)
	wantState(t, d, models.StateAwaitingEditor)
	_, err := w.decide("editor", d, models.ActionApprove)
	wantCode(t, err, models.CodeConflict)
	wantState(t, w.approve("editor2", d), "awaiting_account_lead")
}

const twoSigners = `name = "two"
version = "1"
title = "某县双签规程"
[[role]]
id = "editor"
name = "编辑"
[[role]]
id = "account_lead"
name = "账号主要负责人"
rank = 1
[[role]]
id = "deputy_lead"
name = "分管领导"
rank = 2
[[role]]
id = "principal_lead"
name = "主要领导"
rank = 3
[[route]]
tiers = ["major"]
steps = [{ roles = ["editor"] }, { roles = ["deputy_lead", "principal_lead"], id = "sign", count = 2, signs = true }]
[[route]]
steps = [{ roles = ["editor"] }, { roles = ["account_lead", "deputy_lead"], id = "sign", count = 2, signs = true }]
`

// Who signed a draft at a lower tier has not signed it at the one that it was raised to.
func TestASignOffIsOfItsTierAlone(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.accountUnder(twoSigners, "two")
		for _, role := range []models.Role{models.RoleAuthor, models.RoleEditor, models.RoleAccountLead, models.RoleDeputyLead, models.RolePrincipalLead} {
			w.person("two/"+string(role), role)
		}
		d := w.must(w.CreateDraft(ctx, w.people["two/author"], w.input(cleanBody)))
		d = w.must(w.Submit(ctx, w.people["two/author"], d.ID))
		d = w.approve("two/account_lead", w.approve("two/editor", d))
		wantState(t, d, "awaiting_account_lead") // a second one signs too
		d = w.must(w.Decide(ctx, w.people["two/deputy_lead"], d.ID, workflow.DecisionInput{Action: models.ActionRaise, Digest: d.Digest, Comment: "涉及重大事项", Tier: models.TierMajor}))
		wantState(t, d, "awaiting_deputy_lead")
		d = w.approve("two/deputy_lead", d)
		wantState(t, d, "awaiting_deputy_lead")
		wantState(t, w.approve("two/principal_lead", d), models.StateReleased)
		w.verified()
	})
}
