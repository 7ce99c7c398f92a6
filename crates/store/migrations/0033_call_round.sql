-- The month's satisfaction calls (CSM-4) and their record with signature (COM-12).
CREATE TABLE call_round (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  month TEXT NOT NULL,
  seed TEXT NOT NULL,
  wanted BIGINT NOT NULL,
  pool BIGINT NOT NULL,
  pool_hash TEXT NOT NULL,
  drawn_at BIGINT NOT NULL,
  drawn_by TEXT REFERENCES staff (id),
  version BIGINT NOT NULL,
  UNIQUE (site_id, month)
);

CREATE TABLE call_line (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  round_id TEXT NOT NULL REFERENCES call_round (id),
  no BIGINT NOT NULL,
  case_id TEXT NOT NULL REFERENCES cases (id),
  case_number TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  department_id TEXT REFERENCES department (id),
  worker_id TEXT REFERENCES staff (id),
  state TEXT NOT NULL,
  attempts JSON NOT NULL,
  satisfaction TEXT NOT NULL,
  answers JSON NOT NULL,
  opinion TEXT NOT NULL,
  called_at BIGINT,
  called_by TEXT REFERENCES staff (id),
  signed TEXT NOT NULL,
  signature TEXT NOT NULL,
  signed_note TEXT NOT NULL,
  signed_at BIGINT,
  signed_by TEXT REFERENCES staff (id),
  version BIGINT NOT NULL,
  UNIQUE (round_id, no)
);
CREATE INDEX call_line_case ON call_line (case_id);
-- What a month's sample is drawn from.
CREATE INDEX case_closed ON cases (site_id, closed_at, id) WHERE closed_at IS NOT NULL;
