package storetest

import (
	"bytes"
	"errors"
	"testing"

	"shenfa/models"
	"shenfa/models/store"
)

func editions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	archive := bytes.Repeat([]byte{0, 1, 0xff, '\n'}, 500_000)
	first := models.Edition{ID: NewID()[20:], Note: "第一版", CreatedBy: NewID(), CreatedAt: At(1)}
	second := models.Edition{ID: NewID()[20:], Complete: true, CreatedBy: "system", CreatedAt: At(2)}
	Must(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.InsertEdition(first, archive), tx.InsertEdition(second, []byte("zip")))
	})
	same(t, []models.Edition{first, second}, read[[]models.Edition](t)(s.Editions(ctx)))
	got, stored, err := s.Edition(ctx, first.ID)
	if err != nil || !bytes.Equal(stored, archive) {
		t.Errorf("%d bytes of %d came back: %v", len(stored), len(archive), err)
	}
	same(t, first, got)
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.InsertEdition(first, archive) }))
	_, _, err = s.Edition(ctx, "none")
	code(t, models.CodeNotFound, err)

	same(t, int64(0), read[int64](t)(s.Installed(ctx)))
	list := []models.Installation{
		{Version: 1, Edition: first.ID, By: "admin", At: At(3)},
		{Version: 2, UnitID: NewID(), Edition: second.ID, By: "admin", At: At(4)},
	}
	Must(t, s, func(tx *store.Tx) error { return errors.Join(tx.Install(list[0]), tx.Install(list[1])) })
	code(t, models.CodeConflict, update(s, func(tx *store.Tx) error { return tx.Install(list[1]) }))
	same(t, int64(2), read[int64](t)(s.Installed(ctx)))
	Must(t, s, func(tx *store.Tx) error {
		same(t, int64(2), read[int64](t)(tx.Installed()))
		return nil
	})
	same(t, list, read[[]models.Installation](t)(s.Installations(ctx)))
}
