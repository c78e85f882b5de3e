-- +goose Up

-- rescans of the released archive (归档复审); position is the last release that was screened
CREATE TABLE rescans (
    id TEXT NOT NULL,
    edition TEXT NOT NULL,
    since TEXT NOT NULL,
    position TEXT NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    owner TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- what a rescan found and a person has to settle (待办事项)
CREATE TABLE work_items (
    id TEXT NOT NULL,
    rescan_id TEXT NOT NULL,
    release_id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    hit_id TEXT NOT NULL,
    hit TEXT NOT NULL,
    edition TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    correction TEXT NOT NULL,
    settled_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    settled_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX work_items_once ON work_items (release_id, hit_id);
CREATE INDEX work_items_account ON work_items (account_id, state, id);
