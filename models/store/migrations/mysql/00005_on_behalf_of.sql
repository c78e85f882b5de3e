-- +goose Up
-- person in whose place someone withdrew, or settled what a rescan found (授权代签); '' for their own
SET @change = IF((SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'withdrawals' AND column_name = 'on_behalf_of') = 0,
    'ALTER TABLE withdrawals ADD COLUMN on_behalf_of VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''''', 'DO 0');
PREPARE change_once FROM @change;
EXECUTE change_once;
DEALLOCATE PREPARE change_once;

SET @change = IF((SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'work_items' AND column_name = 'on_behalf_of') = 0,
    'ALTER TABLE work_items ADD COLUMN on_behalf_of VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''''', 'DO 0');
PREPARE change_once FROM @change;
EXECUTE change_once;
DEALLOCATE PREPARE change_once;
