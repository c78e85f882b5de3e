package workflow

import (
	"context"
	"maps"
	"slices"

	"shenfa/models"
	"shenfa/models/store"
)

// InstallEdition puts an edition in force for a unit, or with unitID "" for
// all; that of the shipped rules takes away what was installed there. This
// replica has it at once, the others within seconds. It is tried first upon
// the rules that hold, and with those of all units: a mistake is CodeInvalid,
// and nothing changes.
func (w *Workflow) InstallEdition(ctx context.Context, actor models.Actor, id, unitID string) (Force, error) {
	if err := mustAdmin(actor); err != nil {
		return Force{}, err
	}
	unit, err := w.scope(ctx, unitID)
	if err != nil {
		return Force{}, err
	}
	if done, err := w.once(ctx, actor); err != nil || done != "" {
		return w.forceIn(ctx, unit, err)
	}
	if id == w.engine.Edition() {
		id = ""
	} else if _, _, err := w.store.Edition(ctx, id); err != nil {
		return Force{}, err
	}
	installations, err := w.store.Installations(ctx)
	if err != nil {
		return Force{}, err
	}
	latest := latestOf(installations)[unitID]
	if latest.Edition == id { // so it is
		return w.forceIn(ctx, unit, nil)
	}
	i := models.Installation{UnitID: unitID, Edition: id, By: actor.ID, At: w.clock(), Version: 1}
	if n := len(installations); n > 0 {
		i.Version = installations[n-1].Version + 1
	}
	next, err := w.tryInstall(ctx, append(installations, i))
	if err != nil {
		return Force{}, err
	}
	l := next.of(unitID)
	_, err = w.administer(ctx, actor, l.edition, "edition_installed",
		map[string]any{"version": i.Version, "edition": id, "before": latest.Edition, "unit": unitID, "in_force": l.edition},
		func(tx *store.Tx) error { return tx.Install(i) })
	if err != nil {
		return Force{}, err
	}
	w.forces.take(next)
	return forceAs(i, unit.Name, l), nil
}

// tryInstall makes all engines that the installations ask for.
func (w *Workflow) tryInstall(ctx context.Context, installations []models.Installation) (*inForce, error) {
	if _, err := w.engineOf(ctx, ""); err != nil && models.CodeOf(err) != models.CodeUnavailable {
		return nil, err
	}
	next, err := w.forceOf(ctx, installations)
	if err != nil {
		return nil, err
	}
	failed := next.failures()
	var f faults
	for _, unitID := range slices.Sorted(maps.Keys(failed)) {
		where := "通用规则"
		if u, err := w.store.Unit(ctx, unitID); err == nil {
			where = "“" + u.Name + "”的规则"
		}
		cause := failed[unitID]
		if e, ok := cause.(*models.Error); ok && e.Cause != nil {
			cause = e.Cause
		}
		f.add("/edition", "%s：%v", where, cause)
	}
	if len(f) > 0 {
		return nil, &models.Error{Code: models.CodeInvalid, Message: "该版次不能安装，现行词库未变。", Fields: f}
	}
	return next, nil
}

// scope is the unit of an installation; the zero unit stands for all.
func (w *Workflow) scope(ctx context.Context, unitID string) (models.Unit, error) {
	if unitID == "" {
		return models.Unit{}, nil
	}
	return w.store.Unit(ctx, unitID)
}

// forceIn is what holds in a scope now.
func (w *Workflow) forceIn(ctx context.Context, unit models.Unit, err error) (Force, error) {
	if err != nil {
		return Force{}, err
	}
	now, err := w.reloadEditions(ctx)
	if err != nil {
		return Force{}, err
	}
	installations, err := w.store.Installations(ctx)
	return forceAs(latestOf(installations)[unit.ID], unit.Name, now.of(unit.ID)), err
}

// of is the layer that holds for a unit ("": for all).
func (f *inForce) of(unitID string) *layer {
	if l := f.units[unitID]; l != nil {
		return l
	}
	return f.all
}

// take puts what was just installed in force, unless something later is.
func (f *forces) take(next *inForce) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now.Load(); now == nil || now.version < next.version {
		f.now.Store(next)
	}
}
