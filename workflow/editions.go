package workflow

import (
	"bytes"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/screening"
)

// EditionInput is an edition to import: rule files by name, or a zip archive
// of them. They are laid upon the rules that the program ships: a new file
// adds, one of the same name replaces. UnitID says for which unit it is meant,
// "" for all; it is tried upon the rules that hold there.
type EditionInput struct {
	Files   map[string][]byte
	Archive []byte
	Note    string
	UnitID  string
}

// ImportReport says what those who install an edition should know.
type ImportReport struct {
	screening.Inspection
	Unchanged int `json:"unchanged"` // files that the program ships just so; they are left out
}

// EditionsView is the editions and where they are installed.
type EditionsView struct {
	Shipped string           // edition of the rules that the program ships
	Items   []models.Edition // imported ones first, then whole sets that were in force
	InForce []Force          // what holds for all first, then by unit
}

// Force is what holds in one scope.
type Force struct {
	models.Installation        // the last one of the scope; its Edition is what lies upon the rules
	Unit                string // name; "" for all
	InForce             string // edition of the whole, as reports name it
	Failure             string // why it cannot be used with this program; "" if it can
}

// ImportEdition checks an edition and stores it; nothing is in force by that.
// Mistakes are CodeInvalid, each with its file, line and rule. Importing the
// same again gives what is there.
func (w *Workflow) ImportEdition(ctx context.Context, actor models.Actor, in EditionInput) (models.Edition, ImportReport, error) {
	fail := func(err error) (models.Edition, ImportReport, error) { return models.Edition{}, ImportReport{}, err }
	if err := mustAdmin(actor); err != nil {
		return fail(err)
	}
	files, err := in.files()
	if err != nil {
		return fail(err)
	}
	if utf8.RuneCountInString(in.Note) > MaxComment {
		return fail(models.Invalid([]models.FieldError{{Pointer: "/note", Message: "说明过长。"}}))
	}
	report, files, err := w.tryEdition(ctx, files, in.UnitID)
	if err != nil {
		return fail(err)
	}
	archive, err := WriteArchive(files)
	if err != nil {
		return fail(err)
	}
	e := models.Edition{ID: screening.Address(files), Note: in.Note, CreatedBy: actor.ID, CreatedAt: w.clock()}
	known, _, err := w.store.Edition(ctx, e.ID)
	if models.CodeOf(err) != models.CodeNotFound {
		return known, report, err
	}
	_, err = w.administer(ctx, actor, e.ID, "edition_imported",
		map[string]any{"edition": e.ID, "note": e.Note, "files": slices.Sorted(maps.Keys(files)), "rules": report.Rules, "terms": report.Terms},
		func(tx *store.Tx) error { return tx.InsertEdition(e, archive) })
	return e, report, err
}

func (in EditionInput) files() (map[string][]byte, error) {
	if len(in.Archive) > 0 {
		return ReadArchive(in.Archive)
	}
	return NormalFiles(in.Files)
}

// tryEdition makes an engine of files upon what holds for a unit or for all,
// tries their examples, and inspects them. It leaves out files that are shipped just so.
func (w *Workflow) tryEdition(ctx context.Context, files map[string][]byte, unitID string) (ImportReport, map[string][]byte, error) {
	if _, err := w.engineOf(ctx, ""); err != nil {
		return ImportReport{}, nil, err
	}
	below := &layer{files: w.engine.Rules().Files(), engine: w.shippedEngine}
	if unitID != "" {
		if _, err := w.store.Unit(ctx, unitID); err != nil {
			return ImportReport{}, nil, err
		}
		now, err := w.force(ctx)
		if err != nil {
			return ImportReport{}, nil, err
		}
		below = now.all
	}
	files = maps.Clone(files)
	all := len(files)
	maps.DeleteFunc(files, func(name string, data []byte) bool {
		shipped, there := w.engine.Rules().Files()[name]
		return there && bytes.Equal(shipped, data)
	})
	if len(files) == 0 {
		return ImportReport{}, nil, archiveError("与随程序提供的规则完全相同，无须导入。")
	}
	engine, err := w.derive(below, files, unitID)
	if err != nil {
		return ImportReport{}, nil, mistakes(err)
	}
	base, err := below.engine()
	if err != nil {
		return ImportReport{}, nil, err
	}
	in, err := engine.Inspect(engine.Rules(), w.clean)
	return ImportReport{in.Since(base.Rules(), engine.Rules()), all - len(files)}, files, err
}

