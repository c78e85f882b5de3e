package store_test

import (
	"testing"

	"shenfa/models/store"
	"shenfa/models/store/storetest"
)

func TestConformance(t *testing.T) { storetest.Each(t, storetest.Conformance) }

var _ = store.SQLite
