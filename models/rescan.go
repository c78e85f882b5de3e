package models

import "time"

// Rescan (归档复审) screens every released post against the edition that is in
// force for its unit.
type Rescan struct {
	ID         string    `json:"id"`
	Edition    string    `json:"edition" doc:"复审所用的词库版次；有单位增补规则时，为各单位版次合成的代号"`
	Since      string    `json:"since" doc:"只复审此签发件之后的；空为全部"`
	Position   string    `json:"-"` // the last release that was screened
	Total      int64     `json:"total" doc:"须复审的签发件数（开始时）"`
	Done       int64     `json:"done" doc:"已复审的签发件数"`
	Hits       int64     `json:"hits" doc:"新命中数，各有一个待办事项"`
	StartedBy  string    `json:"started_by"`
	StartedAt  time.Time `json:"started_at"`
	FinishedAt time.Time `json:"finished_at,omitzero" doc:"完成时间；没有则尚未完成"`
}

// WorkItemState says how a work item was settled.
type WorkItemState string

// The states.
const (
	WorkOpen     WorkItemState = "open"
	WorkKept     WorkItemState = "keep"     // 保留：说明理由
	WorkWithdraw WorkItemState = "withdraw" // 已撤回
	WorkCorrect  WorkItemState = "correct"  // 以更正稿处理
)

// WorkItem (复审事项) is a hit that a rescan found in a released post and that
// was not in the report that the post was signed with: a person settles it.
type WorkItem struct {
	ID         string        `json:"id"`
	RescanID   string        `json:"rescan_id"`
	ReleaseID  string        `json:"release_id"`
	DraftID    string        `json:"draft_id"`
	AccountID  string        `json:"account_id"`
	Digest     string        `json:"digest"`
	Hit        Hit           `json:"hit"`
	Edition    string        `json:"edition"`
	State      WorkItemState `json:"state" enum:"open,keep,withdraw,correct"`
	Reason     string        `json:"reason"`
	Correction string        `json:"correction" doc:"更正稿的 id"`
	SettledBy  string        `json:"settled_by"`
	OnBehalfOf string        `json:"on_behalf_of,omitempty" doc:"授权代签的授权人"`
	CreatedAt  time.Time     `json:"created_at"`
	SettledAt  time.Time     `json:"settled_at,omitzero"`
}
