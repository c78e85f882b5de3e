package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"shenfa/api/client"
	"shenfa/models"
	"shenfa/models/sign"
)

// An integration publishes nothing that was altered in any byte, or signed by
// another key, and can tell why.
func TestNothingAlteredPassesTheClient(t *testing.T) {
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	key, err := sign.NewKey(sign.Ed25519, at)
	if err != nil {
		t.Fatal(err)
	}
	d := models.ReleaseDocument{ID: "r", DraftID: "d", AccountID: "a", Title: "题", Body: "文", Format: models.FormatText, Kind: models.KindOriginal,
		Media: []models.Media{}, Tier: models.TierGeneral, ReleasedAt: at}
	d.Digest = d.Content().Digest()
	release, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := models.SignCertificate(sign.With(key), models.Certificate{Serial: 1, ReleaseID: "r", DraftID: "d", AccountID: "a", Digest: d.Digest,
		Document: models.DocumentDigest(release), Tier: d.Tier, ReleasedAt: at, Decisions: []models.CertificateDecision{{Signs: true, Digest: d.Digest}}})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	keys := sign.Ring(key)
	if _, _, err := client.Verify(client.FeedItem{Release: release}, certificate, keys); err != nil {
		t.Fatal(err)
	}
	refused := func(what string, release, certificate []byte, keys models.Keyring) models.ProofFault {
		t.Helper()
		_, _, err := client.Verify(client.FeedItem{Release: release}, certificate, keys)
		fault, ok := errors.AsType[*models.ProofError](err)
		if !ok {
			t.Fatalf("%s: %v", what, err)
		}
		return fault.Fault
	}
	for _, bit := range []byte{1, 0x20} {
		for i := range release {
			altered := bytes.Clone(release)
			altered[i] ^= bit
			refused("release", altered, certificate, keys)
		}
		for i := range certificate {
			altered := bytes.Clone(certificate)
			altered[i] ^= bit
			refused("certificate", release, altered, keys)
		}
	}
	other, err := sign.NewKey(sign.Ed25519, at)
	if err != nil {
		t.Fatal(err)
	}
	if fault := refused("another key", release, certificate, sign.Ring(other)); fault != models.FaultKey {
		t.Error(fault)
	}
	other.ID = key.ID
	if fault := refused("a swapped key", release, certificate, sign.Ring(other)); fault != models.FaultSignature {
		t.Error(fault)
	}
}
