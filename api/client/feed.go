package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"sync"
	"time"

	"shenfa/models"
	"shenfa/models/sign"
)

// FeedPage is one page of the change feed. Next is the cursor to send next.
type FeedPage struct {
	Items   []FeedItem `json:"items"`
	Next    string     `json:"next"`
	HasMore bool       `json:"has_more"`
}

// FeedItem is one item of the change feed. Release is as the server sent it,
// byte for byte; Document reads it.
type FeedItem struct {
	Cursor     string          `json:"cursor"`
	Op         models.FeedOp   `json:"op"`
	At         time.Time       `json:"at"`
	Release    json.RawMessage `json:"release"`
	Reason     string          `json:"reason"`
	Supersedes string          `json:"supersedes"` // release that a supersede item replaces
}

// Document reads the release and checks that its content has the digest that
// was signed. (Verify checks the signature too.)
func (i FeedItem) Document() (models.ReleaseDocument, error) { return models.ReadRelease(i.Release) }

// Refused is an item of the feed that must not be published: it does not
// verify. Why is mostly a *models.ProofError.
type Refused struct {
	Item FeedItem
	Why  error
}

func (r *Refused) Error() string { return "不得发布：" + r.Why.Error() }

// Unwrap gives why.
func (r *Refused) Unwrap() error { return r.Why }

// Feed reads the items after a cursor ("": from the beginning), waiting for
// the first one up to wait (at most 30 s). Account "" is all that the token names.
// It gives only items that verify: a page ends before one that does not, and
// where that is the first, the error is a *Refused; to go on, ask for what
// comes after its cursor.
func (c *Client) Feed(ctx context.Context, after, account string, limit int, wait time.Duration) (FeedPage, error) {
	query := page(after, limit)
	if wait > 0 {
		query.Set("wait", wait.String())
	}
	if account != "" {
		query.Set("account", account)
	}
	p, err := do[FeedPage](ctx, c, call{method: http.MethodGet, path: "/releases", query: query})
	if err != nil || c.Unverified {
		return p, err
	}
	for i, item := range p.Items {
		_, _, _, err := c.Verified(ctx, item)
		_, refused := errors.AsType[*Refused](err)
		switch {
		case err == nil:
		case refused && i > 0:
			return FeedPage{Items: p.Items[:i], Next: p.Items[i-1].Cursor, HasMore: true}, nil
		default:
			return FeedPage{}, err
		}
	}
	return p, nil
}

// Follow gives all items after a cursor and then the new ones as they come,
// until ctx ends or a call fails for good. Keep the cursor of the last item
// that was dealt with, and start there the next time. One that does not verify
// comes as a *Refused, with its cursor alone for an item.
func (c *Client) Follow(ctx context.Context, after string) iter.Seq2[FeedItem, error] {
	return func(yield func(FeedItem, error) bool) {
		for ctx.Err() == nil {
			p, err := c.Feed(ctx, after, "", 0, 25*time.Second)
			refused, bad := errors.AsType[*Refused](err)
			switch {
			case ctx.Err() != nil:
				return
			case bad:
				if after = refused.Item.Cursor; !yield(FeedItem{Cursor: after}, err) {
					return
				}
				continue
			case err != nil:
				yield(FeedItem{}, err)
				return
			}
			for _, item := range p.Items {
				if !yield(item, nil) {
					return
				}
			}
			after = p.Next
		}
	}
}

// Release reads one release. One that does not verify is a *Refused.
func (c *Client) Release(ctx context.Context, id string) (models.ReleaseDocument, error) {
	raw, err := c.raw(ctx, call{method: http.MethodGet, path: releasePath(id, "")})
	if err != nil {
		return models.ReleaseDocument{}, err
	}
	if c.Unverified {
		var d models.ReleaseDocument
		err := json.Unmarshal(raw, &d)
		return d, err
	}
	d, _, _, err := c.Verified(ctx, FeedItem{Release: raw})
	if err == nil && d.ID != id {
		err = &Refused{FeedItem{Release: raw}, &models.ProofError{Fault: models.FaultOtherRelease, Detail: d.ID}}
	}
	return d, err
}

