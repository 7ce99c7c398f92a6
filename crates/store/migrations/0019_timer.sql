-- What staff are to know: reminders and alarms, each raised once, with who was told and who has read it.
CREATE TABLE notice (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  -- Says what it is about and which step: the same thing is never raised twice, by whomever.
  unique_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('note', 'warning', 'escalation', 'urgent')),
  case_id TEXT REFERENCES cases (id),
  args TEXT NOT NULL,
  -- When it should have been raised; later than that it is late.
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT,
  UNIQUE (site_id, unique_key)
);
CREATE INDEX notice_case ON notice (case_id, id);
CREATE INDEX notice_age ON notice (created_at, id);

CREATE TABLE notice_to (
  notice_id TEXT NOT NULL REFERENCES notice (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  urgent BOOLEAN NOT NULL,
  read_at BIGINT,
  PRIMARY KEY (notice_id, staff_id)
);
CREATE INDEX notice_unread ON notice_to (site_id, staff_id, notice_id) WHERE read_at IS NULL;
CREATE INDEX notice_read ON notice_to (site_id, staff_id, notice_id) WHERE read_at IS NOT NULL;

-- Who does a part of the timer's work, among replicas. `beat` moves while the owner lives: others watch it by a clock that
-- nobody can set.
CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  beat BIGINT NOT NULL,
  until BIGINT NOT NULL
);

-- The timer's work is cut into shards; what clocks change by themselves does not disturb whoever fills in a form.
ALTER TABLE cases ADD COLUMN shard BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN acted BIGINT NOT NULL DEFAULT 0;
DROP INDEX case_next_step;
CREATE INDEX case_next_step ON cases (shard, next_step_at, id) WHERE next_step_at IS NOT NULL;
