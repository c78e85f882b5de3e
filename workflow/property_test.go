package workflow_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shenfa/models"
	"shenfa/models/store/storetest"
	"shenfa/workflow"
)

// TestRandomActsBreakNoInvariant makes random acts of random people on a few
// drafts, and checks after each what must always hold.
//
// Each change of the lexicon compiles an engine, so that it runs fewer
// sequences than rapid would unless told by -rapid.checks.
func TestRandomActsBreakNoInvariant(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("20"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	for name, dsn := range storetest.Databases() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.Open(t, dsn(t)))
			lexicon := w.lexicon()
			cursor := ""
			rapid.Check(t, func(rt *rapid.T) {
				acts := &acts{world: w, names: people(w), lexicon: lexicon, cursor: &cursor, signedWith: map[string]string{}, reports: map[string]string{}}
				acts.install(rt, w.unit.ID, sharedEngine(t).Edition())
				acts.install(rt, "", sharedEngine(t).Edition())
				rt.Repeat(map[string]func(*rapid.T){
					"create":   acts.create,
					"revise":   acts.revise,
					"submit":   acts.submit,
					"decide":   acts.decide,
					"approve":  acts.approve,
					"advance":  acts.advance,
					"dispose":  acts.dispose,
					"receipt":  acts.receipt,
					"answer":   acts.answer,
					"delegate": acts.delegate,
					"withdraw": acts.withdraw,
					"correct":  acts.correct,
					"wait":     acts.wait,
					"lexicon":  acts.changeLexicon,
					"":         acts.check,
				})
			})
			w.verified()
		})
	}
}

