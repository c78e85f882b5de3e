package client

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"

	"shenfa/models"
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
	Cursor  string          `json:"cursor"`
	Op      models.FeedOp   `json:"op"`
	At      time.Time       `json:"at"`
	Release json.RawMessage `json:"release"`
	Reason  string          `json:"reason"`
}

// Document reads the release and checks that its content has the digest that
// was signed. (Verify checks the signature too.)
func (i FeedItem) Document() (models.ReleaseDocument, error) {
	var d models.ReleaseDocument
	if err := json.Unmarshal(i.Release, &d); err != nil {
		return d, fmt.Errorf("release: %w", err)
	}
	if digest := d.Content().Digest(); digest != d.Digest {
		return d, fmt.Errorf("release %s: the content has the digest %s, not the signed %s", d.ID, digest, d.Digest)
	}
	return d, nil
}

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

// Keys reads the public keys of certificates by key id. An integration that
// trusts the server less than its first answer keeps them.
func (c *Client) Keys(ctx context.Context) (map[string]ed25519.PublicKey, error) {
	var set struct {
		Keys []struct {
			Type  string `json:"kty"`
			Curve string `json:"crv"`
			ID    string `json:"kid"`
			X     string `json:"x"`
		} `json:"keys"`
	}
	if err := c.do(ctx, call{method: http.MethodGet, path: "/keys"}, &set); err != nil {
		return nil, err
	}
	keys := map[string]ed25519.PublicKey{}
	for _, k := range set.Keys {
		if public, err := base64.RawURLEncoding.DecodeString(k.X); err == nil && k.Type == "OKP" && k.Curve == "Ed25519" && len(public) == ed25519.PublicKeySize {
			keys[k.ID] = public
		}
	}
	return keys, nil
}

// Verify checks a release against its certificate: the content has the digest,
// the certificate is signed by one of the keys and is of this release, and
// names a sign-off of this digest.
func Verify(item FeedItem, certificate []byte, keys map[string]ed25519.PublicKey) (models.ReleaseDocument, models.Certificate, error) {
	d, err := item.Document()
	if err != nil {
		return d, models.Certificate{}, err
	}
	said, err := models.VerifyCertificate(certificate, keys)
	if err != nil {
		return d, said, fmt.Errorf("release %s: %w", d.ID, err)
	}
	if said.ReleaseID != d.ID || said.Digest != d.Digest || said.AccountID != d.AccountID || said.DraftID != d.DraftID {
		return d, said, fmt.Errorf("release %s: the certificate is of another release (%s, digest %s)", d.ID, said.ReleaseID, said.Digest)
	}
	for _, x := range said.Decisions {
		if x.Signs && x.Digest == d.Digest {
			return d, said, nil
		}
	}
	return d, said, fmt.Errorf("release %s: the certificate names no sign-off of the digest", d.ID)
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
