-- Investigations into internal reports (COM-24): what is said to be wrong, the person's answer, the outcome, the last word.
CREATE TABLE investigation (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  case_number TEXT NOT NULL,
  about TEXT NOT NULL REFERENCES staff (id),
  fault TEXT NOT NULL,
  report TEXT NOT NULL,
  why TEXT NOT NULL,
  opened_by TEXT NOT NULL REFERENCES staff (id),
  opened_at BIGINT NOT NULL,
  answer_by BIGINT NOT NULL,
  stage TEXT NOT NULL,
  answer TEXT NOT NULL,
  answered_at BIGINT,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_by TEXT REFERENCES staff (id),
  decided_at BIGINT,
  objection TEXT NOT NULL,
  objected_at BIGINT,
  review TEXT NOT NULL,
  reviewed_by TEXT REFERENCES staff (id),
  reviewed_at BIGINT,
  -- Stands on the person's record.
  recorded BOOLEAN NOT NULL,
  -- Waits for somebody.
  open BOOLEAN NOT NULL,
  -- When the timer looks at it: the time for the answer is over, and nobody has answered.
  next_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX investigation_time ON investigation (site_id, opened_at, id);
CREATE INDEX investigation_open ON investigation (site_id, opened_at, id) WHERE open;
CREATE INDEX investigation_recorded ON investigation (site_id, opened_at, id) WHERE recorded;
CREATE INDEX investigation_due ON investigation (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX investigation_case ON investigation (case_id);
CREATE INDEX investigation_about ON investigation (about, opened_at, id);
CREATE INDEX investigation_opener ON investigation (opened_by, opened_at, id);
