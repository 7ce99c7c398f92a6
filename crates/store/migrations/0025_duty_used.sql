-- Sites where somebody was ever on duty: only there is who is not on duty off it.
CREATE TABLE duty_used (
  site_id TEXT PRIMARY KEY REFERENCES site (id),
  since BIGINT NOT NULL
);
INSERT INTO duty_used (site_id, since) SELECT site_id, MIN(since) FROM on_duty GROUP BY site_id;
-- What is not settled and leads to no case is looked at whenever the roster changes.
CREATE INDEX notice_open_elsewhere ON notice (site_id, id) WHERE case_id IS NULL AND done_at IS NULL;
