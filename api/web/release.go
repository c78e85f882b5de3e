package web

import (
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// releasePart is what was signed, what the channels said of it, and what may
// still be done about it.
type releasePart struct {
	models.Release
	Receipts   []models.Receipt
	Pulls      []workflow.NamedPull
	Scheduled  *time.Time // it waits for this time; nil: it does not
	Withdrawal *pastWithdrawal
	Withdraw   *reasonForm // nil where the person may not
	Correct    *reasonForm
}

type pastWithdrawal struct {
	models.Withdrawal
	Person string
	Live   int // channels that have it published still
}

// releasePart is nil where there is no release, or it is not for the person (of a consulted unit).
func (v *visit) releasePart(view workflow.View) (*releasePart, error) {
	d := view.Draft
	if d.ReleaseID == "" || !v.actor.Sees(d.AccountID) {
		return nil, nil
	}
	release, err := v.site.workflow.Release(v.ctx(), v.actor, d.ReleaseID)
	if err != nil {
		return nil, err
	}
	part := &releasePart{Release: release}
	if part.Receipts, err = v.site.workflow.Receipts(v.ctx(), v.actor, d.ReleaseID); err != nil {
		return nil, err
	}
	if part.Pulls, err = v.site.workflow.Pulls(v.ctx(), v.actor, d.ReleaseID); err != nil {
		return nil, err
	}
	if at := view.Content.NotBefore; at != nil && d.State == models.StateReleased && at.After(v.site.now()) {
		part.Scheduled = at
	}
	if x := view.Withdrawal; x != nil {
		part.Withdrawal = &pastWithdrawal{Withdrawal: *x, Person: byLine(view.Names[x.By], view.Names[x.OnBehalfOf])}
		for _, r := range part.Receipts {
			part.Withdrawal.Live += btoi(r.Live)
		}
	}
	if view.MayWithdraw {
		part.Withdraw = newReasonForm(withdrawing, d, release)
	}
	if view.MayCorrect {
		part.Correct = newReasonForm(correcting, d, release)
	}
	return part, nil
}
