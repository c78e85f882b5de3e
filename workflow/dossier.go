package workflow

import (
	"cmp"
	"context"

	"shenfa/models"
)

// Dossier (案卷) is all that is kept of one post.
type Dossier struct {
	Draft         models.Draft
	Account       models.Account
	Unit          models.Unit
	Revisions     []models.Revision
	Reports       []models.StoredReport
	Decisions     []models.Decision
	Dispositions  []models.Disposition
	Consultations []models.Consultation
	Releases      []SignedRelease
	Events        []models.AuditEvent
	Keys          []models.SigningKey // public ones, that the certificates verify with

	Names      map[string]string      // of persons and integrations, by id
	Roles      map[models.Role]string // Chinese names
	States     map[models.State]string
	Steps      map[string]string // Chinese names of the route's steps, by id
	ExportedBy string
}

// SignedRelease is a release with what became of it.
type SignedRelease struct {
	models.Release
	Certified  models.Certificate
	Fault      string // why the certificate does not verify; "" if it does
	Receipts   []models.Receipt
	Pulls      []NamedPull
	Withdrawal *models.Withdrawal
}

// Released is the last release; nil before the first.
func (d Dossier) Released() *SignedRelease {
	if len(d.Releases) == 0 {
		return nil
	}
	return &d.Releases[len(d.Releases)-1]
}

// Dossier gathers the file of a draft that the actor may see, for the purpose
// kind (ReadForm, ReadExport). A sealed draft is given to nobody.
func (w *Workflow) Dossier(ctx context.Context, actor models.Actor, id, kind string) (Dossier, error) {
	draft, err := w.exportable(ctx, actor, id)
	if err != nil {
		return Dossier{}, err
	}
	d := Dossier{Draft: draft, Names: map[string]string{}, Roles: map[models.Role]string{}, States: map[models.State]string{}, Steps: map[string]string{}, ExportedBy: actor.Name}
	for _, read := range []func() error{
		func() (err error) { d.Account, err = w.store.Account(ctx, draft.AccountID); return },
		func() (err error) { d.Unit, err = w.store.Unit(ctx, draft.UnitID); return },
		func() (err error) { d.Revisions, err = w.store.Revisions(ctx, id); return },
		func() (err error) { d.Reports, err = w.store.Reports(ctx, id); return },
		func() (err error) { d.Decisions, err = w.store.Decisions(ctx, id); return },
		func() (err error) { d.Dispositions, err = w.store.Dispositions(ctx, id); return },
		func() (err error) { d.Consultations, err = w.store.Consultations(ctx, id); return },
		func() (err error) { d.Events, err = w.store.Events(ctx, id, 0, timelineLimit); return },
		func() (err error) { d.Keys, err = w.Keys(ctx); return },
		func() error { return w.addReleases(ctx, &d) },
	} {
		if err := read(); err != nil {
			return Dossier{}, err
		}
	}
	w.nameAll(ctx, &d)
	return d, w.RecordRead(ctx, actor, kind, id)
}

// exportable reads a draft for the actor; the command line may have any.
func (w *Workflow) exportable(ctx context.Context, actor models.Actor, id string) (d models.Draft, err error) {
	if actor.Kind == models.ActorSystem {
		d, err = w.store.Draft(ctx, id)
	} else {
		d, err = w.visibleDraft(ctx, actor, id)
	}
	if err == nil && d.Sealed() {
		err = models.Errorf(models.CodeConflict, "稿件涉密，不得导出或打印。")
	}
	return d, err
}

func (w *Workflow) addReleases(ctx context.Context, d *Dossier) error {
	releases, err := w.store.ReleasesOf(ctx, d.Draft.ID)
	if err != nil {
		return err
	}
	ring, err := w.Keyring(ctx)
	if err != nil {
		return err
	}
	for _, r := range releases {
		signed := SignedRelease{Release: r}
		if _, signed.Certified, err = models.VerifyRelease(r.Document, r.Certificate, ring); err != nil {
			signed.Fault = err.Error()
		}
		if signed.Receipts, err = w.store.Receipts(ctx, r.ID); err != nil {
			return err
		}
		if signed.Pulls, err = w.pullsOf(ctx, r.ID); err != nil {
			return err
		}
		withdrawal, err := w.store.Withdrawal(ctx, r.ID)
		switch {
		case err == nil:
			signed.Withdrawal = &withdrawal
		case models.CodeOf(err) != models.CodeNotFound:
			return err
		}
		d.Releases = append(d.Releases, signed)
	}
	return nil
}

// nameAll fills in the names that stand for the ids in a dossier.
func (w *Workflow) nameAll(ctx context.Context, d *Dossier) {
	person := func(ids ...string) {
		for _, id := range ids {
			if _, known := d.Names[id]; !known && id != "" {
				d.Names[id] = w.personName(ctx, id)
			}
		}
	}
	label := w.RoleLabel
	if profile, err := w.profileOf(d.Account); err == nil {
		label = func(r models.Role) string { return cmp.Or(profile.names([]models.Role{r}), w.RoleLabel(r)) }
	}
	person(d.Draft.CreatedBy)
	for _, r := range d.Revisions {
		person(r.Author)
	}
	for _, x := range d.Decisions {
		person(x.PersonID, x.OnBehalfOf)
		d.Roles[x.Role] = label(x.Role)
	}
	for _, x := range d.Dispositions {
		person(x.By, x.ConfirmedBy)
	}
	for _, x := range d.Consultations {
		person(x.By)
	}
	for _, r := range d.Releases {
		if r.Withdrawal != nil {
			person(r.Withdrawal.By, r.Withdrawal.OnBehalfOf)
		}
	}
	for _, e := range d.Events {
		person(e.Actor)
	}
	d.Names[models.System().ID] = models.System().Name
	d.States[d.Draft.State] = w.LabelOf(ctx, d.Draft)
	for _, step := range d.Draft.Route {
		for _, role := range step.Roles {
			d.Roles[role] = label(role)
		}
		d.Steps[step.ID] = label(step.Roles[0])
	}
}

// DraftOfRelease is the id of the draft that a release is of.
func (w *Workflow) DraftOfRelease(ctx context.Context, actor models.Actor, releaseID string) (string, error) {
	if err := mustAdmin(actor); err != nil {
		return "", err
	}
	r, err := w.store.Release(ctx, releaseID)
	return r.DraftID, err
}
