package workflow

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"shenfa/models"
	"shenfa/models/store"
)

// Bounds of a feed request.
const (
	MaxFeedLimit   = 500
	MaxFeedWait    = 30 * time.Second
	feedPollEvery  = 500 * time.Millisecond // how soon a release of another replica is seen
	defaultPerPage = 50
)

// bell wakes everyone who waits, once.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait gives a channel that the next ring closes.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// Feed reads the change feed of the accounts that the actor may pull, in
// commit order, after a cursor. With Wait it comes back as soon as there is an
// item. Errors: CodeInvalid for a cursor that is none, CodeNotFound for an
// account out of reach.
func (w *Workflow) Feed(ctx context.Context, actor models.Actor, q FeedQuery) (FeedPage, error) {
	accounts := actor.VisibleAccounts()
	if q.Account != "" {
		if !slices.Contains(accounts, q.Account) {
			return FeedPage{}, models.Errorf(models.CodeNotFound, "没有这个账号，或此令牌不能拉取该账号。")
		}
		accounts = []string{q.Account}
	}
	after, err := feedPosition(q.After)
	if err != nil {
		return FeedPage{}, err
	}
	if q.Limit <= 0 || q.Limit > MaxFeedLimit {
		q.Limit = defaultPerPage
	}
	if len(accounts) == 0 {
		return FeedPage{Items: []FeedItem{}, Next: feedCursor(after)}, nil
	}
	deadline := time.NewTimer(min(q.Wait, MaxFeedWait))
	defer deadline.Stop()
	poll := time.NewTicker(feedPollEvery)
	defer poll.Stop()
	for {
		rung := w.released.wait()
		page, err := w.feedPage(ctx, actor, accounts, after, q.Limit)
		if err != nil || len(page.Items) > 0 || q.Wait <= 0 {
			return page, err
		}
		select {
		case <-rung:
		case <-poll.C:
		case <-deadline.C:
			return page, nil
		case <-ctx.Done():
			return page, nil
		}
	}
}

func (w *Workflow) feedPage(ctx context.Context, actor models.Actor, accounts []string, after int64, limit int) (FeedPage, error) {
	entries, err := w.store.Feed(ctx, accounts, after, limit+1)
	if err != nil {
		return FeedPage{}, err
	}
	if len(entries) == 0 && after > 0 {
		if err := w.cursorKept(ctx, after); err != nil {
			return FeedPage{}, err
		}
	}
	page := FeedPage{Items: []FeedItem{}, Next: feedCursor(after), HasMore: len(entries) > limit}
	for _, e := range entries[:min(limit, len(entries))] {
		page.Next = feedCursor(e.Position)
		page.Items = append(page.Items, FeedItem{Cursor: page.Next, Op: e.Op, At: e.At, Release: e.Document, Reason: e.Reason, Supersedes: e.Supersedes})
	}
	return page, w.recordPull(ctx, actor, entries[:min(limit, len(entries))])
}

// cursorKept refuses a cursor beyond the end of the feed: it comes from a
// history that is no more, such as that before a backup was restored.
func (w *Workflow) cursorKept(ctx context.Context, after int64) error {
	head, err := w.store.FeedHead(ctx)
	if err == nil && after > head {
		return models.Errorf(models.CodeExpired, "此游标对应的记录已不存在（数据库可能已从备份恢复），请用空游标从头拉取。")
	}
	return err
}

// recordPull keeps which integration pulled what, once each. What this process
// has recorded already is not written again.
func (w *Workflow) recordPull(ctx context.Context, actor models.Actor, entries []models.FeedEntry) error {
	if actor.Kind != models.ActorIntegration {
		return nil
	}
	at := w.clock()
	var fresh []models.Pull
	for _, e := range entries {
		pull := models.Pull{ReleaseID: e.ReleaseID, Integration: actor.ID, Position: e.Position}
		if !w.pulls.holds(pull) {
			pull.At = at
			fresh = append(fresh, pull)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := w.store.Update(ctx, func(tx *store.Tx) error { return tx.InsertPulls(fresh) }); err != nil {
		return err
	}
	w.pulls.add(fresh)
	return nil
}

// maxPullsKept bounds what a pullMemory holds.
const maxPullsKept = 10_000

// pullMemory spares writing a pull again that this process has written. It
// forgets all when it is full: the database keeps each pull once anyway.
type pullMemory struct {
	mu   sync.Mutex
	seen map[models.Pull]bool // without their times
}

func (m *pullMemory) holds(p models.Pull) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen[p]
}

func (m *pullMemory) add(pulls []models.Pull) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil || len(m.seen) > maxPullsKept {
		m.seen = map[models.Pull]bool{}
	}
	for _, p := range pulls {
		p.At = time.Time{}
		m.seen[p] = true
	}
}

// NamedPull is a pull with the name of its integration.
type NamedPull struct {
	models.Pull
	Name string `json:"name"`
}

// Pulls are the integrations that pulled a release, each item of the feed once.
func (w *Workflow) Pulls(ctx context.Context, actor models.Actor, releaseID string) ([]NamedPull, error) {
	r, err := w.Release(ctx, actor, releaseID)
	if err != nil {
		return nil, err
	}
	return w.pullsOf(ctx, r.ID)
}

func (w *Workflow) pullsOf(ctx context.Context, releaseID string) ([]NamedPull, error) {
	pulls, err := w.store.Pulls(ctx, releaseID)
	if err != nil {
		return nil, err
	}
	named := make([]NamedPull, len(pulls))
	for i, p := range pulls {
		named[i] = NamedPull{p, p.Integration}
		switch token, err := w.store.Token(ctx, p.Integration); models.CodeOf(err) {
		case "":
			named[i].Name = token.Name
		case models.CodeNotFound:
		default:
			return nil, err
		}
	}
	return named, nil
}

// feedCursor hides a position in an opaque string; its first letter is its version.
func feedCursor(position int64) string {
	if position == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte("f" + strconv.FormatInt(position, 10)))
}

func feedPosition(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if digits, ok := strings.CutPrefix(string(raw), "f"); err == nil && ok {
		if position, err := strconv.ParseInt(digits, 10, 64); err == nil && position > 0 {
			return position, nil
		}
	}
	return 0, models.Invalid([]models.FieldError{{Pointer: "/after", Message: "不是有效的游标；请原样使用上一页的 next，或留空从头开始。"}})
}
