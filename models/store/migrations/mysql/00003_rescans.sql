-- +goose Up

-- rescans of the released archive (归档复审); position is the last release that was screened
CREATE TABLE IF NOT EXISTS rescans (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    edition VARCHAR(255) NOT NULL,
    since VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    started_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    owner VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- what a rescan found and a person has to settle (待办事项)
CREATE TABLE IF NOT EXISTS work_items (
    id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    rescan_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    release_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    draft_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hit_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hit MEDIUMTEXT NOT NULL,
    edition VARCHAR(255) NOT NULL,
    state VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    correction VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    settled_by VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY work_items_once (release_id, hit_id),
    KEY work_items_account (account_id, state, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
