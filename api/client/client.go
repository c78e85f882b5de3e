// Package client calls the HTTP API of a Shenfa server: for publishing
// integrations, editors' tools and tests.
//
// Every write carries an Idempotency-Key, so that a call that got no answer
// can be repeated without being done twice. Calls that meet a busy or
// restarting server are repeated with back-off.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"shenfa/models"
)

// Client speaks to one server with one token. Set its fields before first use;
// then it may be used by many at once.
type Client struct {
	BaseURL string // such as http://127.0.0.1:8080
	Token   string
	HTTP    *http.Client   // nil: http.DefaultClient
	Keys    models.Keyring // of certificates; nil: those that the server publishes. An integration that trusts the server less than its first answer keeps them
	Tries   int            // how often a call is made before it fails; 0: 5
	Backoff time.Duration  // the first pause, doubled each time; 0: 200 ms

	// Unverified has Feed, Follow and Release give what the server sends as it
	// is; without it they give only what Verified lets pass.
	Unverified bool

	published publishedKeys
}

// New makes a client.
func New(baseURL, token string) *Client {
	return &Client{BaseURL: strings.TrimRight(baseURL, "/"), Token: token}
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 256 << 20

// call is one call of the API; path is below /api/v1.
type call struct {
	method, path string
	query        url.Values
	ifMatch      string
	body         any // encoded as JSON; nil: none
}

// do makes the call, repeating it where that helps, and decodes the answer into out (nil: dropped).
func (c *Client) do(ctx context.Context, k call, out any) error {
	raw, err := c.raw(ctx, k)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%s %s: the answer is not as expected: %w", k.method, k.path, err)
	}
	return nil
}

// do makes the call and gives the answer.
func do[T any](ctx context.Context, c *Client, k call) (T, error) {
	var out T
	err := c.do(ctx, k, &out)
	return out, err
}

func (c *Client) raw(ctx context.Context, k call) ([]byte, error) {
	var body []byte
	if k.body != nil {
		var err error
		if body, err = json.Marshal(k.body); err != nil {
			return nil, err
		}
	}
	once := ""
	if k.method != http.MethodGet {
		once = uuid.NewString()
	}
	tries, pause := c.Tries, c.Backoff
	if tries == 0 {
		tries = 5
	}
	if pause == 0 {
		pause = 200 * time.Millisecond
	}
	for try := 1; ; try++ {
		raw, err := c.once(ctx, k, body, once)
		again, after := retry(err)
		if !again || try >= tries || ctx.Err() != nil {
			return raw, err
		}
		// Half of the pause by chance, so that many clients do not come back together.
		wait := max(after, pause/2+rand.N(pause/2+1))
		pause *= 2
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, errors.Join(err, ctx.Err())
		}
	}
}

// once makes the call one time.
func (c *Client) once(ctx context.Context, k call, body []byte, idempotency string) ([]byte, error) {
	address := c.BaseURL + "/api/v1" + k.path
	if len(k.query) > 0 {
		address += "?" + k.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, k.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if idempotency != "" {
		request.Header.Set("Idempotency-Key", idempotency)
	}
	if k.ifMatch != "" {
		request.Header.Set("If-Match", `"`+k.ifMatch+`"`)
	}
	httpClient := c.HTTP
	if httpClient == nil {
		httpClient = http.DefaultClient
	}
	response, err := httpClient.Do(request)
	if err != nil {
		return nil, &lost{err}
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, &lost{err}
	}
	if response.StatusCode >= 300 {
		return nil, problemOf(response, raw)
	}
	return raw, nil
}

// lost is a call whose answer did not arrive.
type lost struct{ error }

func (l *lost) Unwrap() error { return l.error }

// retry says whether another try may help, and how long the server asks to wait.
func retry(err error) (again bool, after time.Duration) {
	if _, ok := errors.AsType[*lost](err); ok {
		return true, 0
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false, 0
	}
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true, e.retryAfter
	}
	return false, 0
}

func seconds(header string) time.Duration {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Minute)
}
