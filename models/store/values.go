package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// millis is how a time is stored: milliseconds since 1970 in UTC; 0 is the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// timeOf is the time of stored milliseconds, in UTC.
func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// noLimit is how drafts.due_at says that there is no time limit: the last
// millisecond of the year 9999, so that the index has those drafts last.
const noLimit = 253402300799999

func dueMillis(t time.Time) int64 {
	if t.IsZero() {
		return noLimit
	}
	return min(t.UnixMilli(), noLimit-1)
}

func dueOf(ms int64) time.Time {
	if ms == noLimit {
		return time.Time{}
	}
	return timeOf(ms)
}

// listText is a list as JSON; an empty one is the empty text.
func listText[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	return jsonText(list)
}

func jsonText(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store %T: %w", v, err)
	}
	return string(text), nil
}

// parse reads stored JSON; the empty text leaves the value as it is.
func parse(text string, into any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("read %T: %w", into, err)
	}
	return nil
}

// each converts rows; the first failure ends it.
func each[R, M any](rows []R, convert func(R) (M, error)) ([]M, error) {
	list := make([]M, 0, len(rows))
	for _, row := range rows {
		m, err := convert(row)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// plain converts rows that cannot be malformed.
func plain[R, M any](rows []R, convert func(R) M) []M {
	list := make([]M, len(rows))
	for i, row := range rows {
		list[i] = convert(row)
	}
	return list
}
