package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shenfa/models/store"
)

func Conformance(t *testing.T, open func() *store.Store) {
	s := open()
	ctx := context.Background()
	if err := s.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	w := NewWorld(t, s)
	d := NewDraft(w.Account, 12, "关于召开会议的通知")
	Must(t, s, func(tx *store.Tx) error { return tx.InsertDraft(d) })
	got, err := s.Draft(ctx, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, got); diff != "" {
		t.Error(diff)
	}
}
