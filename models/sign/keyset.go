package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/emmansun/gmsm/smx509"

	"shenfa/models"
)

// JWK is a public key of a key set. An Ed25519 key is as RFC 8037 has it. No
// RFC names SM2 keys: they are written like other curves (RFC 7518, 6.2), with
// crv "SM2" and alg "SM2SM3".
type JWK struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	ID        string `json:"kid"`
	X         string `json:"x"`
	Y         string `json:"y,omitempty"`
	Algorithm string `json:"alg"`
}

// JWKOf writes a public key; false if it is of no known algorithm.
func JWKOf(k models.SigningKey) (JWK, bool) {
	text := base64.RawURLEncoding.EncodeToString
	switch {
	case k.Algorithm == Ed25519 && len(k.Public) == ed25519.PublicKeySize:
		return JWK{Type: "OKP", Curve: "Ed25519", ID: k.ID, X: text(k.Public), Algorithm: "EdDSA"}, true
	case k.Algorithm == SM2 && len(k.Public) == 65:
		return JWK{Type: "EC", Curve: "SM2", ID: k.ID, X: text(k.Public[1:33]), Y: text(k.Public[33:]), Algorithm: "SM2SM3"}, true
	}
	return JWK{}, false
}

func (j JWK) key() (models.SigningKey, error) {
	x, errX := base64.RawURLEncoding.Strict().DecodeString(j.X)
	y, errY := base64.RawURLEncoding.Strict().DecodeString(j.Y)
	if err := errors.Join(errX, errY); err != nil {
		return models.SigningKey{}, fmt.Errorf("kid %q: %w", j.ID, err)
	}
	k, err := bare(x)
	if j.Curve == "SM2" {
		k, err = bare(bytes.Join([][]byte{{4}, x, y}, nil))
	}
	switch {
	case err != nil:
		return k, fmt.Errorf("kid %q: %w", j.ID, err)
	case j.ID != "" && j.ID != k.ID:
		return k, &models.ProofError{Fault: models.FaultKeyID, Detail: j.ID}
	}
	return k, nil
}

// bare is a public key by its bytes alone: their number tells the algorithm.
func bare(public []byte) (models.SigningKey, error) {
	for name, a := range algorithms() {
		if len(public) == a.public {
			return models.SigningKey{ID: models.KeyID(public), Algorithm: name, Public: public}, nil
		}
	}
	return models.SigningKey{}, fmt.Errorf("%d bytes are no public key", len(public))
}

// ParseKeys reads public keys: a JWKS or one JWK, PEM blocks (PKIX), or one key
// in base64 or hex. Keys of a set that are of other algorithms are passed over.
// A key that stands under the id of another one is a *models.ProofError.
func ParseKeys(raw []byte) ([]models.SigningKey, error) {
	raw = bytes.TrimSpace(raw)
	switch {
	case bytes.HasPrefix(raw, []byte("{")):
		return parseJWKS(raw)
	case bytes.Contains(raw, []byte("-----BEGIN")):
		return parsePEM(raw)
	}
	text := string(raw)
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
		public, err := decode(text)
		if err != nil {
			continue
		}
		if k, err := bare(public); err == nil {
			return []models.SigningKey{k}, nil
		}
		if k, err := parsePKIX(public); err == nil {
			return []models.SigningKey{k}, nil
		}
	}
	return nil, errors.New("既不是 JWKS、PEM，也不是 base64 或十六进制的公钥")
}

func parseJWKS(raw []byte) ([]models.SigningKey, error) {
	var set struct {
		Keys []JWK `json:"keys"`
		JWK
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	if set.Keys == nil {
		set.Keys = []JWK{set.JWK}
	}
	var keys []models.SigningKey
	for _, j := range set.Keys {
		if j.Curve != "Ed25519" && j.Curve != "SM2" {
			continue
		}
		k, err := j.key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("公钥集中没有 Ed25519 或 SM2 公钥")
	}
	return keys, nil
}

func parsePEM(raw []byte) ([]models.SigningKey, error) {
	var keys []models.SigningKey
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		if strings.Contains(block.Type, "PRIVATE") {
			return nil, errors.New("a private key: give the public one")
		}
		k, err := parsePKIX(block.Bytes)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("the PEM file has no public key")
	}
	return keys, nil
}

func parsePKIX(der []byte) (models.SigningKey, error) {
	parsed, err := smx509.ParsePKIXPublicKey(der)
	if err != nil {
		return models.SigningKey{}, err
	}
	switch public := parsed.(type) {
	case ed25519.PublicKey:
		return bare(public)
	case *ecdsa.PublicKey:
		//lint:ignore SA1019 crypto/ecdh has no SM2
		return bare(elliptic.Marshal(public.Curve, public.X, public.Y))
	}
	return models.SigningKey{}, fmt.Errorf("a public key of type %T", parsed)
}
