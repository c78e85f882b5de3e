package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

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

// Signer signs a message with the key in force and names that key.
type Signer func(message []byte) (keyID string, sig []byte, err error)

// Keyring verifies signatures: by the id of each public key, whether a
// signature of a message is that key's. Package models/sign makes one.
type Keyring map[string]func(message, sig []byte) bool

// KeyID is the first 16 hex digits of the SHA-256 of a public key.
func KeyID(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// Seal signs a statement.
func Seal(sign Signer, statement any) (Envelope, error) {
	payload, err := Canonical(statement)
	if err != nil {
		return Envelope{}, err
	}
	id, sig, err := sign(preAuthentication(CertificatePayloadType, payload))
	return Envelope{PayloadType: CertificatePayloadType, Payload: payload, Signatures: []Signature{{KeyID: id, Sig: sig}}}, err
}

// Open checks the signature of an envelope (JSON) and gives its payload. White
// space apart, an envelope has one spelling: any other is refused. The error is
// a *ProofError.
func Open(envelope []byte, keys Keyring) (payload []byte, err error) {
	var e Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return nil, proofError(FaultEnvelope, err.Error())
	}
	switch {
	case !sameText(envelope, e):
		return nil, proofError(FaultEnvelope, "")
	case e.PayloadType != CertificatePayloadType:
		return nil, proofError(FaultEnvelope, fmt.Sprintf("payloadType %q", e.PayloadType))
	case len(e.Signatures) == 0:
		return nil, proofError(FaultEnvelope, "signatures []")
	}
	signed := preAuthentication(e.PayloadType, e.Payload)
	for _, s := range e.Signatures {
		if verify, known := keys[s.KeyID]; known {
			if !verify(signed, s.Sig) {
				return nil, proofError(FaultSignature, s.KeyID)
			}
			return e.Payload, nil
		}
	}
	return nil, proofError(FaultKey, e.Signatures[0].KeyID)
}

// preAuthentication is DSSE's PAE: what is signed.
func preAuthentication(payloadType string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}

// sameText says whether JSON spells a value as this program does, white space apart.
func sameText(text []byte, v any) bool {
	var want bytes.Buffer
	encoder := json.NewEncoder(&want)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v) == nil && bytes.Equal(compact(text), bytes.TrimSpace(want.Bytes()))
}

func compact(text []byte) []byte {
	var out bytes.Buffer
	_ = json.Compact(&out, text) // what is no JSON compares unequal
	return out.Bytes()
}

// ProofFault says which part of a proof does not hold.
type ProofFault string

// The faults.
const (
	FaultRelease      ProofFault = "release"       // not the JSON of a release
	FaultContent      ProofFault = "content"       // the content has another digest than it names
	FaultEnvelope     ProofFault = "envelope"      // not a DSSE envelope, or not as it was issued
	FaultKey          ProofFault = "unknown_key"   // signed by a key that is not among those given
	FaultSignature    ProofFault = "signature"     // the signature does not match
	FaultStatement    ProofFault = "statement"     // signed, but no statement of the kind wanted
	FaultSubject      ProofFault = "subject"       // subject and predicate name different things
	FaultOtherRelease ProofFault = "other_release" // the certificate of another release
	FaultOtherDigest  ProofFault = "other_digest"  // the certificate of another content
	FaultParticulars  ProofFault = "particulars"   // draft, account, tier or time differ
	FaultSignOff      ProofFault = "no_sign_off"   // no sign-off of this digest
	FaultDocument     ProofFault = "document"      // a byte that is outside the content digest was altered
	FaultKeyID        ProofFault = "key_id"        // a public key under the id of another one
	FaultCheckpoint   ProofFault = "checkpoint"    // not the JSON of a checkpoint
	FaultHeads        ProofFault = "heads"         // the list of chain heads is not the one that was signed
)

var faultTexts = map[ProofFault]string{
	FaultRelease:      "签发件不是有效的 JSON，或不是签发件。",
	FaultContent:      "签发件的内容与其摘要不符：正文、标题或其他签发内容被改动。",
	FaultEnvelope:     "证书不是有效的 DSSE 信封，或其写法被改动。",
	FaultKey:          "签名所用的公钥不在给出的公钥之中：证书可能是伪造的，或公钥文件不是签发系统的。",
	FaultSignature:    "签名与公钥不符：证书内容或签名被改动。",
	FaultStatement:    "签名有效，但所签的不是这一类证明。",
	FaultSubject:      "证书的主体（subject）与其内容（predicate）不一致。",
	FaultOtherRelease: "证书是另一签发件的。",
	FaultOtherDigest:  "证书所载的内容摘要与签发件的摘要不符。",
	FaultParticulars:  "签发件的稿件编号、账号、层级或签发时间与证书不符。",
	FaultSignOff:      "证书中没有对此内容的审定签发。",
	FaultDocument:     "签发件中内容摘要以外的部分被改动，与证书所载的整件摘要不符。",
	FaultCheckpoint:   "检查点不是有效的 JSON。",
	FaultHeads:        "检查点的链尾清单与所签的不符：清单被改动。",
	FaultKeyID:        "公钥与其编号（kid）不符：公钥被调换。",
}

// ProofError says why a proof (certificate, checkpoint) is refused. Detail is
// what was found, or "".
type ProofError struct {
	Fault  ProofFault
	Detail string
}

func proofError(fault ProofFault, detail string) error { return &ProofError{fault, detail} }

func (e *ProofError) Error() string {
	if e.Detail == "" {
		return faultTexts[e.Fault]
	}
	return faultTexts[e.Fault] + "（" + e.Detail + "）"
}
