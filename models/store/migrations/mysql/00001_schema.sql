-- +goose Up
-- Times are milliseconds since 1970 in UTC; 0 is the zero time. Lists and objects are JSON text.
-- Each statement may be repeated: DDL is not rolled back when a later statement fails.

-- units (单位)
CREATE TABLE IF NOT EXISTS units (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(255) NOT NULL,
    parent_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- social-media accounts (账号)
CREATE TABLE IF NOT EXISTS accounts (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    unit_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(255) NOT NULL,
    medium VARCHAR(64) NOT NULL,
    profile VARCHAR(255) NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (unit_id) REFERENCES units (id),
    UNIQUE KEY accounts_name (unit_id, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- people who can sign in
CREATE TABLE IF NOT EXISTS users (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sign_in VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL,
    unit_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY users_sign_in (sign_in)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- roles of people: on an account, on a unit, or everywhere
CREATE TABLE IF NOT EXISTS grants (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role VARCHAR(64) NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    unit_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (user_id) REFERENCES users (id),
    UNIQUE KEY grants_once (user_id, role, account_id, unit_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- API credentials; hash is the SHA-256 of the secret
CREATE TABLE IF NOT EXISTS tokens (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(64) NOT NULL,
    name VARCHAR(255) NOT NULL,
    user_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_ids MEDIUMTEXT NOT NULL,
    hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY tokens_hash (hash)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- drafts (稿件); due_at without a time limit is 253402300799999, the last millisecond of the year 9999
CREATE TABLE IF NOT EXISTS drafts (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    number VARCHAR(64) NOT NULL,
    unit_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(64) NOT NULL,
    step BIGINT NOT NULL,
    tier VARCHAR(64) NOT NULL,
    tier_reasons MEDIUMTEXT NOT NULL,
    tier_floor VARCHAR(64) NOT NULL,
    declared_tier VARCHAR(64) NOT NULL,
    urgent BOOLEAN NOT NULL,
    consult MEDIUMTEXT NOT NULL,
    title TEXT NOT NULL,
    kind VARCHAR(64) NOT NULL,
    format VARCHAR(64) NOT NULL,
    revision BIGINT NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    outcome VARCHAR(64) NOT NULL,
    edition VARCHAR(255) NOT NULL,
    profile VARCHAR(255) NOT NULL,
    route MEDIUMTEXT NOT NULL,
    created_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    last_editor VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    writers TEXT NOT NULL,
    round BIGINT NOT NULL,
    release_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    corrects VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    chain_n BIGINT NOT NULL,
    chain_head VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    KEY drafts_account (account_id, id),
    KEY drafts_state (account_id, state, id),
    KEY drafts_inbox (account_id, state, due_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- what a draft is found by: pairs of characters of its title, and its number
CREATE TABLE IF NOT EXISTS draft_terms (
    term VARCHAR(64) NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (term, account_id, draft_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- contents of drafts (版本)
CREATE TABLE IF NOT EXISTS revisions (
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    n BIGINT NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title TEXT NOT NULL,
    format VARCHAR(64) NOT NULL,
    kind VARCHAR(64) NOT NULL,
    source MEDIUMTEXT NOT NULL,
    media MEDIUMTEXT NOT NULL,
    not_before BIGINT,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    author VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    body MEDIUMTEXT NOT NULL,
    PRIMARY KEY (draft_id, n)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- reports of the screening (机审)
CREATE TABLE IF NOT EXISTS reports (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revision BIGINT NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    report MEDIUMTEXT NOT NULL,
    PRIMARY KEY (id),
    KEY reports_draft (draft_id, created_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- decisions; approval is 1 for an approval in force and NULL otherwise
CREATE TABLE IF NOT EXISTS decisions (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revision BIGINT NOT NULL,
    round BIGINT NOT NULL,
    step VARCHAR(64) NOT NULL,
    role VARCHAR(64) NOT NULL,
    action VARCHAR(64) NOT NULL,
    signs BOOLEAN NOT NULL,
    person_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    on_behalf_of VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    comment MEDIUMTEXT NOT NULL,
    tier VARCHAR(64) NOT NULL,
    at BIGINT NOT NULL,
    voided_at BIGINT NOT NULL,
    approval BIGINT,
    PRIMARY KEY (id),
    UNIQUE KEY decisions_once (draft_id, round, step, person_id, approval)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- dispositions of hits (处置)
CREATE TABLE IF NOT EXISTS dispositions (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hit_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    category VARCHAR(64) NOT NULL,
    kind VARCHAR(64) NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    basis_kind VARCHAR(64) NOT NULL,
    document TEXT NOT NULL,
    fields MEDIUMTEXT NOT NULL,
    proposed_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    at BIGINT NOT NULL,
    confirmed_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    confirmed_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    KEY dispositions_draft (draft_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- opinions of consulted units (会签)
CREATE TABLE IF NOT EXISTS consultations (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    round BIGINT NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    unit_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    unit_name VARCHAR(255) NOT NULL,
    state VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    opinion MEDIUMTEXT NOT NULL,
    reference VARCHAR(255) NOT NULL,
    answered_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY consultations_draft (draft_id, round, unit_id),
    KEY consultations_unit (unit_id, state, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- delegations (授权代签)
CREATE TABLE IF NOT EXISTS delegations (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    from_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    to_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_ids MEDIUMTEXT NOT NULL,
    tiers MEDIUMTEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revoked_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    KEY delegations_to (to_id, ends_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- withdrawals of releases (撤回), one for each release
CREATE TABLE IF NOT EXISTS withdrawals (
    release_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason VARCHAR(64) NOT NULL,
    text MEDIUMTEXT NOT NULL,
    document VARCHAR(255) NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    decided_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role VARCHAR(64) NOT NULL,
    at BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    PRIMARY KEY (release_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- releases that enter the feed when their time comes
CREATE TABLE IF NOT EXISTS schedules (
    release_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (release_id),
    KEY schedules_due (due_at, release_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- audit events, a chain for each draft and one of the administration
CREATE TABLE IF NOT EXISTS audit_events (
    chain VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    n BIGINT NOT NULL,
    prev_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    at BIGINT NOT NULL,
    actor VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(64) NOT NULL,
    data MEDIUMTEXT NOT NULL,
    hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (chain, n)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- heads of the chains that are not a draft's
CREATE TABLE IF NOT EXISTS chains (
    chain VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    n BIGINT NOT NULL,
    hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (chain)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- counters that are locked until their transaction ends
CREATE TABLE IF NOT EXISTS counters (
    name VARCHAR(255) NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- the outbox: side effects that leave after their transaction
CREATE TABLE IF NOT EXISTS notices (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(64) NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload MEDIUMTEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- releases (签发件); document is what the feed sends
CREATE TABLE IF NOT EXISTS releases (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revision BIGINT NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    serial BIGINT NOT NULL,
    tier VARCHAR(64) NOT NULL,
    released_at BIGINT NOT NULL,
    document MEDIUMTEXT NOT NULL,
    certificate MEDIUMTEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY releases_serial (serial),
    KEY releases_draft (draft_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- the change feed; position is from the counter, never an auto-increment
CREATE TABLE IF NOT EXISTS feed (
    position BIGINT NOT NULL,
    op VARCHAR(64) NOT NULL,
    release_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason TEXT NOT NULL,
    supersedes VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (position),
    KEY feed_account (account_id, position)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- which integration pulled which release, and when first
CREATE TABLE IF NOT EXISTS pulls (
    release_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    integration VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (release_id, integration, position)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- the last word of each channel on a release (发布回执)
CREATE TABLE IF NOT EXISTS receipts (
    release_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    channel VARCHAR(64) NOT NULL,
    state VARCHAR(64) NOT NULL,
    url TEXT NOT NULL,
    platform_id VARCHAR(255) NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    error TEXT NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    integration VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    live BOOLEAN NOT NULL,
    PRIMARY KEY (release_id, channel)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- writes that happen at most once (Idempotency-Key)
CREATE TABLE IF NOT EXISTS once_keys (
    actor VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    once_key VARCHAR(255) NOT NULL,
    request VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    resource VARCHAR(255) NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (actor, once_key)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- key pairs of release certificates
CREATE TABLE IF NOT EXISTS signing_keys (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    algorithm VARCHAR(64) NOT NULL,
    public_key MEDIUMBLOB NOT NULL,
    private_key MEDIUMBLOB NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- what a browser's cookie stands for
CREATE TABLE IF NOT EXISTS sessions (
    token VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    data MEDIUMBLOB NOT NULL,
    expiry BIGINT NOT NULL,
    PRIMARY KEY (token),
    KEY sessions_expiry (expiry)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

INSERT IGNORE INTO chains (chain, n, hash) VALUES ('system', 0, '');
