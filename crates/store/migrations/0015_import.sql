-- An import is a thing one can come back to: its number, how it is to be written, who is writing it just now.
ALTER TABLE import_batch ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import_batch ADD COLUMN mode TEXT NOT NULL DEFAULT '';
-- The secret of the process that works on it. Each slice is written only while it is still the same, so that two never write at once.
ALTER TABLE import_batch ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE import_batch ADD COLUMN beat_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import_batch ADD COLUMN stop_wanted BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX import_batch_beat ON import_batch (beat_at) WHERE state IN ('reading', 'writing');
-- One import at a time is written at a site.
CREATE UNIQUE INDEX import_batch_writing ON import_batch (site_id) WHERE state = 'writing';
