package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shenfa/models"
)

// Place is where drafts wait: a state of an account. Drafts of which Writer
// (a person; "" for none) wrote any revision are left out.
type Place struct {
	AccountID string
	State     models.State
	Writer    string
}

// where is the condition on the drafts of a place.
func (p Place) where() (string, []any) {
	where, args := "account_id=? AND state=?", []any{p.AccountID, string(p.State)}
	if p.Writer != "" {
		where, args = where+" AND writers NOT LIKE ?", append(args, `%"`+p.Writer+`"%`)
	}
	return where, args
}

// WaitingCursor is the last draft of the page before; its zero value begins at the first page.
type WaitingCursor struct {
	DueAt time.Time
	ID    string
}

// Orders of drafts; each is that of an index.
const (
	newestFirst = "id DESC"
	dueFirst    = "due_at, id"
)

// Waiting lists the drafts that wait at the places, oldest due time first and
// those without a time limit last. Each place is one short range of an index.
func (s *Store) Waiting(ctx context.Context, places []Place, after WaitingCursor, limit int) ([]models.Draft, error) {
	return s.collect(ctx, waitingBranches(places, after), dueFirst, "due_at, id", limit)
}

func waitingBranches(places []Place, after WaitingCursor) []branch {
	var branches []branch
	for _, place := range distinct(places) {
		b := branch{index: "drafts_inbox"}
		b.where, b.args = place.where()
		if after.ID != "" {
			due := dueMillis(after.DueAt)
			b.where += " AND due_at>=? AND (due_at>? OR id>?)"
			b.args = append(b.args, due, due, after.ID)
		}
		branches = append(branches, b)
	}
	return branches
}

// sortDrafts orders the rows of several queries.
func sortDrafts(rows []draftRow, order string) {
	slices.SortFunc(rows, func(a, b draftRow) int {
		if order == newestFirst {
			return cmp.Compare(b.ID, a.ID)
		}
		return cmp.Or(cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID))
	})
}

// CountWaiting counts the drafts at each place, by account and state; a place
// without any is not in the map. Its cost is that of what waits, so it is for waiting states alone.
func (s *Store) CountWaiting(ctx context.Context, places []Place) (map[Place]int, error) {
	counts := map[Place]int{}
	wanted := distinct(places)
	for part := range slices.Chunk(wanted, maxBranches) {
		query, args := countWaiting(part)
		var rows []struct {
			AccountID string
			State     models.State
			N         int
		}
		if err := s.reads.WithContext(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
			return nil, explain(err)
		}
		for _, row := range rows {
			if row.N > 0 {
				counts[Place{AccountID: row.AccountID, State: row.State}] = row.N
			}
		}
	}
	return counts, nil
}

func countWaiting(places []Place) (query string, args []any) {
	for i, place := range places {
		if i > 0 {
			query += " UNION ALL "
		}
		where, wanted := place.where()
		query += "SELECT ? AS account_id, ? AS state, COUNT(*) AS n FROM drafts WHERE " + where
		args = append(append(args, place.AccountID, string(place.State)), wanted...)
	}
	return query, args
}

// distinct is the list without repetitions, in its order.
func distinct[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	unique := make([]T, 0, len(list))
	for _, item := range list {
		if !seen[item] {
			seen[item] = true
			unique = append(unique, item)
		}
	}
	return unique
}