func people(w *world) []string {
	var names []string
	for name := range w.people {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// acts holds the drafts of one random sequence.
type acts struct {
	*world
	names []string
	ids   []string
	edits int

	lexicon    map[string][]string // ids of the editions to install, by unit; "" for all
	cursor     *string             // after the last item of the feed that was looked at
	signedWith map[string]string   // edition that was in force when a release was signed, by release
	reports    map[string]string   // edition of each stored report, by report
}

// lexicon imports what random acts install: upon the shipped rules, for all
// units, terms that block, lock, or stand in no draft; for the unit an overlay
// in two versions.
func (w *world) lexicon() map[string][]string {
	overlay := func(term string) map[string][]byte {
		return map[string][]byte{"own.toml": bytes.ReplaceAll(slogan(term)["slogan.toml"], []byte("local.slogan"), []byte("own.slogan"))}
	}
	shipped := sharedEngine(w.t).Edition()
	return map[string][]string{
		"":        {shipped, shipped, w.imported(slogan("春风护航"), ""), w.imported(slogan("义务植树"), ""), w.imported(secret("月河村"), "")},
		w.unit.ID: {shipped, shipped, w.imported(overlay("夏风护航"), ""), w.imported(overlay("机关干部"), "")},
	}
}

func (a *acts) install(rt *rapid.T, unitID, edition string) {
	if _, err := a.InstallEdition(context.Background(), a.people["admin"], edition, unitID); err != nil {
		rt.Fatal(err)
	}
}

// changeLexicon puts another edition in force, for all or for the unit.
func (a *acts) changeLexicon(rt *rapid.T) {
	unitID := rapid.SampledFrom([]string{"", a.unit.ID}).Draw(rt, "scope")
	a.install(rt, unitID, rapid.SampledFrom(a.lexicon[unitID]).Draw(rt, "edition"))
}

// inForce screens a content by what is in force now, past all that is stored,
// and fails where it blocks or locks what nobody disposed of. It gives the edition.
func (a *acts) inForce(rt *rapid.T, d models.Draft, c models.Content) string {
	report, err := a.Screen(context.Background(), models.System(), d.AccountID, workflow.Text{Title: c.Title, Body: c.Body, Format: c.Format, Kind: c.Kind, Source: c.Source})
	if err != nil {
		rt.Fatal(err)
	}
	dispositions, err := a.store.Dispositions(context.Background(), d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	for _, h := range report.Hits {
		settled := h.Severity != models.SeverityBlock && h.Severity != models.SeverityLock ||
			slices.ContainsFunc(dispositions, func(x models.Disposition) bool { return x.HitID == h.ID && x.Digest == d.Digest && x.ConfirmedBy != "" })
		if !settled {
			rt.Fatalf("%s (%s) is let out by edition %s", h.Text, h.Severity, report.Edition)
		}
	}
	return report.Edition
}

// checkFeed: what enters the feed passes the edition in force at that time.
func (a *acts) checkFeed(rt *rapid.T) {
	page, err := a.Feed(context.Background(), a.puller, workflow.FeedQuery{After: *a.cursor, Limit: 100})
	if err != nil {
		rt.Fatal(err)
	}
	for _, item := range page.Items {
		var document models.ReleaseDocument
		if err := json.Unmarshal(item.Release, &document); err != nil {
			rt.Fatal(err)
		}
		if item.Op == models.FeedWithdraw || !slices.Contains(a.ids, document.DraftID) {
			continue
		}
		a.inForce(rt, models.Draft{ID: document.DraftID, AccountID: document.AccountID, Digest: document.Digest}, document.Content())
	}
	*a.cursor = page.Next
}

// checkHistory: a report once stored stays, with the edition that it was made with.
func (a *acts) checkHistory(rt *rapid.T, d models.Draft) {
	stored, err := a.store.Reports(context.Background(), d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	now := map[string]string{}
	for _, r := range stored {
		now[r.ID] = r.Report.Edition
		a.reports[d.ID+"/"+r.ID] = cmp.Or(a.reports[d.ID+"/"+r.ID], r.Report.Edition)
	}
	for key, edition := range a.reports {
		if draft, report, _ := strings.Cut(key, "/"); draft == d.ID && now[report] != edition {
			rt.Fatalf("report %s was of edition %s and is of %q", report, edition, now[report])
		}
	}
}

var bodies = []string{cleanBody, blockedBody, lockedBody, importantCue, cleanBody + "据统计有两处。"}

func (a *acts) pick(rt *rapid.T) models.Draft {
	if len(a.ids) == 0 {
		rt.Skip("no draft yet")
	}
	d, err := a.store.Draft(context.Background(), rapid.SampledFrom(a.ids).Draw(rt, "draft"))
	if err != nil {
		rt.Fatal(err)
	}
	return d
}

func (a *acts) person(rt *rapid.T) models.Actor {
	return a.people[rapid.SampledFrom(a.names).Draw(rt, "person")]
}

func (a *acts) byID(id string) models.Actor {
	for _, actor := range a.people {
		if actor.ID == id {
			return actor
		}
	}
	return models.Actor{}
}

func (a *acts) randomInput(rt *rapid.T) workflow.DraftInput {
	a.edits++
	in := a.input(rapid.SampledFrom(bodies).Draw(rt, "body") + fmt.Sprint(a.edits))
	in.DeclaredTier = rapid.SampledFrom(models.Tiers).Draw(rt, "tier")
	in.Urgent = rapid.Bool().Draw(rt, "urgent")
	if rapid.IntRange(0, 3).Draw(rt, "consult") == 0 {
		in.Consult = []string{a.police.ID}
	}
	if rapid.IntRange(0, 2).Draw(rt, "scheduled") == 0 {
		at := a.clock.now().Add(time.Hour)
		in.NotBefore = &at
	}
	return in
}

func (a *acts) create(rt *rapid.T) {
	if len(a.ids) >= 3 {
		rt.Skip("enough drafts")
	}
	if d, err := a.CreateDraft(context.Background(), a.person(rt), a.randomInput(rt)); err == nil {
		a.ids = append(a.ids, d.ID)
	}
}

// refused fails if an act that was refused changed the draft.
func (a *acts) refused(rt *rapid.T, before models.Draft, err error) {
	if err == nil {
		return
	}
	if models.CodeOf(err) == models.CodeInternal {
		rt.Fatalf("internal error: %v", err)
	}
	after, readErr := a.store.Draft(context.Background(), before.ID)
	if readErr != nil || after.Version != before.Version {
		rt.Fatalf("refused with %v, but the draft changed (%v)", err, readErr)
	}
}

func (a *acts) revise(rt *rapid.T) {
	d := a.pick(rt)
	in := a.randomInput(rt)
	after, err := a.ReviseDraft(context.Background(), a.person(rt), d.ID, d.Digest, in)
	a.refused(rt, d, err)
	if err == nil && after.Digest != d.Digest {
		for _, x := range a.decisions(rt, d.ID) {
			if x.Action == models.ActionApprove && x.VoidedAt.IsZero() {
				rt.Fatalf("an approval outlived a change of content: %+v", x)
			}
		}
	}
}

func (a *acts) submit(rt *rapid.T) {
	d := a.pick(rt)
	after, err := a.Submit(context.Background(), a.person(rt), d.ID)
	a.refused(rt, d, err)
	if err != nil || after.Version == d.Version {
		return
	}
	stored, err := a.store.LastReport(context.Background(), d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	least := models.MaxTier(models.MaxTier(d.DeclaredTier, stored.Report.Tier), d.TierFloor)
	if d.Urgent {
		least = models.MaxTier(least, models.TierImportant)
	}
	if after.Tier != least {
		rt.Fatalf("submitted at tier %s, want %s: declared %s, urgent %v, screened %s, before %s", after.Tier, least, d.DeclaredTier, d.Urgent, stored.Report.Tier, d.TierFloor)
	}
}

func (a *acts) decide(rt *rapid.T) {
	d := a.pick(rt)
	action := rapid.SampledFrom([]models.Action{models.ActionReturn, models.ActionReject, models.ActionRaise, models.ActionLower,
		models.ActionRecall, models.ActionCancel}).Draw(rt, "action")
	a.decideAs(rt, d, action)
}

func (a *acts) approve(rt *rapid.T) { a.decideAs(rt, a.pick(rt), models.ActionApprove) }

// advance lets someone approve who is offered to, so that drafts get far.
func (a *acts) advance(rt *rapid.T) {
	d := a.pick(rt)
	for _, name := range rapid.Permutation(a.names).Draw(rt, "names") {
		v, err := a.View(context.Background(), a.people[name], d.ID)
		if err != nil || !slices.Contains(v.Allowed, models.ActionApprove) {
			continue
		}
		if _, err := a.Decide(context.Background(), a.people[name], d.ID, workflow.DecisionInput{Action: models.ActionApprove, Digest: d.Digest, Comment: "已审查"}); err != nil {
			rt.Fatalf("%s was offered to approve: %v", name, err)
		}
		return
	}
}

func (a *acts) decideAs(rt *rapid.T, d models.Draft, action models.Action) {
	actor := a.person(rt)
	in := workflow.DecisionInput{Action: action, Digest: d.Digest, Comment: "理由", Tier: rapid.SampledFrom(models.Tiers).Draw(rt, "tier")}
	if rapid.IntRange(0, 9).Draw(rt, "stale") == 0 {
		in.Digest = models.Content{}.Digest()
	}
	after, err := a.Decide(context.Background(), actor, d.ID, in)
	a.refused(rt, d, err)
	switch {
	case err != nil:
		return
	case in.Digest != d.Digest:
		rt.Fatal("a decision on another digest went through")
	case len(actor.Deputy) == 0 && !actor.Holds(d.AccountID, models.RoleAuthor, models.RoleEditor, models.RoleAccountLead, models.RoleDeputyLead,
		models.RolePrincipalLead, models.RoleSecrecyReviewer):
		rt.Fatalf("%s decided without a role", actor.Name)
	case action != models.ActionRecall && action != models.ActionCancel && slices.Contains(d.Writers, actor.ID):
		rt.Fatalf("%s decided on their own text", actor.Name)
	case (action == models.ActionRecall || action == models.ActionCancel) && !actor.Holds(d.AccountID, models.RoleAuthor):
		rt.Fatalf("%s, who is no author, did %s", actor.Name, action)
	case action == models.ActionLower && !d.Route[d.Step].Signs:
		rt.Fatalf("%s lowered the tier, and signs nothing", actor.Name)
	case action != models.ActionLower && after.Tier.Rank() < d.Tier.Rank():
		rt.Fatalf("the tier fell from %s to %s by %s", d.Tier, after.Tier, action)
	}
}

func (a *acts) dispose(rt *rapid.T) {
	d := a.pick(rt)
	if d.State != models.StateBlocked {
		rt.Skip("not blocked")
	}
	stored, err := a.store.LastReport(context.Background(), d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	var in []workflow.DispositionInput
	for _, h := range stored.Report.Hits {
		if h.Severity == models.SeverityBlock {
			in = append(in, workflow.DispositionInput{HitID: h.ID, Kind: models.DispositionFalsePositive, Reason: "办公电话"})
		}
	}
	_, err = a.Dispose(context.Background(), a.person(rt), d.ID, in)
	a.refused(rt, d, err)
}

func (a *acts) receipt(rt *rapid.T) {
	d := a.pick(rt)
	if d.ReleaseID == "" {
		rt.Skip("not released")
	}
	in := workflow.ReceiptInput{State: rapid.SampledFrom([]models.ReceiptState{models.ReceiptReceived, models.ReceiptPublished, models.ReceiptFailed}).Draw(rt, "state"),
		Digest: d.Digest, At: time.Unix(int64(rapid.IntRange(0, 1e9).Draw(rt, "at")), 0)}
	waits, err := a.store.Scheduled(context.Background(), d.ReleaseID)
	if err != nil {
		rt.Fatal(err)
	}
	_, err = a.PutReceipt(context.Background(), a.puller, d.ReleaseID, "wechat", in)
	if unknown := models.CodeOf(err) == models.CodeNotFound; unknown != waits || !unknown && err != nil {
		rt.Fatalf("a receipt for a release that waits for its time (%v): %v", waits, err)
	}
}

func (a *acts) answer(rt *rapid.T) {
	d := a.pick(rt)
	in := workflow.AnswerInput{State: rapid.SampledFrom([]models.ConsultationState{models.ConsultationAgree, models.ConsultationDisagree}).Draw(rt, "answer"), Opinion: "意见"}
	if rapid.Bool().Draw(rt, "paper") {
		in.Reference = "云公函〔2026〕8号"
	}
	_, err := a.Answer(context.Background(), a.person(rt), d.ID, a.police.ID, in)
	a.refused(rt, d, err)
}

// delegate gives someone's roles to someone for a while.
func (a *acts) delegate(rt *rapid.T) {
	from, to := rapid.SampledFrom(a.names).Draw(rt, "from"), rapid.SampledFrom(a.names).Draw(rt, "to")
	in := workflow.DelegationInput{To: a.people[to].ID, EndsAt: a.clock.now().Add(90 * time.Minute), Reason: "外出",
		Tiers: rapid.SliceOfN(rapid.SampledFrom(models.Tiers), 0, 2).Draw(rt, "tiers")}
	if _, err := a.Delegate(context.Background(), a.people[from], in); err != nil && models.CodeOf(err) != models.CodeInvalid {
		rt.Fatal(err)
	}
	a.reload(to)
}

func (a *acts) withdraw(rt *rapid.T) {
	d := a.pick(rt)
	if d.ReleaseID == "" {
		rt.Skip("not released")
	}
	_, err := a.Withdraw(context.Background(), a.person(rt), d.ReleaseID, wrong)
	a.refused(rt, d, err)
}

func (a *acts) correct(rt *rapid.T) {
	d := a.pick(rt)
	if d.ReleaseID == "" || len(a.ids) >= 5 {
		rt.Skip("not released, or enough drafts")
	}
	fix, err := a.Correct(context.Background(), a.person(rt), d.ReleaseID, wrong)
	a.refused(rt, d, err)
	if err == nil {
		a.ids = append(a.ids, fix.ID)
	}
}

// wait lets time pass: scheduled releases come due, delegations end.
func (a *acts) wait(rt *rapid.T) {
	a.clock.pass(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
	if _, err := a.ReleaseDue(context.Background()); err != nil {
		rt.Fatal(err)
	}
	for _, name := range a.names {
		a.reload(name)
	}
}

func (a *acts) decisions(rt *rapid.T, id string) []models.Decision {
	decisions, err := a.store.Decisions(context.Background(), id)
	if err != nil {
		rt.Fatal(err)
	}
	return decisions
}

// check is what must hold after every act.
func (a *acts) check(rt *rapid.T) {
	ctx := context.Background()
	a.checkFeed(rt)
	for _, id := range a.ids {
		d, err := a.store.Draft(ctx, id)
		if err != nil {
			rt.Fatal(err)
		}
		afterSignOff := []models.State{models.StateReleased, models.StatePublished, models.StateWithdrawing, models.StateWithdrawn, models.StateSuperseded}
		if slices.Contains(afterSignOff, d.State) {
			a.checkReleased(rt, d)
		} else if d.ReleaseID != "" {
			rt.Fatalf("state %s with a release", d.State)
		}
		if d.Sealed() {
			a.checkSealed(rt, d)
		}
		a.checkHistory(rt, d)
		a.checkAllowed(rt, d)
	}
}

// checkSealed: what is locked, or was closed by secrecy review, shows in no
// list, to nobody whom it does not concern.
func (a *acts) checkSealed(rt *rapid.T, d models.Draft) {
	ctx, actor := context.Background(), a.person(rt)
	if actor.Holds(d.AccountID, models.RoleSecrecyReviewer, models.RolePrincipalLead) || slices.Contains(d.Writers, actor.ID) {
		actor = a.people["editor2"]
		if slices.Contains(d.Writers, actor.ID) {
			return
		}
	}
	page, err := a.Drafts(ctx, actor, workflow.DraftsQuery{Limit: 500})
	if err != nil || slices.ContainsFunc(page.Items, func(x models.Draft) bool { return x.ID == d.ID }) {
		rt.Fatalf("a sealed draft is listed for %s (%v)", actor.Name, err)
	}
	if _, err := a.View(ctx, actor, d.ID); models.CodeOf(err) != models.CodeNotFound {
		rt.Fatalf("a sealed draft is open to %s (%v)", actor.Name, err)
	}
}

// checkReleased: released means signed, on this digest, by someone who may, and not the author or editor.
func (a *acts) checkReleased(rt *rapid.T, d models.Draft) {
	release, err := a.store.Release(context.Background(), d.ReleaseID)
	if err != nil {
		rt.Fatal(err)
	}
	var document models.ReleaseDocument
	if err := json.Unmarshal(release.Document, &document); err != nil {
		rt.Fatal(err)
	}
	if release.Digest != d.Digest || document.Content().Digest() != d.Digest {
		rt.Fatal("the release is not what was signed")
	}
	signers := map[models.Tier][]models.Role{
		models.TierGeneral:   {models.RoleAccountLead, models.RoleDeputyLead, models.RolePrincipalLead},
		models.TierImportant: {models.RoleDeputyLead, models.RolePrincipalLead},
		models.TierMajor:     {models.RolePrincipalLead},
	}
	if a.signedWith[release.ID] == "" { // just now
		a.signedWith[release.ID] = a.inForce(rt, d, document.Content())
	}
	report, err := a.store.LastReport(context.Background(), d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	for where, edition := range map[string]string{"report": report.Report.Edition, "certificate": a.certified(d), "draft": d.Edition} {
		if edition != a.signedWith[release.ID] {
			rt.Fatalf("signed under edition %s; the %s names %s", a.signedWith[release.ID], where, edition)
		}
	}
	signed, persons := false, map[string]bool{}
	for _, x := range a.decisions(rt, d.ID) {
		if x.Action != models.ActionApprove || !x.VoidedAt.IsZero() || x.Round != d.Round {
			continue
		}
		if persons[x.PersonID] || slices.Contains(d.Writers, x.PersonID) || x.Digest != d.Digest ||
			x.OnBehalfOf != "" && (persons[x.OnBehalfOf] || slices.Contains(d.Writers, x.OnBehalfOf)) {
			rt.Fatalf("released on a wrong approval: %+v", x)
		}
		if holder := a.byID(cmp.Or(x.OnBehalfOf, x.PersonID)); !holder.Holds(d.AccountID, x.Role) {
			rt.Fatalf("%s, in whose place it was approved, is no %s: %+v", holder.Name, x.Role, x)
		}
		persons[x.PersonID] = true
		if x.OnBehalfOf != "" {
			persons[x.OnBehalfOf] = true
		}
		signed = signed || x.Signs && slices.Contains(signers[d.Tier], x.Role)
	}
	if !signed || len(persons) < 2 {
		rt.Fatalf("released at tier %s without its sign-off", d.Tier)
	}
	asked, err := a.store.Consultations(context.Background(), d.ID)
	if err != nil || slices.ContainsFunc(asked, func(c models.Consultation) bool { return c.State == models.ConsultationOpen }) {
		rt.Fatalf("released with an open consultation: %+v (%v)", asked, err)
	}
	dispositions, err := a.store.Dispositions(context.Background(), d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	last := map[string]models.Disposition{} // a later one of the same hit stands in its place
	for _, x := range dispositions {
		if x.Digest == d.Digest {
			last[x.HitID] = x
		}
	}
	for _, x := range last {
		if x.ConfirmedBy == "" {
			rt.Fatalf("released with an unconfirmed disposition: %+v", x)
		}
	}
}

// checkAllowed: an end state offers nothing to anyone, nobody is offered to
// decide on their own text, and looking changes nothing.
func (a *acts) checkAllowed(rt *rapid.T, d models.Draft) {
	actor := a.person(rt)
	v, err := a.View(context.Background(), actor, d.ID)
	if stored, readErr := a.store.Draft(context.Background(), d.ID); readErr != nil || stored.Version != d.Version {
		rt.Fatalf("reading changed the draft (%v)", readErr)
	}
	if err != nil {
		return
	}
	if (d.State == models.StateReleased || d.State == models.StateRejected || d.State == models.StateCancelled) && (len(v.Allowed) > 0 || v.MayEdit || v.MaySubmit) {
		rt.Fatalf("state %s offers %v", d.State, v.Allowed)
	}
	if slices.Contains(d.Writers, actor.ID) && slices.Contains(v.Allowed, models.ActionApprove) {
		rt.Fatalf("%s is offered to approve their own text", actor.Name)
	}
}
