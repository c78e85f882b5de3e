package models

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// The types that a certificate names: DSSE v1 around an in-toto Statement v1
// (github.com/secure-systems-lab/dsse, in-toto.io/Statement/v1).
const (
	CertificatePayloadType   = "application/vnd.in-toto+json"
	CertificateStatementType = "https://in-toto.io/Statement/v1"
	CertificatePredicateType = "urn:shenfa:release:v1"
)

// AlgorithmEd25519 names the signature algorithm of RFC 8032.
const AlgorithmEd25519 = "Ed25519"

// Envelope is a DSSE envelope. Payload and signatures are base64 in JSON.
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     []byte      `json:"payload"`
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature over the envelope's pre-authentication encoding.
type Signature struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
}

// Statement is what a certificate says: that the content with this digest was
// signed, by whom, and under which rules.
type Statement struct {
	Type          string             `json:"_type"`
	Subject       []StatementSubject `json:"subject"`
	PredicateType string             `json:"predicateType"`
	Predicate     Certificate        `json:"predicate"`
}

// StatementSubject names the release and its digest.
type StatementSubject struct {
	Name   string            `json:"name"`   // release/<id>
	Digest map[string]string `json:"digest"` // sha256: hex
}

// Certificate (签发证书) is the predicate of the statement.
type Certificate struct {
	Serial     int64                 `json:"serial"`
	ReleaseID  string                `json:"release_id"`
	DraftID    string                `json:"draft_id"`
	Number     string                `json:"number"`
	AccountID  string                `json:"account_id"`
	Digest     string                `json:"digest"`
	Tier       Tier                  `json:"tier"`
	Decisions  []CertificateDecision `json:"decisions"`
	Edition    string                `json:"edition"`
	Profile    string                `json:"profile"`
	NotBefore  *time.Time            `json:"not_before"`
	ReleasedAt time.Time             `json:"released_at"`
}

// CertificateDecision is one approval in force when the release was made.
type CertificateDecision struct {
	Step       string    `json:"step"`
	Role       Role      `json:"role"`
	Person     string    `json:"person"`
	PersonName string    `json:"person_name"`
	OnBehalfOf string    `json:"on_behalf_of,omitempty"`
	Signs      bool      `json:"signs"`
	Digest     string    `json:"digest"`
	At         time.Time `json:"at"`
}

// NewSigningKey makes a key pair of algorithm Ed25519.
func NewSigningKey(at time.Time) (SigningKey, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return SigningKey{}, err
	}
	return SigningKey{ID: KeyID(public), Algorithm: AlgorithmEd25519, Public: public, Private: private, CreatedAt: Millis(at)}, nil
}

// KeyID is the first 16 hex digits of the SHA-256 of a public key.
func KeyID(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// SignCertificate signs the certificate.
func SignCertificate(key SigningKey, c Certificate) (Envelope, error) {
	if key.Algorithm != AlgorithmEd25519 || len(key.Private) != ed25519.PrivateKeySize {
		return Envelope{}, fmt.Errorf("signing key %s: no Ed25519 private key", key.ID)
	}
	payload, err := Canonical(Statement{Type: CertificateStatementType, PredicateType: CertificatePredicateType, Predicate: c,
		Subject: []StatementSubject{{Name: "release/" + c.ReleaseID, Digest: map[string]string{"sha256": c.Digest}}}})
	if err != nil {
		return Envelope{}, err
	}
	sig := ed25519.Sign(key.Private, preAuthentication(CertificatePayloadType, payload))
	return Envelope{PayloadType: CertificatePayloadType, Payload: payload, Signatures: []Signature{{KeyID: key.ID, Sig: sig}}}, nil
}

// VerifyCertificate checks an envelope (JSON) against the public keys, by key
// id, and gives the certificate. The error says what does not hold.
func VerifyCertificate(envelope []byte, keys map[string]ed25519.PublicKey) (Certificate, error) {
	var e Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return Certificate{}, fmt.Errorf("certificate: not a DSSE envelope: %w", err)
	}
	if e.PayloadType != CertificatePayloadType {
		return Certificate{}, fmt.Errorf("certificate: payload type is %q, not %q", e.PayloadType, CertificatePayloadType)
	}
	if err := verifySignature(e, keys); err != nil {
		return Certificate{}, err
	}
	var s Statement
	if err := json.Unmarshal(e.Payload, &s); err != nil {
		return Certificate{}, fmt.Errorf("certificate: payload is no statement: %w", err)
	}
	if s.Type != CertificateStatementType || s.PredicateType != CertificatePredicateType {
		return Certificate{}, fmt.Errorf("certificate: statement of type %q, predicate %q", s.Type, s.PredicateType)
	}
	if len(s.Subject) != 1 || s.Subject[0].Digest["sha256"] != s.Predicate.Digest {
		return Certificate{}, fmt.Errorf("certificate: subject and predicate name different digests")
	}
	return s.Predicate, nil
}

func verifySignature(e Envelope, keys map[string]ed25519.PublicKey) error {
	if len(e.Signatures) == 0 {
		return fmt.Errorf("certificate: no signature")
	}
	signed := preAuthentication(e.PayloadType, e.Payload)
	for _, s := range e.Signatures {
		key, known := keys[s.KeyID]
		switch {
		case !known || len(key) != ed25519.PublicKeySize:
			continue
		case ed25519.Verify(key, signed, s.Sig):
			return nil
		default:
			return fmt.Errorf("certificate: the signature of key %s does not match", s.KeyID)
		}
	}
	return fmt.Errorf("certificate: signed by unknown key %q", e.Signatures[0].KeyID)
}

// preAuthentication is DSSE's PAE: what is signed.
func preAuthentication(payloadType string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}
