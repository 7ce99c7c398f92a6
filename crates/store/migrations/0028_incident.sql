-- Mass incidents: a power cut with sixty calls is one. `open`: not everybody has been told yet.
CREATE TABLE incident (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  item TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'ended', 'closed')),
  open BOOLEAN NOT NULL,
  opened_at BIGINT NOT NULL,
  doc JSON NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX incident_open ON incident (site_id, opened_at, id) WHERE open;
CREATE INDEX incident_time ON incident (site_id, opened_at, id);

-- Who called about it, each with a case of their own, and what became of the call back.
CREATE TABLE incident_caller (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  incident_id TEXT NOT NULL REFERENCES incident (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  joined_at BIGINT NOT NULL,
  joined_by TEXT NOT NULL REFERENCES staff (id),
  attempts BIGINT NOT NULL,
  last_at BIGINT,
  told TEXT NOT NULL,
  told_at BIGINT,
  told_by TEXT REFERENCES staff (id),
  version BIGINT NOT NULL
);
CREATE INDEX incident_caller_incident ON incident_caller (incident_id, joined_at, id);
CREATE INDEX incident_caller_waiting ON incident_caller (incident_id, joined_at, id) WHERE told_at IS NULL;
CREATE INDEX incident_caller_case ON incident_caller (case_id);
