package client

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
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

// Feed reads the items after a cursor ("": from the beginning), waiting for
// the first one up to wait (at most 30 s). Account "" is all that the token names.
func (c *Client) Feed(ctx context.Context, after, account string, limit int, wait time.Duration) (FeedPage, error) {
	query := page(after, limit)
	if wait > 0 {
		query.Set("wait", wait.String())
	}
	if account != "" {
		query.Set("account", account)
	}
	return do[FeedPage](ctx, c, call{method: http.MethodGet, path: "/releases", query: query})
}

// Follow gives all items after a cursor and then the new ones as they come,
// until ctx ends or a call fails for good. Keep the cursor of the last item
// that was dealt with, and start there the next time.
func (c *Client) Follow(ctx context.Context, after string) iter.Seq2[FeedItem, error] {
	return func(yield func(FeedItem, error) bool) {
		for ctx.Err() == nil {
			p, err := c.Feed(ctx, after, "", 0, 25*time.Second)
			switch {
			case ctx.Err() != nil:
				return
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

// Release reads one release.
func (c *Client) Release(ctx context.Context, id string) (models.ReleaseDocument, error) {
	return do[models.ReleaseDocument](ctx, c, call{method: http.MethodGet, path: releasePath(id, "")})
}

// Certificate reads the certificate of a release: a DSSE envelope.
func (c *Client) Certificate(ctx context.Context, releaseID string) ([]byte, error) {
	raw, err := c.raw(ctx, call{method: http.MethodGet, path: releasePath(releaseID, "/certificate")})
	return bytes.TrimSpace(raw), err
}

// Keys reads the public keys of certificates. An integration that trusts the
// server less than its first answer keeps them.
func (c *Client) Keys(ctx context.Context) (models.Keyring, error) {
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
