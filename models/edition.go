package models

import "time"

// Edition (版次) is an immutable set of screening rules. Its id is the content
// address of its files.
type Edition struct {
	ID        string    `json:"id"`
	Complete  bool      `json:"complete"` // a whole set, as it was in force; else files to lay upon the shipped ones
	Note      string    `json:"note"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

// Installation puts an edition in force for one unit, or with UnitID "" for
// all, until the next one of the same scope. Versions rise over all scopes.
type Installation struct {
	Version int64     `json:"version"`
	UnitID  string    `json:"unit_id"`
	Edition string    `json:"edition"` // "": none; the scope has what lies below it alone
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}
