-- +goose Up
-- person in whose place someone withdrew, or settled what a rescan found (授权代签); '' for their own
ALTER TABLE withdrawals ADD COLUMN on_behalf_of TEXT NOT NULL DEFAULT '';
ALTER TABLE work_items ADD COLUMN on_behalf_of TEXT NOT NULL DEFAULT '';
