-- +goose Up
-- Background work. Each statement may be repeated: DDL is not rolled back when a later statement fails.

-- reminders of waiting steps that are due, one for each time that a draft waits; escalate_at is 253402300799999 once nothing is to follow
CREATE TABLE IF NOT EXISTS reminders (
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(64) NOT NULL,
    due_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    escalate_at BIGINT NOT NULL,
    escalated_at BIGINT NOT NULL,
    PRIMARY KEY (draft_id, state, due_at),
    KEY reminders_escalate (escalate_at, draft_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- subscriptions to wake-up calls
CREATE TABLE IF NOT EXISTS webhooks (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    url TEXT NOT NULL,
    unit_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kinds MEDIUMTEXT NOT NULL,
    description TEXT NOT NULL,
    secret VARCHAR(255) NOT NULL,
    created_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL,
    disabled_why VARCHAR(64) NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- calls of webhooks; next_at is 253402300799999 once nothing is to follow
CREATE TABLE IF NOT EXISTS deliveries (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    webhook_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    notice_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(64) NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    body MEDIUMTEXT NOT NULL,
    state VARCHAR(64) NOT NULL,
    attempts BIGINT NOT NULL,
    status BIGINT NOT NULL,
    error TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY deliveries_once (webhook_id, notice_id),
    KEY deliveries_next (next_at, id),
    KEY deliveries_log (webhook_id, id),
    KEY deliveries_done (done_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- whose turn a periodic job is: until then it has been done
CREATE TABLE IF NOT EXISTS job_turns (
    name VARCHAR(255) NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- years of the State Council's calendar that were imported
CREATE TABLE IF NOT EXISTS calendar_years (
    year BIGINT NOT NULL,
    source TEXT NOT NULL,
    papers MEDIUMTEXT NOT NULL,
    off_days MEDIUMTEXT NOT NULL,
    work_days MEDIUMTEXT NOT NULL,
    imported_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    imported_at BIGINT NOT NULL,
    PRIMARY KEY (year)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- when a notice was handed to the webhooks; 0: not yet
SET @change = IF((SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'notices' AND column_name = 'dispatched_at') = 0,
    'ALTER TABLE notices ADD COLUMN dispatched_at BIGINT NOT NULL DEFAULT 0, ADD KEY notices_dispatch (dispatched_at, id)', 'DO 0');
PREPARE change_once FROM @change;
EXECUTE change_once;
DEALLOCATE PREPARE change_once;

SET @change = IF((SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'drafts' AND index_name = 'drafts_due') = 0,
    'ALTER TABLE drafts ADD KEY drafts_due (due_at, id)', 'DO 0');
PREPARE change_once FROM @change;
EXECUTE change_once;
DEALLOCATE PREPARE change_once;

SET @change = IF((SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'once_keys' AND index_name = 'once_keys_at') = 0,
    'ALTER TABLE once_keys ADD KEY once_keys_at (at)', 'DO 0');
PREPARE change_once FROM @change;
EXECUTE change_once;
DEALLOCATE PREPARE change_once;
