package workflow

import (
	"context"
	"slices"

	"shenfa/models"
)

// Directory is whom the actor may name in a form: units to consult, and people
// to stand in for one another.
type Directory struct {
	Units  []models.Unit // all of them: any unit may be consulted
	People []models.User // of the actor's own unit and those of their accounts; all for an administrator
}

// Directory reads it; disabled users are left out.
func (w *Workflow) Directory(ctx context.Context, actor models.Actor) (Directory, error) {
	var d Directory
	if actor.Kind == models.ActorIntegration {
		return d, models.Errorf(models.CodeForbidden, "发布端不能查看通讯录。")
	}
	var err error
	if d.Units, err = w.store.Units(ctx); err != nil {
		return d, err
	}
	if d.People, err = w.store.Users(ctx); err != nil {
		return d, err
	}
	accounts, err := w.Accounts(ctx, actor)
	if err != nil {
		return d, err
	}
	var near []string
	for _, a := range accounts {
		near = append(near, a.UnitID)
	}
	for _, u := range d.People {
		if u.ID == actor.ID {
			near = append(near, u.UnitID)
		}
	}
	d.People = slices.DeleteFunc(d.People, func(u models.User) bool {
		return !u.DisabledAt.IsZero() || !actor.Admin && !slices.Contains(near, u.UnitID)
	})
	return d, nil
}

// Person is the id of a person who is named by id or by sign-in name; the word itself if nobody is.
func (d Directory) Person(named string) string {
	for _, u := range d.People {
		if u.ID == named || u.SignIn == named {
			return u.ID
		}
	}
	return named
}

// UnitNames are the names of all units by their ids.
func (w *Workflow) UnitNames(ctx context.Context) (map[string]string, error) {
	units, err := w.store.Units(ctx)
	names := map[string]string{}
	for _, u := range units {
		names[u.ID] = u.Name
	}
	return names, err
}

// PersonName is the display name of a person; their id if they cannot be read.
func (w *Workflow) PersonName(ctx context.Context, id string) string { return w.personName(ctx, id) }
