-- Emergencies and drills (REC-17 to REC-21, DIR-14): the document, and what lists and the timer ask for. A drill has no case,
-- and so stands in no figure about cases.
CREATE TABLE emergency (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT REFERENCES cases (id),
  number TEXT NOT NULL,
  drill BOOLEAN NOT NULL,
  play TEXT NOT NULL,
  class TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'after', 'closed')),
  owner_id TEXT NOT NULL REFERENCES staff (id),
  opened_at BIGINT NOT NULL,
  next_at BIGINT,
  doc JSON NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX emergency_running ON emergency (site_id, opened_at, id) WHERE state = 'running';
CREATE INDEX emergency_time ON emergency (site_id, drill, opened_at, id);
CREATE INDEX emergency_due ON emergency (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX emergency_case ON emergency (case_id);

-- Contingency plans and safety training (STD-9): each edition stays; the newest says when it is looked through again.
CREATE TABLE safety_document (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  thread_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('plan', 'training')),
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  edition BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL REFERENCES staff (id),
  held_at BIGINT,
  review_at BIGINT NOT NULL,
  newest BOOLEAN NOT NULL,
  next_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX safety_document_newest ON safety_document (site_id, review_at, id) WHERE newest;
CREATE UNIQUE INDEX safety_document_thread ON safety_document (thread_id, edition);
CREATE INDEX safety_document_due ON safety_document (next_at, id) WHERE next_at IS NOT NULL;
