package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"shenfa/models"
)

// releaseRow is a row of releases; it never changes.
type releaseRow struct {
	ID          string `gorm:"primaryKey"`
	DraftID     string
	AccountID   string
	Revision    int
	Digest      string
	Serial      int64
	Tier        string
	ReleasedAt  int64
	Document    string
	Certificate string
}

func (releaseRow) TableName() string { return "releases" }

func (r releaseRow) model() models.Release {
	return models.Release{ID: r.ID, DraftID: r.DraftID, AccountID: r.AccountID, Revision: r.Revision, Digest: r.Digest,
		Serial: r.Serial, Tier: models.Tier(r.Tier), Document: rawOf(r.Document), Certificate: rawOf(r.Certificate),
		ReleasedAt: timeOf(r.ReleasedAt)}
}

// InsertRelease writes a release; its serial and its draft's revision are unique.
func (t *Tx) InsertRelease(r models.Release) error {
	return taken(insert(t, releaseRow{ID: r.ID, DraftID: r.DraftID, AccountID: r.AccountID, Revision: r.Revision,
		Digest: r.Digest, Serial: r.Serial, Tier: string(r.Tier), ReleasedAt: millis(r.ReleasedAt),
		Document: string(r.Document), Certificate: string(r.Certificate)}), "该稿件已经签发。")
}

// Release reads one release.
func (s *Store) Release(ctx context.Context, id string) (models.Release, error) {
	var row releaseRow
	if err := s.reads.WithContext(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return models.Release{}, found(err, "没有找到该签发件。")
	}
	return row.model(), nil
}

// Releases lists releases in the order of their ids, from the one after `after`.
func (s *Store) Releases(ctx context.Context, after string, limit int) ([]models.Release, error) {
	var rows []releaseRow
	if err := s.reads.WithContext(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, releaseRow.model), nil
}

// feedRow is a row of feed.
type feedRow struct {
	Position   int64 `gorm:"primaryKey;autoIncrement:false"`
	Op         string
	ReleaseID  string
	AccountID  string
	Reason     string
	Supersedes string
	At         int64
}

func (feedRow) TableName() string { return "feed" }

// InsertFeedEntry appends to the change feed. Position is from Count, taken in
// the same transaction.
func (t *Tx) InsertFeedEntry(e models.FeedEntry) error {
	return insert(t, feedRow{Position: e.Position, Op: string(e.Op), ReleaseID: e.ReleaseID, AccountID: e.AccountID,
		Reason: e.Reason, Supersedes: e.Supersedes, At: millis(e.At)})
}

// Feed reads the feed after a position, in the order of positions, with the
// documents of the releases; nil accounts are all accounts, an empty list none.
func (s *Store) Feed(ctx context.Context, accounts []string, after int64, limit int) ([]models.FeedEntry, error) {
	type joined struct {
		Entry    feedRow `gorm:"embedded"`
		Document string
	}
	parts := [][]string{nil}
	if accounts != nil {
		parts = slices.Collect(slices.Chunk(distinct(accounts), maxBranches))
	}
	var rows []joined
	for _, part := range parts {
		query, args := s.feedPage(part, after, limit)
		var page []joined
		if err := s.reads.WithContext(ctx).Raw(query, args...).Scan(&page).Error; err != nil {
			return nil, explain(err)
		}
		rows = append(rows, page...)
	}
	slices.SortFunc(rows, func(a, b joined) int { return cmp.Compare(a.Entry.Position, b.Entry.Position) })
	return plain(rows[:min(limit, len(rows))], func(r joined) models.FeedEntry {
		e := r.Entry
		return models.FeedEntry{Position: e.Position, Op: models.FeedOp(e.Op), ReleaseID: e.ReleaseID, AccountID: e.AccountID,
			Reason: e.Reason, Supersedes: e.Supersedes, At: timeOf(e.At), Document: rawOf(r.Document)}
	}), nil
}

// feedPage is the query of one page: of each account a short range of its
// index, of these the first, and to them the documents.
func (s *Store) feedPage(accounts []string, after int64, limit int) (string, []any) {
	const columns = "position, op, release_id, account_id, reason, supersedes, at"
	positions := "SELECT position FROM feed WHERE position > ? ORDER BY position LIMIT ?"
	args := []any{after, limit}
	if accounts != nil {
		var parts []string
		args = nil
		for _, account := range accounts {
			parts = append(parts, "SELECT * FROM (SELECT position FROM feed"+s.via("feed_account")+" WHERE account_id=? AND position > ? ORDER BY position LIMIT ?) b")
			args = append(args, account, after, limit)
		}
		positions = strings.Join(parts, " UNION ALL ") + " ORDER BY position LIMIT ?"
		args = append(args, limit)
	}
	return fmt.Sprintf("SELECT f.%s, r.document FROM (%s) w JOIN feed f ON f.position=w.position JOIN releases r ON r.id=f.release_id ORDER BY w.position",
		strings.ReplaceAll(columns, ", ", ", f."), positions), args
}

// FeedHead is the last position of the feed; 0 if it is empty.
func (s *Store) FeedHead(ctx context.Context) (int64, error) {
	var head int64
	err := s.reads.WithContext(ctx).Raw("SELECT COALESCE(MAX(position), 0) FROM feed").Scan(&head).Error
	return head, explain(err)
}

// receiptRow is a row of receipts.
type receiptRow struct {
	ReleaseID   string `gorm:"primaryKey"`
	Channel     string `gorm:"primaryKey"`
	State       string
	URL         string
	PlatformID  string
	Digest      string
	Error       string
	At          int64
	ReceivedAt  int64
	Integration string
	Live        bool
}

func (receiptRow) TableName() string { return "receipts" }

// PutReceipt writes the last word of a channel on a release over the one before.
func (t *Tx) PutReceipt(r models.Receipt) error {
	table := tableOf[receiptRow](t.store)
	sets := make([]string, 0, len(table.columns))
	for _, column := range table.columns[2:] { // after the key
		if t.store.dialect == SQLite {
			sets = append(sets, column+"=excluded."+column)
		} else {
			sets = append(sets, column+"=VALUES("+column+")")
		}
	}
	upsert := " ON DUPLICATE KEY UPDATE "
	if t.store.dialect == SQLite {
		upsert = " ON CONFLICT (release_id, channel) DO UPDATE SET "
	}
	_, err := t.exec(table.one+upsert+strings.Join(sets, ","), table.values(nil, receiptRow{ReleaseID: r.ReleaseID,
		Channel: r.Channel, State: string(r.State), URL: r.URL, PlatformID: r.PlatformID, Digest: r.Digest, Error: r.Error,
		At: millis(r.At), ReceivedAt: millis(r.ReceivedAt), Integration: r.By, Live: r.Live})...)
	return err
}

// Receipts reads what each channel said last of a release, by channel.
func (s *Store) Receipts(ctx context.Context, releaseID string) ([]models.Receipt, error) {
	var rows []receiptRow
	if err := s.reads.WithContext(ctx).Where("release_id = ?", releaseID).Order("channel").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, func(r receiptRow) models.Receipt {
		return models.Receipt{ReleaseID: r.ReleaseID, Channel: r.Channel, State: models.ReceiptState(r.State), URL: r.URL,
			PlatformID: r.PlatformID, Digest: r.Digest, Error: r.Error, At: timeOf(r.At), ReceivedAt: timeOf(r.ReceivedAt), By: r.Integration, Live: r.Live}
	}), nil
}
