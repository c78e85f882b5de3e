package workflow

import (
	"encoding/json"

	"shenfa/models"
)

// notice is an outbox row of a change; commit gives it its id, draft and time.
// It never holds a title or a text: a locked draft must not leak by it.
func notice(kind string, payload map[string]any) models.Notice {
	if payload == nil {
		payload = map[string]any{}
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		raw = []byte("{}") // words and ids alone go in: cannot happen
	}
	return models.Notice{Kind: kind, Payload: raw}
}
