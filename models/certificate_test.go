package models

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"
)

func signedEnvelope(t *testing.T) ([]byte, map[string]ed25519.PublicKey, Certificate) {
	t.Helper()
	key, err := NewSigningKey(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	c := Certificate{Serial: 7, ReleaseID: "r1", DraftID: "d1", AccountID: "a1", Digest: Content{Title: "标题"}.Digest(), Tier: TierGeneral,
		ReleasedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Decisions: []CertificateDecision{{Step: "editor", Role: RoleEditor, Person: "p1", PersonName: "王编辑"}}}
	e, err := SignCertificate(key, c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return raw, map[string]ed25519.PublicKey{key.ID: key.Public}, c
}

func TestCertificateVerifies(t *testing.T) {
	raw, keys, want := signedEnvelope(t)
	got, err := VerifyCertificate(raw, keys)
	if err != nil || got.Digest != want.Digest || got.Serial != 7 || got.Decisions[0].PersonName != "王编辑" {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestCertificateAlteredInAnyByteIsRefusedOrTheSame(t *testing.T) {
	raw, keys, want := signedEnvelope(t)
	wanted, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		altered := bytes.Clone(raw)
		altered[i] ^= 1
		got, err := VerifyCertificate(altered, keys)
		if err != nil {
			continue
		}
		// An altered spelling of the envelope (spare bits of base64, a letter's case) must still say the same.
		if text, err := json.Marshal(got); err != nil || !bytes.Equal(text, wanted) {
			t.Fatalf("byte %d of %d altered, and accepted as %s", i, len(raw), text)
		}
	}
}

func TestCertificateOfAnotherKeyIsRefused(t *testing.T) {
	raw, keys, _ := signedEnvelope(t)
	_, others, _ := signedEnvelope(t)
	if _, err := VerifyCertificate(raw, others); err == nil {
		t.Error("an unknown key was accepted")
	}
	for id := range keys {
		for _, other := range others {
			keys[id] = other
		}
	}
	if _, err := VerifyCertificate(raw, keys); err == nil {
		t.Error("a swapped key was accepted")
	}
}

func FuzzVerifyCertificate(f *testing.F) {
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"keyid":"x","sig":"AA=="}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := VerifyCertificate(raw, map[string]ed25519.PublicKey{"x": make([]byte, ed25519.PublicKeySize)}); err == nil {
			t.Fatal("accepted")
		}
	})
}
