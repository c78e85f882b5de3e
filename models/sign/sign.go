// Package sign makes the signatures of certificates and checkpoints, and
// verifies them: with Ed25519, or with SM2 and SM3 where national algorithms
// are required.
package sign

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"shenfa/models"
)

// Names of the algorithms, as settings, database and key sets have them.
const (
	Ed25519 = "Ed25519" // RFC 8032
	SM2     = "SM2"     // GB/T 32918.2 with SM3 (GB/T 32905) and the default signer id of GM/T 0009
)

// algorithm is one way to sign. Keys are bytes: Ed25519 keys as RFC 8032 has
// them; of SM2 the uncompressed point (65 bytes) and the scalar (32 bytes).
type algorithm struct {
	generate func() (public, private []byte, err error)
	sign     func(private, message []byte) ([]byte, error)
	verify   func(public, message, sig []byte) bool
	public   int // bytes of a public key
}

func algorithms() map[string]algorithm {
	return map[string]algorithm{
		Ed25519: {
			generate: func() ([]byte, []byte, error) { return ed25519.GenerateKey(nil) },
			sign: func(private, message []byte) ([]byte, error) {
				if len(private) != ed25519.PrivateKeySize {
					return nil, fmt.Errorf("no Ed25519 private key")
				}
				return ed25519.Sign(private, message), nil
			},
			verify: func(public, message, sig []byte) bool { return ed25519.Verify(public, message, sig) },
			public: ed25519.PublicKeySize,
		},
		SM2: {generate: generateSM2, sign: signSM2, verify: verifySM2, public: 65},
	}
}

// Known says whether there is an algorithm of that name.
func Known(name string) bool {
	_, ok := algorithms()[name]
	return ok
}

// NewKey makes a key pair.
func NewKey(name string, at time.Time) (models.SigningKey, error) {
	a, ok := algorithms()[name]
	if !ok {
		return models.SigningKey{}, fmt.Errorf("no signature algorithm %q", name)
	}
	public, private, err := a.generate()
	return models.SigningKey{ID: models.KeyID(public), Algorithm: name, Public: public, Private: private, CreatedAt: models.Millis(at)}, err
}

// With signs with a key.
func With(key models.SigningKey) models.Signer {
	return func(message []byte) (string, []byte, error) {
		a, ok := algorithms()[key.Algorithm]
		if !ok {
			return key.ID, nil, fmt.Errorf("signing key %s: no signature algorithm %q", key.ID, key.Algorithm)
		}
		sig, err := a.sign(key.Private, message)
		if err != nil {
			return key.ID, nil, fmt.Errorf("signing key %s: %w", key.ID, err)
		}
		return key.ID, sig, nil
	}
}

// Ring verifies with keys; those of unknown algorithms are left out.
func Ring(keys ...models.SigningKey) models.Keyring {
	ring := models.Keyring{}
	for _, k := range keys {
		a, ok := algorithms()[k.Algorithm]
		if ok && len(k.Public) == a.public {
			ring[k.ID] = func(message, sig []byte) bool { return a.verify(k.Public, message, sig) }
		}
	}
	return ring
}

func generateSM2() (public, private []byte, err error) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	//lint:ignore SA1019 crypto/ecdh has no SM2
	return elliptic.Marshal(sm2.P256(), key.X, key.Y), key.D.FillBytes(make([]byte, 32)), nil
}

func signSM2(private, message []byte) ([]byte, error) {
	if len(private) != 32 {
		return nil, fmt.Errorf("no SM2 private key")
	}
	key := new(sm2.PrivateKey)
	key.Curve, key.D = sm2.P256(), new(big.Int).SetBytes(private)
	//lint:ignore SA1019 crypto/ecdh has no SM2
	key.X, key.Y = key.Curve.ScalarBaseMult(private)
	return sm2.SignASN1(rand.Reader, key, message, sm2.NewSM2SignerOption(true, nil))
}

func verifySM2(public, message, sig []byte) bool {
	//lint:ignore SA1019 crypto/ecdh has no SM2
	x, y := elliptic.Unmarshal(sm2.P256(), public)
	return x != nil && sm2.VerifyASN1WithSM2(&ecdsa.PublicKey{Curve: sm2.P256(), X: x, Y: y}, nil, message, sig)
}
