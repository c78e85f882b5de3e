package workflow_test

import (
	"context"
	"testing"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
	"shenfa/workflow"
)

func TestWhoOverseesIsGrantedNoRoleThatDecides(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		for _, overseeing := range []workflow.GrantInput{{Role: models.RoleAdmin}, {Role: models.RoleSupervisor, UnitID: w.unit.ID}} {
			for _, deciding := range []models.Role{models.RoleEditor, models.RolePrincipalLead, models.RoleSecrecyReviewer} {
				both := []workflow.GrantInput{overseeing, {Role: deciding, AccountID: w.account.ID}}
				_, err := w.CreateUser(ctx, models.System(), workflow.UserInput{SignIn: "both", Name: "both", UnitID: w.unit.ID, Grants: both})
				wantCode(t, err, models.CodeInvalid)
			}
			_, err := w.Grant(ctx, models.System(), w.people["editor"].ID, overseeing)
			wantCode(t, err, models.CodeInvalid)
		}
		_, err := w.Grant(ctx, models.System(), w.people["supervisor"].ID, workflow.GrantInput{Role: models.RoleEditor, AccountID: w.account.ID})
		wantCode(t, err, models.CodeInvalid)
		w.grant(w.people["author2"], workflow.GrantInput{Role: models.RoleAdmin})                          // who writes decides nothing
		w.grant(w.people["editor"], workflow.GrantInput{Role: models.RoleSupervisor, UnitID: w.police.ID}) // of other accounts
	})
}

func TestWhoOverseesDecidesNothingWhateverElseTheyHold(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.person("overseer", models.RoleEditor, models.RoleAccountLead)
		for _, role := range []models.Role{models.RoleAdmin, models.RoleSupervisor} {
			grant := models.Grant{ID: storetest.NewID(), UserID: w.people["overseer"].ID, Role: role, CreatedAt: w.clock.now()} // of before that was refused
			if role == models.RoleSupervisor {
				grant.AccountID = w.account.ID
			}
			storetest.Must(t, w.store, func(tx *store.Tx) error { return tx.InsertGrant(grant) })
			w.reload("overseer")

			d := w.submitted(w.input(cleanBody))
			for _, action := range []models.Action{models.ActionApprove, models.ActionReturn, models.ActionReject, models.ActionRaise} {
				_, err := w.decide("overseer", d, action)
				wantCode(t, err, models.CodeForbidden)
			}
			view, err := w.View(ctx, w.people["overseer"], d.ID)
			if err != nil || len(view.Allowed) > 0 {
				t.Fatalf("%s is offered %v (%v)", role, view.Allowed, err)
			}
			_, err = w.Withdraw(ctx, w.people["overseer"], w.released().ReleaseID, workflow.WithdrawalInput{Reason: models.ReasonError, Text: "有误"})
			wantCode(t, err, models.CodeForbidden)
			storetest.Must(t, w.store, func(tx *store.Tx) error { return tx.DeleteGrant(grant.ID) })
		}
	})
}

func TestAnExemptionCoversNoFieldThatIsNeverExempt(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := w.submitted(w.input("当事人赵大海，出生日期：1980年5月6日，在青山镇经营百货店，销售超过保质期的饼干，县市场监督管理局依法没收过期食品，罚款5000元。"))
		stored, err := w.store.LastReport(ctx, d.ID)
		if err != nil || stored.Report.Outcome != models.OutcomeBlocked {
			t.Fatalf("%+v, %v", stored.Report, err)
		}
		in := workflow.DispositionInput{Kind: models.DispositionExempt, BasisKind: models.BasisPunishment, Document: "云市监罚〔2026〕3号"}
		for _, h := range stored.Report.Hits {
			if h.Severity == models.SeverityBlock {
				in.HitID = h.ID
			}
		}
		for _, fields := range [][]string{nil, {""}, {"出生日期", "　"}, {"身份证号码"}, {"当事人家庭住址"}, {"pii.minor"}, {"ad.contact"}, {"secrecy.marking"}, make([]string, 51)} {
			in.Fields = fields
			_, err := w.Dispose(ctx, w.people["author"], d.ID, []workflow.DispositionInput{in})
			wantCode(t, err, models.CodeInvalid)
		}
		in.Fields = []string{"姓名", "pii.birth_date"}
		d = w.must(w.Dispose(ctx, w.people["author"], d.ID, []workflow.DispositionInput{in}))
		wantState(t, d, models.StateAwaitingEditor)
		if d.Tier != models.TierImportant {
			t.Errorf("an exemption leaves the tier %s", d.Tier)
		}
	})
}
