package models

import (
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
	Document   string                `json:"document,omitempty"` // SHA-256 of the release as the feed sends it, hex
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
	Delegator  string    `json:"on_behalf_of_name,omitempty"`
	Signs      bool      `json:"signs"`
	Digest     string    `json:"digest"`
	At         time.Time `json:"at"`
}

// ByLine is who decided, as papers say it: B 代 A for a deputy.
func (d CertificateDecision) ByLine() string {
	if d.Delegator == "" {
		return d.PersonName
	}
	return d.PersonName + " 代 " + d.Delegator
}

// SignCertificate signs the certificate.
func SignCertificate(sign Signer, c Certificate) (Envelope, error) {
	return Seal(sign, Statement{Type: CertificateStatementType, PredicateType: CertificatePredicateType, Predicate: c,
		Subject: []StatementSubject{{Name: "release/" + c.ReleaseID, Digest: map[string]string{"sha256": c.Digest}}}})
}

// DocumentDigest is the SHA-256 of a release's document, hex.
func DocumentDigest(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// VerifyCertificate checks an envelope (JSON) against the public keys and gives
// the certificate. The error is a *ProofError that says what does not hold.
func VerifyCertificate(envelope []byte, keys Keyring) (Certificate, error) {
	payload, err := Open(envelope, keys)
	if err != nil {
		return Certificate{}, err
	}
	var s Statement
	if err := json.Unmarshal(payload, &s); err != nil {
		return Certificate{}, proofError(FaultStatement, err.Error())
	}
	switch {
	case s.Type != CertificateStatementType || s.PredicateType != CertificatePredicateType:
		return Certificate{}, proofError(FaultStatement, fmt.Sprintf("%s %s", s.Type, s.PredicateType))
	case len(s.Subject) != 1 || s.Subject[0].Name != "release/"+s.Predicate.ReleaseID || s.Subject[0].Digest["sha256"] != s.Predicate.Digest:
		return Certificate{}, proofError(FaultSubject, "")
	}
	return s.Predicate, nil
}

// VerifyRelease checks a release against its certificate: the content has the
// digest, the certificate is signed by one of the keys, is of this release and
// names its sign-off. release is the JSON of a ReleaseDocument as the feed
// sends it. The error is a *ProofError that says what does not hold.
func VerifyRelease(release, certificate []byte, keys Keyring) (ReleaseDocument, Certificate, error) {
	d, err := ReadRelease(release)
	if err != nil {
		return d, Certificate{}, err
	}
	c, err := VerifyCertificate(certificate, keys)
	if err != nil {
		return d, c, err
	}
	signed := false
	for _, x := range c.Decisions {
		signed = signed || x.Signs && x.Digest == d.Digest
	}
	switch {
	case c.ReleaseID != d.ID:
		return d, c, proofError(FaultOtherRelease, c.ReleaseID)
	case c.Digest != d.Digest:
		return d, c, proofError(FaultOtherDigest, c.Digest)
	case c.DraftID != d.DraftID || c.AccountID != d.AccountID || c.Tier != d.Tier || !c.ReleasedAt.Equal(d.ReleasedAt):
		return d, c, proofError(FaultParticulars, "")
	case !signed:
		return d, c, proofError(FaultSignOff, "")
	case c.Document != "" && DocumentDigest(compact(release)) != c.Document:
		return d, c, proofError(FaultDocument, c.Document)
	case c.Document == "" && !sameText(release, d):
		return d, c, proofError(FaultDocument, "")
	}
	return d, c, nil
}

// ReadRelease reads a release and checks that its content has the digest that it names.
func ReadRelease(release []byte) (ReleaseDocument, error) {
	var d ReleaseDocument
	if err := json.Unmarshal(release, &d); err != nil {
		return d, proofError(FaultRelease, err.Error())
	}
	if digest := d.Content().Digest(); digest != d.Digest {
		return d, proofError(FaultContent, digest)
	}
	return d, nil
}
