package workflow

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"

	"shenfa/models"
)

// AuditQuery asks for the events of one chain: of a draft, or, with Draft "",
// of the administration. After is the cursor of the last page.
type AuditQuery struct {
	Draft string
	After string
	Limit int
}

// AuditPage is one page of a chain, oldest first.
type AuditPage struct {
	Items []models.AuditEvent
	Next  string
}

// Audit reads a chain of audit events: for administrators, and for supervisors
// of the drafts that they see. Reading it is recorded too.
func (w *Workflow) Audit(ctx context.Context, actor models.Actor, q AuditQuery) (AuditPage, error) {
	if err := mustWatch(actor); err != nil {
		return AuditPage{}, err
	}
	chain := chainSystem
	if q.Draft != "" {
		d, err := w.store.Draft(ctx, q.Draft)
		switch {
		case err != nil:
			return AuditPage{}, err
		case d.Sealed() && !actor.Holds(d.AccountID, seesSealed...):
			return AuditPage{}, errNoDraft
		case !actor.Admin && !slices.Contains(actor.VisibleAccounts(), d.AccountID):
			return AuditPage{}, errNoDraft
		}
		chain = d.ID
	}
	after, err := auditPosition(q.After)
	if err != nil {
		return AuditPage{}, err
	}
	if q.Limit <= 0 || q.Limit > MaxFeedLimit {
		q.Limit = defaultPerPage
	}
	events, err := w.store.Events(ctx, chain, after, q.Limit+1)
	if err != nil {
		return AuditPage{}, err
	}
	page := AuditPage{Items: events}
	if len(events) > q.Limit {
		page.Items = events[:q.Limit]
		page.Next = base64.RawURLEncoding.EncodeToString([]byte("a" + strconv.FormatInt(page.Items[q.Limit-1].N, 10)))
	}
	return page, w.RecordRead(ctx, actor, ReadAuditLog, q.Draft)
}

func auditPosition(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil && len(raw) > 1 && raw[0] == 'a' {
		if n, err := strconv.ParseInt(string(raw[1:]), 10, 64); err == nil && n > 0 {
			return n, nil
		}
	}
	return 0, models.Invalid([]models.FieldError{{Pointer: "/after", Message: "不是有效的游标；请原样使用上一页的 next。"}})
}
