package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shenfa/models"
	"shenfa/workflow"
)

// maxWait is how long a feed request may wait for news.
const maxWait = workflow.MaxFeedWait

type feedInput struct {
	After       string `query:"after" maxLength:"200" doc:"上次的 next；留空从头开始"`
	Limit       int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多几条"`
	Wait        string `query:"wait" maxLength:"20" doc:"没有新条目时最多等多久：秒数或 30s 这样的时长，至多 30 秒" example:"30"`
	Account     string `query:"account" maxLength:"64" doc:"只要此账号的"`
	IfNoneMatch string `header:"If-None-Match" maxLength:"1000" doc:"已有页的 ETag：相同则答 304"`
}

type feedOutput struct {
	Status int    `json:"-"`
	ETag   string `header:"ETag"`
	Body   *FeedPage
}

// FeedPage is one page of the change feed, in commit order.
type FeedPage struct {
	Items   []FeedItem `json:"items"`
	Next    string     `json:"next" doc:"下次的 after"`
	HasMore bool       `json:"has_more" doc:"后面还有，可立即再取"`
}

// FeedItem is one item of the change feed.
type FeedItem struct {
	Cursor     string        `json:"cursor" doc:"此条目的游标，不透明"`
	Op         models.FeedOp `json:"op" enum:"release,withdraw,supersede" doc:"release 发布，withdraw 撤回，supersede 更正"`
	At         time.Time     `json:"at"`
	Release    StoredRelease `json:"release"`
	Reason     string        `json:"reason" doc:"撤回或更正的理由"`
	Supersedes string        `json:"supersedes" doc:"supersede：被本签发件替换的签发件 id；否则为空"`
}

// StoredRelease is a release as it was written down when it was signed; it is
// sent byte for byte.
type StoredRelease json.RawMessage

// MarshalJSON is the stored bytes.
func (r StoredRelease) MarshalJSON() ([]byte, error) { return json.RawMessage(r).MarshalJSON() }

// Schema is that of models.ReleaseDocument.
func (StoredRelease) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[models.ReleaseDocument](), true, "")
}

// appendJSON writes the page around the stored releases, without reading them again.
func (p *FeedPage) appendJSON(out []byte) []byte {
	size := 64
	for _, item := range p.Items {
		size += len(item.Release) + 2*len(item.Reason) + 128
	}
	out = append(slices.Grow(out, size), `{"items":[`...)
	for i, item := range p.Items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"cursor":`...)
		out = appendText(out, item.Cursor)
		out = append(out, `,"op":`...)
		out = appendText(out, string(item.Op))
		out = append(out, `,"at":`...)
		out = appendText(out, item.At.UTC().Format(time.RFC3339Nano))
		out = append(out, `,"release":`...)
		out = append(out, item.Release...)
		out = append(out, `,"reason":`...)
		out = appendText(out, item.Reason)
		out = append(out, `,"supersedes":`...)
		out = appendText(out, item.Supersedes)
		out = append(out, '}')
	}
	out = append(out, `],"next":`...)
	out = appendText(out, p.Next)
	out = append(out, `,"has_more":`...)
	out = strconv.AppendBool(out, p.HasMore)
	return append(out, "}\n"...)
}

func appendText(out []byte, text string) []byte {
	quoted, _ := marshal(text) // a string always can
	return append(out, quoted...)
}

// tag names the page: what stands at a cursor never changes.
func (p *FeedPage) tag() string {
	hash := sha256.New()
	for _, item := range p.Items {
		hash.Write([]byte(item.Cursor + " "))
	}
	hash.Write([]byte(p.Next + strconv.FormatBool(p.HasMore)))
	return etag(hex.EncodeToString(hash.Sum(nil)[:16]))
}

func (a *API) feed(ctx context.Context, actor models.Actor, in *feedInput) (*feedOutput, error) {
	wait, err := waitTime(in.Wait)
	if err != nil {
		return nil, err
	}
	query := workflow.FeedQuery{After: in.After, Account: in.Account, Limit: in.Limit, Wait: wait}
	page, err := a.waitForFeed(ctx, actor, query)
	if err != nil {
		return nil, err
	}
	body := &FeedPage{Items: make([]FeedItem, 0, len(page.Items)), Next: page.Next, HasMore: page.HasMore}
	for _, item := range page.Items {
		body.Items = append(body.Items, FeedItem{Cursor: item.Cursor, Op: item.Op, At: item.At, Release: StoredRelease(item.Release), Reason: item.Reason, Supersedes: item.Supersedes})
	}
	out := &feedOutput{Status: http.StatusOK, ETag: body.tag(), Body: body}
	if noneMatch(in.IfNoneMatch, out.ETag) {
		out.Status, out.Body = http.StatusNotModified, nil
	}
	return out, nil
}

// waitForFeed reads the feed, waiting for news until the server shuts down.
func (a *API) waitForFeed(ctx context.Context, actor models.Actor, q workflow.FeedQuery) (workflow.FeedPage, error) {
	if q.Wait == 0 {
		return a.options.Workflow.Feed(ctx, actor, q)
	}
	a.metrics.waiters.Inc()
	defer a.metrics.waiters.Dec()
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(a.draining, stop)()
	page, err := a.options.Workflow.Feed(waiting, actor, q)
	if err != nil && a.draining.Err() != nil && ctx.Err() == nil {
		q.Wait = 0
		return a.options.Workflow.Feed(ctx, actor, q)
	}
	return page, err
}

// waitTime reads seconds or a Go duration; longer waits are cut to maxWait.
func waitTime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if seconds, ok := strconv.ParseFloat(text, 64); ok == nil {
		wait, err = time.Duration(min(seconds, maxWait.Seconds())*float64(time.Second)), nil
	}
	if err != nil || wait < 0 {
		return 0, newProblem(models.CodeInvalid, "请求参数有误，请按提示修改。",
			Place{Pointer: "/wait", In: "query", Detail: "应为秒数（如 30）或时长（如 30s），不为负。"})
	}
	return min(wait, maxWait), nil
}
