package store

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"shenfa/models"
)

// termRow is a row of draft_terms: one term of a draft's title or number.
//
// Terms of a title are its pairs of neighbouring characters, after folding,
// and its last character alone; so a word of two Chinese characters is one
// range of the key, and one of a single character too. Terms of a number
// begin with #: the whole, its count, and its count without zeros.
type termRow struct {
	Term      string `gorm:"primaryKey"`
	AccountID string `gorm:"primaryKey"`
	DraftID   string `gorm:"primaryKey"`
}

func (termRow) TableName() string { return "draft_terms" }

// fold makes full-width letters half-width and capital ones small.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '　':
			r = ' '
		}
		return unicode.ToLower(r)
	}, text)
}

func separates(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsControl(r) }

// pairs are the distinct pairs of neighbouring characters of a folded text,
// and the characters that no other follows.
func pairs(folded string) (two, last []string) {
	runes := []rune(folded)
	for i, r := range runes {
		switch {
		case separates(r):
		case i+1 == len(runes) || separates(runes[i+1]):
			last = append(last, string(r))
		default:
			two = append(two, string(runes[i:i+2]))
		}
	}
	return distinct(two), distinct(last)
}

func numberTerms(number string) []string {
	if number == "" {
		return nil
	}
	_, count, _ := strings.Cut(number, "-")
	terms := []string{"#" + number}
	for _, part := range []string{count, strings.TrimLeft(count, "0")} {
		if part != "" {
			terms = append(terms, "#"+part)
		}
	}
	return distinct(terms)
}

func termsOf(d models.Draft) []string {
	two, last := pairs(fold(d.Title))
	return append(append(two, last...), numberTerms(d.Number)...)
}

func (t *Tx) insertTerms(d models.Draft) error {
	terms := termsOf(d)
	if len(terms) == 0 {
		return nil
	}
	if t.store.dialect == SQLite { // one prepared statement, however many terms
		list, err := jsonText(terms)
		if err != nil {
			return err
		}
		_, err = t.exec("INSERT INTO draft_terms (term,account_id,draft_id) SELECT value,?,? FROM json_each(?)", d.AccountID, d.ID, list)
		return err
	}
	args := make([]any, 0, 3*len(terms))
	for _, term := range terms {
		args = append(args, term, d.AccountID, d.ID)
	}
	_, err := t.exec("INSERT INTO draft_terms (term,account_id,draft_id) VALUES (?,?,?)"+strings.Repeat(",(?,?,?)", len(terms)-1), args...)
	return err
}

func (t *Tx) deleteTerms(d models.Draft) error {
	terms := termsOf(d)
	if len(terms) == 0 {
		return nil
	}
	args := []any{d.AccountID, d.ID}
	for _, term := range terms {
		args = append(args, term)
	}
	_, err := t.exec("DELETE FROM draft_terms WHERE account_id=? AND draft_id=? AND term IN ("+marks(len(terms))+")", args...)
	return err
}

// maxPairs bounds the pairs of a search that the database looks up; the whole
// text is compared afterwards.
const maxPairs = 6

// search lists the drafts whose title holds f.Text or whose number it is,
// newest first. Candidates come from the terms; those that hold the pairs but
// not the text are dropped here.
func (s *Store) search(ctx context.Context, f DraftFilter) ([]models.Draft, error) {
	text := fold(strings.TrimSpace(f.Text))
	number := "#" + strings.TrimSpace(f.Text)
	states := map[models.State]bool{}
	for _, state := range f.States {
		states[state] = true
	}
	matches := func(d models.Draft) bool {
		hit := strings.Contains(fold(d.Title), text)
		for _, term := range numberTerms(d.Number) {
			hit = hit || term == number
		}
		return hit && (len(states) == 0 || states[d.State]) && f.shows(d)
	}
	var list []models.Draft
	for accounts := range slices.Chunk(distinct(f.Accounts), maxBranches) {
		part, err := s.searchIn(ctx, accounts, f, text, number, matches)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	slices.SortFunc(list, func(a, b models.Draft) int { return strings.Compare(b.ID, a.ID) })
	return list[:min(len(list), f.limit())], nil
}

// searchIn reads candidates of some accounts until the page is full.
func (s *Store) searchIn(ctx context.Context, accounts []string, f DraftFilter, text, number string,
	matches func(models.Draft) bool) ([]models.Draft, error) {
	var list []models.Draft
	size := 2 * f.limit()
	for before := f.Before; ; {
		query, args := candidates(accounts, text, number, before, size)
		var rows []draftRow
		if err := s.reads.WithContext(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
			return nil, explain(err)
		}
		for _, row := range rows {
			draft, err := row.model()
			if err != nil {
				return nil, err
			}
			if matches(draft) {
				list = append(list, draft)
			}
			before = row.ID
		}
		if len(rows) < size || len(list) >= f.limit() {
			return list, nil
		}
	}
}

// candidates is the query for the drafts before an id that hold all pairs of
// the text, or that bear the number.
func candidates(accounts []string, text, number, before string, limit int) (string, []any) {
	two, last := pairs(text)
	var parts []string
	var args []any
	add := func(term string, termArgs []any, account string, further ...string) {
		part := "SELECT * FROM (SELECT DISTINCT t.draft_id FROM draft_terms t WHERE " + term + " AND t.account_id=?"
		args = append(append(args, termArgs...), account)
		if before != "" {
			part, args = part+" AND t.draft_id<?", append(args, before)
		}
		for _, pair := range further {
			part += " AND EXISTS (SELECT 1 FROM draft_terms u WHERE u.term=? AND u.account_id=t.account_id AND u.draft_id=t.draft_id)"
			args = append(args, pair)
		}
		parts = append(parts, part+" ORDER BY t.draft_id DESC LIMIT ?) b")
		args = append(args, limit)
	}
	for _, account := range accounts {
		switch {
		case len(two) > 0:
			add("t.term=?", []any{two[0]}, account, two[1:min(len(two), maxPairs)]...)
		case len(last) > 0:
			add("t.term>=? AND t.term<?", []any{last[0], last[0] + "\U0010FFFF"}, account)
		}
		add("t.term=?", []any{number}, account)
	}
	return "SELECT d.* FROM (SELECT DISTINCT draft_id FROM (" + strings.Join(parts, " UNION ALL ") + ") a ORDER BY draft_id DESC LIMIT ?) w" +
		" JOIN drafts d ON d.id=w.draft_id ORDER BY w.draft_id DESC", append(args, limit)
}
