package api

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"shenfa/models"
)

// BenchmarkFeedPage writes a page of 100 releases of 600 characters each.
func BenchmarkFeedPage(b *testing.B) {
	page := &FeedPage{Next: "next"}
	for i := range 100 {
		raw, err := marshal(models.ReleaseDocument{ID: fmt.Sprint(i), Title: "标题", Body: strings.Repeat("正文", 300), Media: []models.Media{}})
		if err != nil {
			b.Fatal(err)
		}
		page.Items = append(page.Items, FeedItem{Cursor: fmt.Sprint(i), Op: models.FeedRelease, At: time.Unix(0, 0).UTC(), Release: StoredRelease(raw)})
	}
	whole, err := marshal(page)
	if err != nil || string(whole)+"\n" != string(page.appendJSON(nil)) {
		b.Fatalf("the two ways differ: %v\n%.300s\n%.300s", err, whole, page.appendJSON(nil))
	}
	b.Run("joined", func(b *testing.B) {
		b.SetBytes(int64(len(whole)))
		for b.Loop() {
			if err := marshalTo(io.Discard, page); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(whole)))
		for b.Loop() {
			if err := json.NewEncoder(io.Discard).Encode(page); err != nil {
				b.Fatal(err)
			}
		}
	})
}
