package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"shenfa/models"
)

// draftRow is a row of drafts. DueAt is noLimit where there is no time limit.
type draftRow struct {
	ID           string `gorm:"primaryKey"`
	Number       string
	UnitID       string
	AccountID    string
	State        string
	Step         int
	Tier         string
	TierReasons  string
	TierFloor    string
	DeclaredTier string
	Urgent       bool
	Consult      string
	Title        string
	Kind         string
	Format       string
	Revision     int
	Digest       string
	Outcome      string
	Edition      string
	Profile      string
	Route        string
	CreatedBy    string
	LastEditor   string
	Writers      string
	Round        int
	ReleaseID    string
	Corrects     string
	ChainN       int64
	ChainHead    string
	Version      int64
	DueAt        int64
	SubmittedAt  int64
	CreatedAt    int64
	UpdatedAt    int64
}

func (draftRow) TableName() string { return "drafts" }

func draftRowOf(d models.Draft) (draftRow, error) {
	reasons, err1 := listText(d.TierReasons)
	consult, err2 := listText(d.Consult)
	route, err3 := listText(d.Route)
	writers, err4 := listText(d.Writers)
	return draftRow{
		ID: d.ID, Number: d.Number, UnitID: d.UnitID, AccountID: d.AccountID, State: string(d.State), Step: d.Step,
		Tier: string(d.Tier), TierReasons: reasons, TierFloor: string(d.TierFloor), DeclaredTier: string(d.DeclaredTier),
		Urgent: d.Urgent, Consult: consult, Title: d.Title, Kind: string(d.Kind), Format: string(d.Format),
		Revision: d.Revision, Digest: d.Digest, Outcome: string(d.Outcome), Edition: d.Edition, Profile: d.Profile,
		Route: route, CreatedBy: d.CreatedBy, LastEditor: d.LastEditor, Writers: writers, Round: d.Round, ReleaseID: d.ReleaseID, Corrects: d.Corrects,
		ChainN: d.ChainN, ChainHead: d.ChainHead, Version: d.Version, DueAt: dueMillis(d.DueAt),
		SubmittedAt: millis(d.SubmittedAt), CreatedAt: millis(d.CreatedAt), UpdatedAt: millis(d.UpdatedAt),
	}, errors.Join(err1, err2, err3, err4)
}

func (r draftRow) model() (models.Draft, error) {
	d := models.Draft{
		ID: r.ID, Number: r.Number, UnitID: r.UnitID, AccountID: r.AccountID, State: models.State(r.State), Step: r.Step,
		Tier: models.Tier(r.Tier), TierFloor: models.Tier(r.TierFloor), DeclaredTier: models.Tier(r.DeclaredTier),
		Urgent: r.Urgent, Title: r.Title, Kind: models.Kind(r.Kind), Format: models.Format(r.Format),
		Revision: r.Revision, Digest: r.Digest, Outcome: models.Outcome(r.Outcome), Edition: r.Edition, Profile: r.Profile,
		CreatedBy: r.CreatedBy, LastEditor: r.LastEditor, Round: r.Round, ReleaseID: r.ReleaseID, Corrects: r.Corrects,
		ChainN: r.ChainN, ChainHead: r.ChainHead, Version: r.Version, DueAt: dueOf(r.DueAt),
		SubmittedAt: timeOf(r.SubmittedAt), CreatedAt: timeOf(r.CreatedAt), UpdatedAt: timeOf(r.UpdatedAt),
	}
	return d, errors.Join(parse(r.TierReasons, &d.TierReasons), parse(r.Consult, &d.Consult), parse(r.Route, &d.Route), parse(r.Writers, &d.Writers))
}

// InsertDraft writes a new draft, and the terms by which its title and number are found.
func (t *Tx) InsertDraft(d models.Draft) error {
	row, err := draftRowOf(d)
	if err != nil {
		return err
	}
	if err := insert(t, row); err != nil {
		return taken(err, "该稿件已经存在。")
	}
	return t.insertTerms(d)
}

// updateDraft sets what may change, but for the columns that stand in an index.
const updateDraft = `UPDATE drafts SET version=?, number=?, step=?, tier=?, tier_reasons=?, tier_floor=?, declared_tier=?,
urgent=?, consult=?, title=?, kind=?, format=?, revision=?, digest=?, outcome=?, edition=?, profile=?, route=?,
last_editor=?, writers=?, round=?, release_id=?, corrects=?, chain_n=?, chain_head=?, submitted_at=?, updated_at=?`

// UpdateDraft replaces the row that was read as was with now, and gives it the
// version after was.Version. If the stored row is no longer was (version,
// state, digest), nothing changes and the error is a conflict. ID, unit,
// account, creator and time of creation stay.
func (t *Tx) UpdateDraft(was, now models.Draft) error {
	r, err := draftRowOf(now)
	if err != nil {
		return err
	}
	query := updateDraft
	args := []any{was.Version + 1, r.Number, r.Step, r.Tier, r.TierReasons, r.TierFloor, r.DeclaredTier,
		r.Urgent, r.Consult, r.Title, r.Kind, r.Format, r.Revision, r.Digest, r.Outcome, r.Edition, r.Profile, r.Route,
		r.LastEditor, r.Writers, r.Round, r.ReleaseID, r.Corrects, r.ChainN, r.ChainHead, r.SubmittedAt, r.UpdatedAt}
	// SQLite writes the index entries of each column that is named, changed or not.
	if now.State != was.State {
		query, args = query+", state=?", append(args, r.State)
	}
	if r.DueAt != dueMillis(was.DueAt) {
		query, args = query+", due_at=?", append(args, r.DueAt)
	}
	n, err := t.exec(query+" WHERE id=? AND version=? AND state=? AND digest=?",
		append(args, was.ID, was.Version, string(was.State), was.Digest)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return models.Errorf(models.CodeConflict, "该稿件已被他人处理，请刷新后再试。")
	}
	if now.Title == was.Title && now.Number == was.Number {
		return nil
	}
	if err := t.deleteTerms(was); err != nil {
		return err
	}
	now.ID, now.AccountID = was.ID, was.AccountID
	return t.insertTerms(now)
}

