package workflow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/screening"
)

// forces is what this replica knows of the installed editions. Readers take
// the whole of it at once, so that none sees a part of a change.
type forces struct {
	mu  sync.Mutex // held while now is replaced
	now atomic.Pointer[inForce]

	kept atomic.Pointer[inForce] // the last one whose rules are stored
}

// inForce is which rules hold where, as of one installation.
type inForce struct {
	version int64
	all     *layer            // where a unit has none of its own
	units   map[string]*layer // by unit id
	recent  []*layer          // in force before, the last one at the end
}

// layer is the shipped rules with what is installed upon them.
type layer struct {
	edition string
	files   map[string][]byte
	engine  func() (*screening.Engine, error) // made once, at the first use
}

// engineOf is the engine for the drafts of a unit ("": none in particular).
// Rules that do not fit the shipped ones any more are CodeUnavailable: nothing
// is released unscreened.
func (w *Workflow) engineOf(ctx context.Context, unitID string) (*screening.Engine, error) {
	select {
	case <-w.engine.Ready():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now, err := w.force(ctx)
	if err != nil {
		return nil, err
	}
	return now.of(unitID).engine()
}

// force is what is in force as this replica knows it.
func (w *Workflow) force(ctx context.Context) (*inForce, error) {
	if now := w.forces.now.Load(); now != nil {
		return now, nil
	}
	return w.reloadEditions(ctx)
}

// reloadEditions takes over what is installed, if it has changed. Until all
// engines of a change are made, readers go on with those that they have.
func (w *Workflow) reloadEditions(ctx context.Context) (*inForce, error) {
	w.forces.mu.Lock()
	defer w.forces.mu.Unlock()
	now := w.forces.now.Load()
	version, err := w.store.Installed(ctx)
	if err != nil || now != nil && now.version == version {
		return now, err
	}
	installations, err := w.store.Installations(ctx)
	if err != nil {
		return nil, err
	}
	next, err := w.forceOf(ctx, installations)
	if err != nil {
		return nil, err
	}
	if now != nil {
		_ = next.failures() // they are told by those who ask for the engine
	}
	w.forces.now.Store(next)
	return next, nil
}

// forceOf lays the editions that are installed upon the shipped rules: those
// for all units, then those for each.
func (w *Workflow) forceOf(ctx context.Context, installations []models.Installation) (*inForce, error) {
	f := &inForce{units: map[string]*layer{}}
	for _, i := range installations {
		f.version = max(f.version, i.Version)
	}
	shipped := w.engine.Rules()
	base := &layer{edition: shipped.Edition(), files: shipped.Files(), engine: w.shippedEngine}
	latest := latestOf(installations)
	var err error
	if f.all, err = w.layerOn(ctx, base, latest[""]); err != nil {
		return nil, err
	}
	for unitID, i := range latest {
		if unitID == "" || i.Edition == "" {
			continue
		}
		if f.units[unitID], err = w.layerOn(ctx, f.all, i); err != nil {
			return nil, err
		}
	}
	f.recent = w.forces.now.Load().before(f, w.enginesKept)
	return f, nil
}

// before are the last n layers that were in force up to f, and are not in next.
func (f *inForce) before(next *inForce, n int) []*layer {
	if f == nil || n <= 0 {
		return nil
	}
	recent := slices.DeleteFunc(slices.Concat(f.recent, []*layer{f.all}, slices.Collect(maps.Values(f.units))),
		func(l *layer) bool { return next.holding(l.edition) != nil })
	return recent[max(0, len(recent)-n):]
}

// latestOf is the last installation of each scope.
func latestOf(installations []models.Installation) map[string]models.Installation {
	latest := map[string]models.Installation{}
	for _, i := range installations {
		latest[i.UnitID] = i
	}
	return latest
}

// layerOn is the layer below with an installed edition upon it.
func (w *Workflow) layerOn(ctx context.Context, below *layer, i models.Installation) (*layer, error) {
	if i.Edition == "" {
		return below, nil
	}
	_, archive, err := w.store.Edition(ctx, i.Edition)
	if err != nil {
		return nil, err
	}
	files, err := ReadArchive(archive)
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", i.Edition, err)
	}
	return w.layer(below, files, i.UnitID), nil
}

