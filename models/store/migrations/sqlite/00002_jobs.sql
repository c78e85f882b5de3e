-- +goose Up
-- Background work.

-- reminders of waiting steps that are due, one for each time that a draft waits; escalate_at is 253402300799999 once nothing is to follow
CREATE TABLE reminders (
    draft_id TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    escalate_at INTEGER NOT NULL,
    escalated_at INTEGER NOT NULL,
    PRIMARY KEY (draft_id, state, due_at)
) STRICT;
CREATE INDEX reminders_escalate ON reminders (escalate_at, draft_id);

-- subscriptions to wake-up calls
CREATE TABLE webhooks (
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    kinds TEXT NOT NULL,
    description TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER NOT NULL,
    disabled_why TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- calls of webhooks; next_at is 253402300799999 once nothing is to follow
CREATE TABLE deliveries (
    id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error TEXT NOT NULL,
    next_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    done_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX deliveries_once ON deliveries (webhook_id, notice_id);
CREATE INDEX deliveries_next ON deliveries (next_at, id);
CREATE INDEX deliveries_log ON deliveries (webhook_id, id);
CREATE INDEX deliveries_done ON deliveries (done_at, id);

-- whose turn a periodic job is: until then it has been done
CREATE TABLE job_turns (
    name TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT;

-- years of the State Council's calendar that were imported
CREATE TABLE calendar_years (
    year INTEGER NOT NULL,
    source TEXT NOT NULL,
    papers TEXT NOT NULL,
    off_days TEXT NOT NULL,
    work_days TEXT NOT NULL,
    imported_by TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    PRIMARY KEY (year)
) STRICT;

-- when a notice was handed to the webhooks; 0: not yet
ALTER TABLE notices ADD COLUMN dispatched_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notices_dispatch ON notices (dispatched_at, id);
CREATE INDEX drafts_due ON drafts (due_at, id);
CREATE INDEX once_keys_at ON once_keys (at);
