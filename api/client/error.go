package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"shenfa/models"
)

// Error is a problem that the server answered with.
type Error struct {
	Status  int          `json:"status"`
	Code    models.Code  `json:"code"`
	Title   string       `json:"title"`
	Detail  string       `json:"detail"`
	Places  []Place      `json:"errors"`
	ErrorID string       `json:"error_id"`
	State   models.State `json:"state"`  // 409, 412: the draft's present state
	Digest  string       `json:"digest"` // 409, 412: the draft's present digest

	retryAfter time.Duration
}

// Place is one place of the request to mend.
type Place struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
	In      string `json:"in"` // query, header or path; "" is the body
	Offset  *int64 `json:"offset"`
}

func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d %s: %s", e.Status, e.Code, e.Detail)
	for _, p := range e.Places {
		fmt.Fprintf(&text, " [%s%s: %s]", p.In, p.Pointer, p.Detail)
	}
	if e.ErrorID != "" {
		fmt.Fprintf(&text, " (error_id %s)", e.ErrorID)
	}
	return text.String()
}

// problemOf reads a problem; what is none (of a proxy) keeps its status.
func problemOf(response *http.Response, raw []byte) *Error {
	e := &Error{}
	if err := json.Unmarshal(raw, e); err != nil || e.Code == "" {
		e = &Error{Detail: http.StatusText(response.StatusCode)}
	}
	e.Status = response.StatusCode
	e.retryAfter = seconds(response.Header.Get("Retry-After"))
	return e
}