// Draft reads one draft.
func (s *Store) Draft(ctx context.Context, id string) (models.Draft, error) {
	var row draftRow
	if err := s.reads.WithContext(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return models.Draft{}, found(err, "没有找到该稿件。")
	}
	return row.model()
}

// DraftFilter says which drafts to list.
type DraftFilter struct {
	Accounts []string       // of these accounts; none gives no drafts
	States   []models.State // in one of these states; none means any
	Text     string         // whose title holds the text, or whose number is it (2026-00012, 00012 or 12)
	Before   string         // a draft's id: only older ones (the next page)
	Limit    int            // 50 if it is 0
	Sealed   []string       // accounts whose sealed drafts are listed too; of others they are left out even if States names theirs
	SealedOf string         // person: the sealed drafts that they created are listed too
}

func (f DraftFilter) limit() int {
	if f.Limit <= 0 {
		return 50
	}
	return f.Limit
}

// shows says whether the filter lets a draft pass as far as its seal goes.
func (f DraftFilter) shows(d models.Draft) bool {
	return !d.Sealed() || slices.Contains(f.Sealed, d.AccountID) || f.SealedOf != "" && d.CreatedBy == f.SealedOf
}

// unsealed is shows as a condition on the drafts of an account.
func (f DraftFilter) unsealed(account string) (string, []any) {
	if slices.Contains(f.Sealed, account) {
		return "", nil
	}
	return " AND (NOT (state=? OR state=? AND outcome=?) OR created_by=?)",
		[]any{string(models.StateLocked), string(models.StateRejected), string(models.OutcomeLocked), f.SealedOf}
}

// maxBranches bounds the parts of one UNION ALL (SQLite allows 500).
const maxBranches = 100

// Drafts lists drafts, newest first. Each account (and state) is one short
// range of an index, so the cost is that of the page, not of the archive.
func (s *Store) Drafts(ctx context.Context, f DraftFilter) ([]models.Draft, error) {
	if f.Text != "" {
		return s.search(ctx, f)
	}
	return s.collect(ctx, listBranches(f), newestFirst, "id", f.limit())
}

func listBranches(f DraftFilter) []branch {
	var branches []branch
	for _, account := range distinct(f.Accounts) {
		where, args := "account_id=?", []any{account}
		if f.Before != "" {
			where, args = where+" AND id<?", append(args, f.Before)
		}
		if len(f.States) == 0 {
			unsealed, sealedArgs := f.unsealed(account)
			branches = append(branches, branch{"drafts_account", where + unsealed, append(args, sealedArgs...)})
		}
		for _, state := range distinct(f.States) {
			b := branch{"drafts_state", where + " AND state=?", append(args[:len(args):len(args)], string(state))}
			if state == models.StateLocked || state == models.StateRejected {
				unsealed, sealedArgs := f.unsealed(account)
				b.where, b.args = b.where+unsealed, append(b.args, sealedArgs...)
			}
			branches = append(branches, b)
		}
	}
	return branches
}

// branch is one range of an index of drafts.
type branch struct {
	index string
	where string
	args  []any
}

// unionOf is the query that reads the first drafts of all branches: of each
// branch the first keys alone from its index, of these the first, and of them
// the rows. Order is over the columns keys.
func (s *Store) unionOf(branches []branch, order, keys string, limit int) (string, []any) {
	var query strings.Builder
	var args []any
	query.WriteString("SELECT d.* FROM (")
	for i, b := range branches {
		if i > 0 {
			query.WriteString(" UNION ALL ")
		}
		query.WriteString("SELECT * FROM (SELECT " + keys + " FROM drafts" + s.via(b.index) + " WHERE " + b.where + " ORDER BY " + order + " LIMIT ?) b")
		args = append(append(args, b.args...), limit)
	}
	query.WriteString(" ORDER BY " + order + " LIMIT ?) w JOIN drafts d ON d.id=w.id ORDER BY ")
	query.WriteString("w." + strings.ReplaceAll(order, ", ", ", w."))
	return query.String(), append(args, limit)
}

// collect reads the first drafts of all branches.
func (s *Store) collect(ctx context.Context, branches []branch, order, keys string, limit int) ([]models.Draft, error) {
	var rows []draftRow
	for len(branches) > 0 {
		n := min(len(branches), maxBranches)
		query, args := s.unionOf(branches[:n], order, keys, limit)
		branches = branches[n:]
		var part []draftRow
		if err := s.reads.WithContext(ctx).Raw(query, args...).Scan(&part).Error; err != nil {
			return nil, explain(err)
		}
		rows = append(rows, part...)
	}
	sortDrafts(rows, order)
	return each(rows[:min(limit, len(rows))], draftRow.model)
}
