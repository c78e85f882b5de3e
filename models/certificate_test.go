package models_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"shenfa/models"
	"shenfa/models/sign"
)

// proof is a release with its certificate and the keys that verify it.
type proof struct {
	release, certificate []byte
	keys                 models.Keyring
	signer               models.Signer
}

func newProof(t testing.TB, algorithm string) proof {
	t.Helper()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	key, err := sign.NewKey(algorithm, at)
	if err != nil {
		t.Fatal(err)
	}
	d := models.ReleaseDocument{ID: "r1", DraftID: "d1", AccountID: "a1", Title: "标题", Body: "正文 <b>", Format: models.FormatText,
		Kind: models.KindOriginal, Media: []models.Media{}, Tier: models.TierGeneral, ReleasedAt: at}
	d.Digest = d.Content().Digest()
	p := proof{keys: sign.Ring(key), signer: sign.With(key)}
	if p.release, err = json.Marshal(d); err != nil {
		t.Fatal(err)
	}
	c := models.Certificate{Serial: 7, ReleaseID: d.ID, DraftID: d.DraftID, AccountID: d.AccountID, Digest: d.Digest, Tier: d.Tier, ReleasedAt: at,
		Document: models.DocumentDigest(p.release), Decisions: []models.CertificateDecision{{Step: "account_lead", PersonName: "王主任", Signs: true, Digest: d.Digest}}}
	e, err := models.SignCertificate(p.signer, c)
	if err != nil {
		t.Fatal(err)
	}
	if p.certificate, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReleaseVerifies(t *testing.T) {
	for _, algorithm := range []string{sign.Ed25519, sign.SM2} {
		t.Run(algorithm, func(t *testing.T) {
			p := newProof(t, algorithm)
			d, c, err := models.VerifyRelease(p.release, p.certificate, p.keys)
			if err != nil || d.Title != "标题" || c.Serial != 7 || c.Decisions[0].PersonName != "王主任" {
				t.Fatalf("%+v, %+v, %v", d, c, err)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, p.certificate, "", "  "); err != nil {
				t.Fatal(err)
			}
			if _, _, err := models.VerifyRelease(p.release, pretty.Bytes(), p.keys); err != nil {
				t.Errorf("indented: %v", err)
			}
		})
	}
}

// Every byte, altered in three ways: the lowest bit, the case bit, the highest bit.
func TestWhatIsAlteredInAnyByteIsRefused(t *testing.T) {
	for _, algorithm := range []string{sign.Ed25519, sign.SM2} {
		p := newProof(t, algorithm)
		faults := map[models.ProofFault]int{}
		refused := func(what string, i int, release, certificate []byte) {
			_, _, err := models.VerifyRelease(release, certificate, p.keys)
			fault, ok := errors.AsType[*models.ProofError](err)
			if !ok {
				t.Fatalf("%s: byte %d of the %s altered: %v", algorithm, i, what, err)
			}
			faults[fault.Fault]++
		}
		for _, flip := range []byte{1, 0x20, 0x80} {
			for i := range p.certificate {
				refused("certificate", i, p.release, flipped(p.certificate, i, flip))
			}
			for i := range p.release {
				refused("release", i, flipped(p.release, i, flip), p.certificate)
			}
		}
		for _, fault := range []models.ProofFault{models.FaultRelease, models.FaultContent, models.FaultEnvelope, models.FaultKey, models.FaultSignature,
			models.FaultOtherRelease, models.FaultParticulars, models.FaultDocument} {
			if faults[fault] == 0 {
				t.Errorf("%s: no altered byte was refused as %s: %v", algorithm, fault, faults)
			}
		}
	}
}

func flipped(raw []byte, i int, bits byte) []byte {
	altered := bytes.Clone(raw)
	altered[i] ^= bits
	return altered
}

func TestEachFaultHasItsOwnWord(t *testing.T) {
	p, other := newProof(t, sign.Ed25519), newProof(t, sign.Ed25519)
	swapped := models.Keyring{}
	for id := range p.keys {
		for _, verify := range other.keys {
			swapped[id] = verify
		}
	}
	certificate := func(change func(*models.Certificate)) []byte {
		c, err := models.VerifyCertificate(p.certificate, p.keys)
		if err != nil {
			t.Fatal(err)
		}
		change(&c)
		e, err := models.SignCertificate(p.signer, c)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for fault, tt := range map[models.ProofFault]struct {
		release, certificate []byte
		keys                 models.Keyring
	}{
		models.FaultRelease:      {[]byte("{"), p.certificate, p.keys},
		models.FaultContent:      {bytes.Replace(p.release, []byte("正文"), []byte("原文"), 1), p.certificate, p.keys},
		models.FaultEnvelope:     {p.release, []byte(`{"payload":""}`), p.keys},
		models.FaultKey:          {p.release, p.certificate, other.keys},
		models.FaultSignature:    {p.release, p.certificate, swapped},
		models.FaultOtherRelease: {p.release, certificate(func(c *models.Certificate) { c.ReleaseID = "r2" }), p.keys},
		models.FaultOtherDigest:  {p.release, certificate(func(c *models.Certificate) { c.Digest = "00" }), p.keys},
		models.FaultParticulars:  {p.release, certificate(func(c *models.Certificate) { c.Tier = models.TierMajor }), p.keys},
		models.FaultSignOff:      {p.release, certificate(func(c *models.Certificate) { c.Decisions[0].Signs = false }), p.keys},
		models.FaultDocument:     {bytes.Replace(p.release, []byte(`"source":null,`), nil, 1), p.certificate, p.keys},
	} {
		_, _, err := models.VerifyRelease(tt.release, tt.certificate, tt.keys)
		if got, ok := errors.AsType[*models.ProofError](err); !ok || got.Fault != fault || got.Error() == "" {
			t.Errorf("%s: %v", fault, err)
		}
	}
}

func FuzzVerifyCertificate(f *testing.F) {
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"keyid":"x","sig":"AA=="}]}`))
	keys := models.Keyring{"x": func(_, _ []byte) bool { return false }}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := models.VerifyCertificate(raw, keys); err == nil {
			t.Fatal("accepted")
		}
	})
}
