-- Visitors: one row a visit. `doc` is the visit as the rules read it; the columns beside it are what lists and the gate look for.
-- What says who somebody was goes from `doc`, `name` and `plate` when its time is over; the row stays.
CREATE TABLE visit (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  state TEXT NOT NULL,
  unit_id TEXT REFERENCES unit (id),
  at BIGINT NOT NULL,
  name TEXT NOT NULL,
  plate TEXT NOT NULL,
  badge TEXT,
  pass_code TEXT,
  overdue BOOLEAN NOT NULL,
  doc JSON NOT NULL,
  next_at BIGINT,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX visit_number ON visit (site_id, number);
CREATE INDEX visit_time ON visit (site_id, at, id);
CREATE INDEX visit_state_time ON visit (site_id, state, at, id);
CREATE INDEX visit_unit_time ON visit (unit_id, at, id);
-- A badge is out once.
CREATE UNIQUE INDEX visit_badge ON visit (site_id, badge) WHERE badge IS NOT NULL;
CREATE UNIQUE INDEX visit_pass ON visit (site_id, pass_code) WHERE pass_code IS NOT NULL;
CREATE INDEX visit_next ON visit (next_at, id) WHERE next_at IS NOT NULL;

-- Secret addresses of hosts: to answer whether one visitor may come, or to announce visitors of a unit. Only the hash is kept.
CREATE TABLE visit_link (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  site_id TEXT NOT NULL REFERENCES site (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('answer', 'announce')),
  visit_id TEXT REFERENCES visit (id),
  unit_id TEXT REFERENCES unit (id),
  host TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  withdrawn_at BIGINT
);
CREATE INDEX visit_link_visit ON visit_link (visit_id, created_at);
CREATE INDEX visit_link_unit ON visit_link (unit_id, created_at);
-- Which visits a host announced by which address: that host sees and takes back these, and no others.
CREATE TABLE visit_announced (
  visit_id TEXT PRIMARY KEY REFERENCES visit (id),
  link_id TEXT NOT NULL REFERENCES visit_link (id),
  at BIGINT NOT NULL
);
CREATE INDEX visit_announced_link ON visit_announced (link_id, at);

-- Face-to-face appointments with customers whose identity is to be checked. Of a document its kind and last characters.
CREATE TABLE appointment (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  at BIGINT NOT NULL,
  with_staff TEXT NOT NULL REFERENCES staff (id),
  place TEXT NOT NULL,
  bring TEXT NOT NULL,
  state TEXT NOT NULL,
  verified BOOLEAN,
  document TEXT NOT NULL,
  tail TEXT NOT NULL,
  note TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ended_by TEXT,
  ended_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX appointment_contact ON appointment (contact_id, made_at, id);
CREATE INDEX appointment_state_time ON appointment (site_id, state, at, id);