// Certificate reads the certificate of a release: a DSSE envelope.
func (c *Client) Certificate(ctx context.Context, releaseID string) ([]byte, error) {
	raw, err := c.raw(ctx, call{method: http.MethodGet, path: releasePath(releaseID, "/certificate")})
	return bytes.TrimSpace(raw), err
}

// PublishedKeys reads the public keys of certificates that the server publishes.
func (c *Client) PublishedKeys(ctx context.Context) (models.Keyring, error) {
	raw, err := c.raw(ctx, call{method: http.MethodGet, path: "/keys"})
	if err != nil {
		return nil, err
	}
	keys, err := sign.ParseKeys(raw)
	return sign.Ring(keys...), err
}

// Verify checks a release against its certificate: see models.VerifyRelease.
// The error of one that must not be published is a *models.ProofError.
func Verify(item FeedItem, certificate []byte, keys models.Keyring) (models.ReleaseDocument, models.Certificate, error) {
	return models.VerifyRelease(item.Release, certificate, keys)
}

// publishedKeys are the keys that the server published when they were last read.
type publishedKeys struct {
	mu   sync.Mutex
	ring models.Keyring
}

// Verified checks an item with the certificate that the server has of it, and
// gives both. Keys that the server published are read again where they do not
// fit: it may have changed its key. An item that must not be published is a *Refused.
func (c *Client) Verified(ctx context.Context, item FeedItem) (d models.ReleaseDocument, said models.Certificate, certificate []byte, err error) {
	var release struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(item.Release, &release); err != nil || release.ID == "" {
		return d, said, nil, &Refused{item, &models.ProofError{Fault: models.FaultRelease}}
	}
	if certificate, err = c.Certificate(ctx, release.ID); err != nil {
		return d, said, nil, err
	}
	if c.Keys != nil {
		d, said, err = Verify(item, certificate, c.Keys)
	} else {
		d, said, err = c.verifyPublished(ctx, item, certificate)
	}
	if _, answered := errors.AsType[*models.ProofError](err); answered {
		err = &Refused{item, err}
	}
	return d, said, certificate, err
}

func (c *Client) verifyPublished(ctx context.Context, item FeedItem, certificate []byte) (models.ReleaseDocument, models.Certificate, error) {
	c.published.mu.Lock()
	ring := c.published.ring
	c.published.mu.Unlock()
	if ring != nil {
		if d, said, err := Verify(item, certificate, ring); err == nil {
			return d, said, nil
		}
	}
	ring, err := c.PublishedKeys(ctx)
	if err != nil {
		return models.ReleaseDocument{}, models.Certificate{}, err
	}
	c.published.mu.Lock()
	c.published.ring = ring
	c.published.mu.Unlock()
	return Verify(item, certificate, ring)
}

// ReceiptInput is what a channel says of a release.
type ReceiptInput struct {
	State      models.ReceiptState `json:"state"`
	URL        string              `json:"url,omitempty"`
	PlatformID string              `json:"platform_id,omitempty"`
	Digest     string              `json:"digest,omitempty"`
	At         *time.Time          `json:"at,omitempty"`
	Error      string              `json:"error,omitempty"`
}

// PutReceipt records what a channel says of a release; saying it again changes nothing.
func (c *Client) PutReceipt(ctx context.Context, releaseID, channel string, in ReceiptInput) (models.Receipt, error) {
	return do[models.Receipt](ctx, c, call{method: http.MethodPut, path: releasePath(releaseID, "/receipts/"+url.PathEscape(channel)), body: in})
}

// Receipts reads the last words of all channels on a release.
func (c *Client) Receipts(ctx context.Context, releaseID string) ([]models.Receipt, error) {
	var p struct {
		Items []models.Receipt `json:"items"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: releasePath(releaseID, "/receipts")}, &p)
	return p.Items, err
}

func releasePath(id, rest string) string { return "/releases/" + url.PathEscape(id) + rest }
