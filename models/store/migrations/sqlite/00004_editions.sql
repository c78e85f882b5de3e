-- +goose Up
-- editions of the lexicon (版次): immutable sets of rule files, a zip archive each; the id is their content address
CREATE TABLE editions (
    id TEXT NOT NULL,
    complete INTEGER NOT NULL,
    note TEXT NOT NULL,
    archive BLOB NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- which edition came in force for which unit ('': all), in order; the last of a scope holds
CREATE TABLE installations (
    version INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    edition TEXT NOT NULL,
    installed_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (version)
) STRICT;
CREATE INDEX installations_scope ON installations (unit_id, version);