func (w *Workflow) shippedEngine() (*screening.Engine, error) { return w.engine, nil }

// maxMistakes is how many mistakes of an edition are named at once.
const maxMistakes = 100

var mistakePlace = regexp.MustCompile(`^([^:\s]+\.(?:toml|tsv))(?::\d+)*(?:: |：)`)

// mistakes makes a domain error of those that the rules have, a field each.
func mistakes(err error) error {
	var f faults
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSpace(line)
		place := mistakePlace.FindStringSubmatch(line)
		switch {
		case len(f) == maxMistakes:
			f.add("/files", "错误过多，其余从略。")
			return invalidEdition(f)
		case place != nil:
			f.add("/files/"+strings.ReplaceAll(place[1], "/", "~1"), "%s", line)
		case line != "" && !strings.HasPrefix(line, "版次 "):
			f.add("/files", "%s", line)
		}
	}
	return invalidEdition(f)
}

func invalidEdition(f faults) error {
	return &models.Error{Code: models.CodeInvalid, Message: "规则有误，未导入；请按提示修改。", Fields: f}
}

// Edition is the edition of the rules that hold for all units.
func (w *Workflow) Edition(ctx context.Context) (string, error) {
	now, err := w.force(ctx)
	if err != nil {
		return "", err
	}
	return now.all.edition, nil
}

// Editions are all editions and where they are installed; for administrators and supervisors.
func (w *Workflow) Editions(ctx context.Context, actor models.Actor) (EditionsView, error) {
	if err := mustWatch(actor); err != nil {
		return EditionsView{}, err
	}
	items, err := w.store.Editions(ctx)
	if err != nil {
		return EditionsView{}, err
	}
	slices.SortStableFunc(items, func(a, b models.Edition) int {
		switch {
		case a.Complete == b.Complete:
			return 0
		case a.Complete:
			return 1
		}
		return -1
	})
	now, err := w.reloadEditions(ctx)
	if err != nil {
		return EditionsView{}, err
	}
	installations, err := w.store.Installations(ctx)
	if err != nil {
		return EditionsView{}, err
	}
	latest := latestOf(installations)
	view := EditionsView{Shipped: w.engine.Edition(), Items: items}
	view.InForce = append(view.InForce, forceAs(latest[""], "", now.all))
	units, err := w.store.Units(ctx)
	if err != nil {
		return EditionsView{}, err
	}
	for _, u := range units {
		if l := now.units[u.ID]; l != nil {
			view.InForce = append(view.InForce, forceAs(latest[u.ID], u.Name, l))
		}
	}
	return view, nil
}

func forceAs(i models.Installation, unit string, l *layer) Force {
	f := Force{Installation: i, Unit: unit, InForce: l.edition}
	if _, err := l.engine(); err != nil {
		f.Failure = err.Error()
	}
	return f
}

// EditionFiles is one edition with its files, for export: "" is what is in
// force for all; for administrators and supervisors.
func (w *Workflow) EditionFiles(ctx context.Context, actor models.Actor, id string) (models.Edition, map[string][]byte, error) {
	if err := mustWatch(actor); err != nil {
		return models.Edition{}, nil, err
	}
	now, err := w.reloadEditions(ctx)
	if err != nil {
		return models.Edition{}, nil, err
	}
	if id == "" {
		id = now.all.edition
	}
	e, archive, err := w.store.Edition(ctx, id)
	if err == nil {
		files, err := ReadArchive(archive)
		return e, files, err
	}
	if models.CodeOf(err) != models.CodeNotFound {
		return e, nil, err
	}
	whole := models.Edition{ID: id, Complete: true, CreatedBy: models.System().ID}
	if id == w.engine.Edition() {
		return whole, w.engine.Rules().Files(), nil
	}
	if l := now.holding(id); l != nil {
		return whole, l.files, nil
	}
	return e, nil, err
}
