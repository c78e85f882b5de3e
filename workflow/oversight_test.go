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
