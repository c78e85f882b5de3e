package models

import (
	"errors"
	"fmt"
)

// Code is a stable machine word for a kind of failure; the API maps it to an
// HTTP status in one table.
type Code string

// The codes.
const (
	CodeInvalid         Code = "invalid"         // a value breaks a rule; Fields says which
	CodeMalformed       Code = "malformed"       // the request cannot be read at all
	CodeTooLarge        Code = "too_large"       // the request is over a size limit
	CodeUnauthenticated Code = "unauthenticated" // no, unknown, expired or revoked credentials
	CodeForbidden       Code = "forbidden"       // the person's role does not permit it
	CodeSelfApproval    Code = "self_approval"   // the person wrote, edited or already decided this text
	CodeNotFound        Code = "not_found"       // it does not exist, or the person may not see it
	CodeConflict        Code = "conflict"        // the state does not permit it, or someone was faster
	CodeStale           Code = "stale"           // the digest named is not the present one
	CodeDigestRequired  Code = "digest_required" // an edit without If-Match
	CodeKeyReused       Code = "key_reused"      // an Idempotency-Key came with another request
	CodeExpired         Code = "expired"         // a feed cursor that is no longer kept
	CodeRateLimited     Code = "rate_limited"    // too many tries
	CodeUnavailable     Code = "unavailable"     // not ready, or the database cannot be reached: try again
	CodeInternal        Code = "internal"        // a fault of the program
)

// Error is a domain error: a code to branch on, a sentence for a person (in
// Chinese, as people read it), the places to mend, and a cause that only the
// log sees.
type Error struct {
	Code    Code
	Message string
	Fields  []FieldError
	Cause   error
}

// FieldError names one place to mend.
type FieldError struct {
	Pointer string // JSON pointer into the request body, such as /source/unit
	Message string
}

func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message
	for _, f := range e.Fields {
		text += "; " + f.Pointer + ": " + f.Message
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes a domain error.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Because adds a cause that only the log sees.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

// Invalid makes an error of CodeInvalid from the places to mend; nil if there are none.
func Invalid(fields []FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Code: CodeInvalid, Message: "提交的内容有误，请按提示修改。", Fields: fields}
}

// CodeOf is the code of err, or CodeInternal if it is no domain error, or "" if it is nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
