package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"shenfa/api/client"
	"shenfa/models"
)

// pullState is what pull keeps between starts, in one file that is replaced at once.
type pullState struct {
	Cursor string `json:"cursor"` // of the last item dealt with or held back
	Held   []held `json:"held,omitempty"`
}

// held is an item that waits: for its not-before time, to be tried again, or
// for its receipt to get through.
type held struct {
	Item    client.FeedItem      `json:"item"`
	Due     time.Time            `json:"due"`               // zero: it came from the feed just now
	Tries   int                  `json:"tries,omitempty"`   // how often it failed
	Receipt *client.ReceiptInput `json:"receipt,omitempty"` // what is left to be said of it
}

// again is the item held back after one more failure: 10 s, 20 s … up to 10 minutes.
func (h held) again(now time.Time) held {
	h.Due = now.Add(min(10*time.Second<<min(h.Tries, 6), 10*time.Minute))
	h.Tries++
	return h
}

func readPullState(path string) (pullState, error) {
	var s pullState
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return s, err
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return s, fmt.Errorf("进度文件 %s 无法读取：%w", path, err)
	}
	return s, nil
}

func (s pullState) write(path string) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writeFile(path, append(content, '\n'), 0o600)
}

// due gives the held items whose time has come; with failed, those that failed
// too, whatever their time. They stay in the state until they are settled.
func (s pullState) due(now time.Time, failed bool) []held {
	var items []held
	for _, h := range s.Held {
		if !now.Before(h.Due) || failed && (h.Tries > 0 || h.Receipt != nil) {
			items = append(items, h)
		}
	}
	return items
}

func (s pullState) nextDue() (time.Time, bool) {
	var next time.Time
	for _, h := range s.Held {
		if next.IsZero() || h.Due.Before(next) {
			next = h.Due
		}
	}
	return next, !next.IsZero()
}

// settle records that an item was dealt with, or held back (again not nil).
func (s *pullState) settle(h held, again *held) {
	s.Held = slices.DeleteFunc(s.Held, func(x held) bool { return x.Item.Cursor == h.Item.Cursor })
	if again != nil {
		s.Held = append(s.Held, *again)
	}
	if h.Due.IsZero() {
		s.Cursor = h.Item.Cursor
	}
}

// forget drops what is held of a release that was withdrawn or superseded meanwhile.
func (s *pullState) forget(id string) {
	s.Held = slices.DeleteFunc(s.Held, func(x held) bool { return releaseID(x.Item) == id && x.Item.Op != models.FeedWithdraw })
}
