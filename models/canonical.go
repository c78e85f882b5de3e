package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// maxSafeInteger is the largest whole number that every JSON reader keeps exactly (RFC 8785, I-JSON).
const maxSafeInteger = 1<<53 - 1

// Canonical gives the canonical JSON (RFC 8785) of a value: its encoding/json
// form with members sorted by UTF-16 code units, no white space, and the
// shortest escapes. Numbers must be whole and at most 2^53-1: what the project
// hashes has no others, and an error is better than two spellings.
func Canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	return appendCanonical(nil, tree)
}

func appendCanonical(out []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case string:
		return appendCanonicalString(out, v), nil
	case json.Number:
		n, parseErr := strconv.ParseInt(v.String(), 10, 64)
		if parseErr != nil || n > maxSafeInteger || n < -maxSafeInteger {
			return nil, fmt.Errorf("canonical JSON: %s is not a whole number within ±(2^53-1)", v)
		}
		return strconv.AppendInt(out, n, 10), nil
	case []any:
		out = append(out, '[')
		for i, item := range v {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = appendCanonical(out, item); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.SortFunc(keys, func(a, b string) int {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		})
		out = append(out, '{')
		for i, key := range keys {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendCanonicalString(out, key), ':')
			if out, err = appendCanonical(out, v[key]); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	}
	return nil, fmt.Errorf("canonical JSON: unexpected %T", v)
}

func appendCanonicalString(out []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	out = append(out, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\b':
			out = append(out, `\b`...)
		case r == '\f':
			out = append(out, `\f`...)
		case r == '\n':
			out = append(out, `\n`...)
		case r == '\r':
			out = append(out, `\r`...)
		case r == '\t':
			out = append(out, `\t`...)
		case r < 0x20:
			out = append(out, `\u00`...)
			out = append(out, hexDigits[r>>4], hexDigits[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}

// digestForm is what the digest covers, by its published names.
type digestForm struct {
	Account  string        `json:"account"`
	Title    string        `json:"title"`
	Body     string        `json:"body"`
	Format   Format        `json:"format"`
	Kind     Kind          `json:"kind"`
	Source   *Source       `json:"source"`
	Media    []digestMedia `json:"media"`
	Schedule *string       `json:"schedule"`
}

type digestMedia struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	SHA256 string `json:"sha256"`
}

// Digest is the SHA-256, in lower-case hex, of the canonical JSON of the
// content: {account, body, format, kind, media:[{name,sha256,type}], schedule,
// source, title}. Schedule is RFC 3339 in UTC with milliseconds, or null.
func (c Content) Digest() string {
	form := digestForm{Account: c.AccountID, Title: c.Title, Body: c.Body, Format: c.Format, Kind: c.Kind,
		Source: c.Source, Media: make([]digestMedia, 0, len(c.Media))}
	for _, m := range c.Media {
		form.Media = append(form.Media, digestMedia{Name: m.Name, Type: m.Type, SHA256: m.SHA256})
	}
	if c.NotBefore != nil {
		schedule := c.NotBefore.UTC().Format("2006-01-02T15:04:05.000Z")
		form.Schedule = &schedule
	}
	return hashOf(form)
}

// HashOf is the event's hash: the SHA-256, in lower-case hex, of its canonical
// JSON without the member hash.
func (e AuditEvent) HashOf() string {
	return hashOf(struct {
		Chain    string          `json:"chain"`
		N        int64           `json:"n"`
		PrevHash string          `json:"prev_hash"`
		At       string          `json:"at"`
		Actor    string          `json:"actor"`
		Kind     string          `json:"kind"`
		Data     json.RawMessage `json:"data"`
	}{e.Chain, e.N, e.PrevHash, e.At.UTC().Format("2006-01-02T15:04:05.000Z"), e.Actor, e.Kind, e.Data})
}

// Millis cuts a time to the millisecond, in UTC: the precision that every
// database keeps and every hash covers.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// hashOf is for values of this package whose canonical form cannot fail.
func hashOf(v any) string {
	canonical, err := Canonical(v)
	if err != nil {
		// Only an audit event's data, changed in the database, can come here: any hash but the stored one will do.
		canonical = []byte(err.Error())
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
