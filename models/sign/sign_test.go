package sign_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/sign"
)

func newKey(t *testing.T, algorithm string) models.SigningKey {
	t.Helper()
	key, err := sign.NewKey(algorithm, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestASignatureIsOfOneMessageAndOneKey(t *testing.T) {
	for _, algorithm := range []string{sign.Ed25519, sign.SM2} {
		t.Run(algorithm, func(t *testing.T) {
			key, other := newKey(t, algorithm), newKey(t, algorithm)
			id, sig, err := sign.With(key)([]byte("签发"))
			if err != nil || id != key.ID {
				t.Fatal(id, err)
			}
			if !sign.Ring(key)[key.ID]([]byte("签发"), sig) {
				t.Error("its own signature is refused")
			}
			if sign.Ring(key)[key.ID]([]byte("撤回"), sig) || sign.Ring(other)[other.ID]([]byte("签发"), sig) {
				t.Error("a foreign signature is accepted")
			}
			for i := range sig {
				altered := bytes.Clone(sig)
				altered[i] ^= 1
				if sign.Ring(key)[key.ID]([]byte("签发"), altered) {
					t.Errorf("byte %d altered, and accepted", i)
				}
			}
		})
	}
}

func TestKeysAreReadInEachForm(t *testing.T) {
	ed, sm2 := newKey(t, sign.Ed25519), newKey(t, sign.SM2)
	der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(ed.Public))
	if err != nil {
		t.Fatal(err)
	}
	one, _ := sign.JWKOf(ed)
	two, _ := sign.JWKOf(sm2)
	set, err := json.Marshal(map[string]any{"keys": []any{one, two, map[string]string{"kty": "RSA"}}})
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := json.Marshal(two)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		raw  string
		want []string
	}{
		"key set":        {string(set), []string{ed.ID, sm2.ID}},
		"one JWK":        {string(jwk), []string{sm2.ID}},
		"PEM":            {string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), []string{ed.ID}},
		"base64":         {base64.StdEncoding.EncodeToString(ed.Public) + "\n", []string{ed.ID}},
		"base64url":      {base64.RawURLEncoding.EncodeToString(sm2.Public), []string{sm2.ID}},
		"base64 of PKIX": {base64.StdEncoding.EncodeToString(der), []string{ed.ID}},
		"hex":            {hex.EncodeToString(ed.Public), []string{ed.ID}},
	} {
		keys, err := sign.ParseKeys([]byte(tt.raw))
		if err != nil || len(keys) != len(tt.want) {
			t.Errorf("%s: %d keys, %v", name, len(keys), err)
			continue
		}
		for i, k := range keys {
			if k.ID != tt.want[i] {
				t.Errorf("%s: key %s, want %s", name, k.ID, tt.want[i])
			}
		}
	}
	for _, bad := range []string{"", "{}", `{"keys":[]}`, "no key", "-----BEGIN PUBLIC KEY-----", base64.StdEncoding.EncodeToString([]byte("short"))} {
		if _, err := sign.ParseKeys([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}

func TestAKeyUnderAnotherOnesIdIsRefused(t *testing.T) {
	a, _ := sign.JWKOf(newKey(t, sign.Ed25519))
	b, _ := sign.JWKOf(newKey(t, sign.Ed25519))
	a.X = b.X
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	_, err = sign.ParseKeys(raw)
	if fault, ok := errors.AsType[*models.ProofError](err); !ok || fault.Fault != models.FaultKeyID {
		t.Errorf("%v", err)
	}
}
