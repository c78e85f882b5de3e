-- +goose Up
-- Times are milliseconds since 1970 in UTC; 0 is the zero time. Lists and objects are JSON text.

-- units (单位)
CREATE TABLE units (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- social-media accounts (账号)
CREATE TABLE accounts (
    id TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    name TEXT NOT NULL,
    medium TEXT NOT NULL,
    profile TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (unit_id) REFERENCES units (id)
) STRICT;
CREATE UNIQUE INDEX accounts_name ON accounts (unit_id, name);

-- people who can sign in
CREATE TABLE users (
    id TEXT NOT NULL,
    sign_in TEXT NOT NULL,
    name TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX users_sign_in ON users (sign_in);

-- roles of people: on an account, on a unit, or everywhere
CREATE TABLE grants (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    account_id TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
) STRICT;
CREATE UNIQUE INDEX grants_once ON grants (user_id, role, account_id, unit_id);

-- API credentials; hash is the SHA-256 of the secret
CREATE TABLE tokens (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT NOT NULL,
    account_ids TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

-- drafts (稿件); due_at without a time limit is 253402300799999, the last millisecond of the year 9999
CREATE TABLE drafts (
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    state TEXT NOT NULL,
    step INTEGER NOT NULL,
    tier TEXT NOT NULL,
    tier_reasons TEXT NOT NULL,
    tier_floor TEXT NOT NULL,
    declared_tier TEXT NOT NULL,
    urgent INTEGER NOT NULL,
    consult TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    outcome TEXT NOT NULL,
    edition TEXT NOT NULL,
    profile TEXT NOT NULL,
    route TEXT NOT NULL,
    created_by TEXT NOT NULL,
    last_editor TEXT NOT NULL,
    writers TEXT NOT NULL,
    round INTEGER NOT NULL,
    release_id TEXT NOT NULL,
    corrects TEXT NOT NULL,
    chain_n INTEGER NOT NULL,
    chain_head TEXT NOT NULL,
    version INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    submitted_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX drafts_account ON drafts (account_id, id);
CREATE INDEX drafts_state ON drafts (account_id, state, id);
CREATE INDEX drafts_inbox ON drafts (account_id, state, due_at, id);

-- what a draft is found by: pairs of characters of its title, and its number
CREATE TABLE draft_terms (
    term TEXT NOT NULL,
    account_id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    PRIMARY KEY (term, account_id, draft_id)
) STRICT, WITHOUT ROWID;

-- contents of drafts (版本)
CREATE TABLE revisions (
    draft_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    media TEXT NOT NULL,
    not_before INTEGER,
    digest TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (draft_id, n)
) STRICT;

-- reports of the screening (机审)
CREATE TABLE reports (
    id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX reports_draft ON reports (draft_id, created_at, id);

-- decisions; approval is 1 for an approval in force and NULL otherwise
CREATE TABLE decisions (
    id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    round INTEGER NOT NULL,
    step TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    signs INTEGER NOT NULL,
    person_id TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL,
    digest TEXT NOT NULL,
    comment TEXT NOT NULL,
    tier TEXT NOT NULL,
    at INTEGER NOT NULL,
    voided_at INTEGER NOT NULL,
    approval INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX decisions_once ON decisions (draft_id, round, step, person_id, approval);

-- dispositions of hits (处置)
CREATE TABLE dispositions (
    id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    hit_id TEXT NOT NULL,
    category TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    basis_kind TEXT NOT NULL,
    document TEXT NOT NULL,
    fields TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX dispositions_draft ON dispositions (draft_id, id);

-- opinions of consulted units (会签)
CREATE TABLE consultations (
    id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    digest TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    state TEXT NOT NULL,
    opinion TEXT NOT NULL,
    reference TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX consultations_draft ON consultations (draft_id, round, unit_id);
CREATE INDEX consultations_unit ON consultations (unit_id, state, id);

-- delegations (授权代签)
CREATE TABLE delegations (
    id TEXT NOT NULL,
    from_id TEXT NOT NULL,
    to_id TEXT NOT NULL,
    account_ids TEXT NOT NULL,
    tiers TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    revoked_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX delegations_to ON delegations (to_id, ends_at);

-- withdrawals of releases (撤回), one for each release
CREATE TABLE withdrawals (
    release_id TEXT NOT NULL,
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    role TEXT NOT NULL,
    at INTEGER NOT NULL,
    done_at INTEGER NOT NULL,
    PRIMARY KEY (release_id)
) STRICT, WITHOUT ROWID;

-- releases that enter the feed when their time comes
CREATE TABLE schedules (
    release_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (release_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedules_due ON schedules (due_at, release_id);

-- audit events, a chain for each draft and one of the administration
CREATE TABLE audit_events (
    chain TEXT NOT NULL,
    n INTEGER NOT NULL,
    prev_hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (chain, n)
) STRICT, WITHOUT ROWID;

-- heads of the chains that are not a draft's
CREATE TABLE chains (
    chain TEXT NOT NULL,
    n INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (chain)
) STRICT, WITHOUT ROWID;

-- counters that are locked until their transaction ends
CREATE TABLE counters (
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- the outbox: side effects that leave after their transaction
CREATE TABLE notices (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- releases (签发件); document is what the feed sends
CREATE TABLE releases (
    id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    serial INTEGER NOT NULL,
    tier TEXT NOT NULL,
    released_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    certificate TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX releases_serial ON releases (serial);
CREATE INDEX releases_draft ON releases (draft_id, id);

-- the change feed; position is from the counter, never an auto-increment
CREATE TABLE feed (
    position INTEGER PRIMARY KEY,
    op TEXT NOT NULL,
    release_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    supersedes TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX feed_account ON feed (account_id, position);

-- which integration pulled which release, and when first
CREATE TABLE pulls (
    release_id TEXT NOT NULL,
    integration TEXT NOT NULL,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (release_id, integration, position)
) STRICT, WITHOUT ROWID;

-- the last word of each channel on a release (发布回执)
CREATE TABLE receipts (
    release_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    url TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    error TEXT NOT NULL,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    integration TEXT NOT NULL,
    live INTEGER NOT NULL,
    PRIMARY KEY (release_id, channel)
) STRICT, WITHOUT ROWID;

-- writes that happen at most once (Idempotency-Key)
CREATE TABLE once_keys (
    actor TEXT NOT NULL,
    once_key TEXT NOT NULL,
    request TEXT NOT NULL,
    resource TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (actor, once_key)
) STRICT, WITHOUT ROWID;

-- key pairs of release certificates
CREATE TABLE signing_keys (
    id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    public_key BLOB NOT NULL,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- what a browser's cookie stands for
CREATE TABLE sessions (
    token TEXT NOT NULL,
    data BLOB NOT NULL,
    expiry INTEGER NOT NULL,
    PRIMARY KEY (token)
) STRICT;
CREATE INDEX sessions_expiry ON sessions (expiry);

INSERT INTO chains (chain, n, hash) VALUES ('system', 0, '');
