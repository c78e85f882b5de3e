// Package webhook calls other servers: it signs as Standard Webhooks has it
// (https://www.standardwebhooks.com), and keeps calls out of networks that
// they are not meant for. It knows nothing of drafts.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of a call.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

const secretPrefix = "whsec_"

// NewSecret is a fresh secret of 256 bits.
func NewSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

var errSecret = errors.New("webhook: the secret is not whsec_ and base64")

// Sign is the signature of a call: v1, HMAC-SHA256 over id.timestamp.body.
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	encoded, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) == 0 {
		return "", errSecret
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// Tolerance is how old or early a call may be.
const Tolerance = 5 * time.Minute

// Verify says whether a call that a receiver got was made with the secret, and
// recently: what the receiver's side does.
func Verify(secret string, header http.Header, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(header.Get(HeaderTimestamp), 10, 64)
	if err != nil {
		return errors.New("webhook: no timestamp")
	}
	at := time.Unix(seconds, 0)
	if d := now.Sub(at); d > Tolerance || d < -Tolerance {
		return errors.New("webhook: the call is too old, or from the future")
	}
	want, err := Sign(secret, header.Get(HeaderID), at, body)
	if err != nil {
		return err
	}
	for given := range strings.FieldsSeq(header.Get(HeaderSignature)) {
		if hmac.Equal([]byte(given), []byte(want)) {
			return nil
		}
	}
	return errors.New("webhook: the signature does not fit")
}
