package api

import (
	"context"

	"shenfa/models"
)

// call is what one HTTP request has come to so far: the middleware writes it,
// the access log and the operations read it.
type call struct {
	id      string       // X-Request-Id
	actor   models.Actor // zero before authentication
	problem *Problem     // the answer, if it is one
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf is the call that a request's context belongs to; a fresh one if it belongs to none.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}
