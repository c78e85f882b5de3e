-- +goose Up
-- editions of the lexicon (版次): immutable sets of rule files, a zip archive each; the id is their content address
CREATE TABLE IF NOT EXISTS editions (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    complete BIGINT NOT NULL,
    note TEXT NOT NULL,
    archive MEDIUMBLOB NOT NULL,
    created_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- which edition came in force for which unit ('': all), in order; the last of a scope holds
CREATE TABLE IF NOT EXISTS installations (
    version BIGINT NOT NULL,
    unit_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    edition VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    installed_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (version),
    KEY installations_scope (unit_id, version)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
