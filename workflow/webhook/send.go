package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Timeout is how long one call may take, from the look-up of the name to the
// end of the answer.
const Timeout = 10 * time.Second

// Caller makes calls.
type Caller struct {
	secure, plain *http.Client
}

// NewCaller makes a caller that goes where the guard permits. It follows no
// redirect, uses no proxy and keeps no cookie.
func NewCaller(g *Guard) *Caller {
	client := func(plain bool) *http.Client {
		dialer := &net.Dialer{Timeout: Timeout / 2, Control: g.control(plain)}
		return &http.Client{
			Timeout:       Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10,
				TLSHandshakeTimeout: Timeout / 2, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
			},
		}
	}
	return &Caller{secure: client(false), plain: client(true)}
}

// Call is one signed message to one receiver.
type Call struct {
	URL    string
	Secret string
	ID     string // the same at each try
	Body   []byte // JSON
}

// Answer is what came of a call. Status 0: no answer, Err says why.
type Answer struct {
	Status     int
	RetryAfter time.Duration // that the receiver asks for; 0: none
	Err        error
}

// OK says that the receiver took the message.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Send makes a call. at is the time of this try.
func (c *Caller) Send(ctx context.Context, call Call, at time.Time) Answer {
	signature, err := Sign(call.Secret, call.ID, at, call.Body)
	if err != nil {
		return Answer{Err: err}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, call.URL, bytes.NewReader(call.Body))
	if err != nil {
		return Answer{Err: errors.New("接收地址不是网址")}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "shenfa-webhook/1")
	request.Header.Set(HeaderID, call.ID)
	request.Header.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(HeaderSignature, signature)
	client := c.secure
	if request.URL.Scheme == "http" {
		client = c.plain
	}
	response, err := client.Do(request)
	if err != nil {
		return Answer{Err: reasonOf(err)}
	}
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // for the connection to be used again
	_ = response.Body.Close()
	return Answer{Status: response.StatusCode, RetryAfter: retryAfter(response.Header.Get("Retry-After"), at)}
}

// reasonOf is what a call failed with, for the delivery log that people read, without what an answer may have put into it.
func reasonOf(err error) error {
	if errors.Is(err, ErrRefused) {
		return ErrRefused
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("接收地址的域名解析不到")
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return errors.New("对方没有及时答复")
	}
	text := err.Error()
	if cut := strings.LastIndex(text, ": "); cut >= 0 {
		text = text[cut+2:]
	}
	return errors.New("连接不成：" + text)
}

func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(min(seconds, 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), 24*time.Hour))
	}
	return 0
}