// derive makes the engine of a layer. A unit adds files and takes none away;
// nobody takes away what locks.
func (w *Workflow) derive(below *layer, files map[string][]byte, unitID string) (*screening.Engine, error) {
	engine, err := below.engine()
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if known, there := below.files[name]; there && unitID != "" && !bytes.Equal(known, files[name]) {
			errs = append(errs, fmt.Errorf("%s:1: 与通用规则的文件同名；单位的规则只能增补，请改用其他文件名", name))
		}
	}
	rules, err := engine.Rules().With(files)
	errs = append(errs, err)
	if lost := engine.Rules().Lost(rules); len(lost) > 0 {
		errs = append(errs, fmt.Errorf("涉密规则不能删除或降级：%s", strings.Join(lost, "、")))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return engine.Derive(rules)
}

// layer lays files upon a layer. An engine of the same edition that this
// replica has already is used again.
func (w *Workflow) layer(below *layer, files map[string][]byte, unitID string) *layer {
	all := maps.Clone(below.files)
	maps.Copy(all, files)
	l := &layer{edition: screening.Address(all), files: all}
	if known := w.forces.now.Load().holding(l.edition); known != nil {
		l.engine = known.engine
		return l
	}
	l.engine = sync.OnceValues(func() (*screening.Engine, error) {
		engine, err := w.derive(below, files, unitID)
		if err != nil {
			err = models.Errorf(models.CodeUnavailable, "已安装的词库与当前程序的规则不相容，机审暂停，请联系系统管理员。").Because(err)
		}
		return engine, err
	})
	return l
}

// holding is the layer with that edition, in force now or kept from before, or nil.
func (f *inForce) holding(edition string) *layer {
	if f == nil {
		return nil
	}
	if f.all.edition == edition {
		return f.all
	}
	for _, l := range f.units {
		if l.edition == edition {
			return l
		}
	}
	if i := slices.IndexFunc(f.recent, func(l *layer) bool { return l.edition == edition }); i >= 0 {
		return f.recent[i]
	}
	return nil
}

// failures makes all engines and gives, by unit, why some cannot be made.
func (f *inForce) failures() map[string]error {
	failed := map[string]error{}
	if _, err := f.all.engine(); err != nil {
		failed[""] = err
	}
	for unitID, l := range f.units {
		if _, err := l.engine(); err != nil {
			failed[unitID] = err
		}
	}
	return failed
}

// FollowEditions takes over what has been installed by any replica; to be
// called every second or so: it reads one row. It stores each whole set of
// rules that comes in force, so that what a report names can be shown later.
func (w *Workflow) FollowEditions(ctx context.Context) error {
	now, err := w.reloadEditions(ctx)
	if err != nil || now == w.forces.kept.Load() {
		return err
	}
	for unitID, err := range now.failures() { // makes the engines before they are asked for
		w.log.Error("an installed edition cannot be used", "unit", unitID, "error", err)
	}
	if err := w.keepEditions(ctx, now); err != nil {
		return err
	}
	w.log.Info("editions in force", "version", now.version, "edition", now.all.edition, "units", len(now.units))
	w.forces.kept.Store(now)
	return nil
}

// keepEditions stores the whole sets of rules that are in force.
func (w *Workflow) keepEditions(ctx context.Context, f *inForce) error {
	layers := []*layer{f.all}
	for _, l := range f.units {
		layers = append(layers, l)
	}
	for _, l := range layers {
		if _, _, err := w.store.Edition(ctx, l.edition); models.CodeOf(err) != models.CodeNotFound {
			if err != nil {
				return err
			}
			continue
		}
		archive, err := WriteArchive(l.files)
		if err != nil {
			return err
		}
		e := models.Edition{ID: l.edition, Complete: true, CreatedBy: models.System().ID, CreatedAt: w.clock()}
		err = w.store.Update(ctx, func(tx *store.Tx) error { return tx.InsertEdition(e, archive) })
		if err != nil && models.CodeOf(err) != models.CodeConflict { // another replica was faster
			return err
		}
	}
	return nil
}
