-- Contacts, cases and what is issued for them. `cases.doc` is the aggregate as the domain knows it; the columns beside it
-- are its projection for lists, joins and the timer.
CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  channel TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  staff_id TEXT REFERENCES staff (id),
  department_id TEXT,
  person_id TEXT REFERENCES person (id),
  unit_id TEXT REFERENCES unit (id),
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  address TEXT NOT NULL,
  anonymous_reason TEXT NOT NULL,
  identity_check TEXT NOT NULL,
  kind TEXT NOT NULL,
  summary TEXT NOT NULL,
  answer TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('open', 'answered', 'case', 'joined', 'none')),
  external_ref TEXT NOT NULL,
  locale TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, number)
);
CREATE INDEX contact_time ON contact (site_id, happened_at, id);
CREATE INDEX contact_person ON contact (person_id, happened_at);
CREATE INDEX contact_unit ON contact (unit_id, happened_at);
CREATE INDEX contact_staff ON contact (site_id, staff_id, happened_at, id);

CREATE TABLE cases (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  item TEXT NOT NULL,
  title TEXT NOT NULL,
  urgency TEXT NOT NULL,
  importance TEXT NOT NULL,
  scope TEXT NOT NULL,
  fee_kind TEXT NOT NULL,
  fee_cents BIGINT,
  state TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  unit_id TEXT REFERENCES unit (id),
  building TEXT NOT NULL,
  place TEXT NOT NULL,
  person_id TEXT REFERENCES person (id),
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  department_id TEXT REFERENCES department (id),
  worker_id TEXT REFERENCES staff (id),
  first_asked_id TEXT REFERENCES staff (id),
  repeat_of TEXT,
  happened_at BIGINT NOT NULL,
  registered_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  due_at BIGINT,
  due_code TEXT NOT NULL,
  next_step_at BIGINT,
  paused BOOLEAN NOT NULL,
  breached BOOLEAN NOT NULL,
  reopened BIGINT NOT NULL,
  rework BIGINT NOT NULL,
  done_at BIGINT,
  closed_at BIGINT,
  satisfaction TEXT,
  solved BOOLEAN,
  doc TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, number)
);
-- What is open is a small part of all: the queue, the counters and the timer live on partial indexes.
CREATE INDEX case_open_due ON cases (site_id, due_at, id) WHERE open;
CREATE INDEX case_open_state ON cases (site_id, state, due_at, id) WHERE open;
CREATE INDEX case_open_worker ON cases (worker_id, due_at, id) WHERE open;
CREATE INDEX case_open_department ON cases (department_id, due_at, id) WHERE open;
CREATE INDEX case_open_unit ON cases (unit_id, item) WHERE open;
CREATE INDEX case_open_building ON cases (site_id, building, item) WHERE open;
CREATE INDEX case_next_step ON cases (next_step_at, id) WHERE next_step_at IS NOT NULL;
CREATE INDEX case_time ON cases (site_id, registered_at, id);
CREATE INDEX case_kind_time ON cases (site_id, kind, registered_at, id);
CREATE INDEX case_department_time ON cases (site_id, department_id, registered_at, id);
CREATE INDEX case_worker_time ON cases (site_id, worker_id, registered_at, id);
CREATE INDEX case_state_time ON cases (site_id, state, registered_at, id);
CREATE INDEX case_unit_time ON cases (unit_id, registered_at);
CREATE INDEX case_person_time ON cases (person_id, registered_at);

CREATE TABLE contact_case (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  PRIMARY KEY (contact_id, case_id)
);
CREATE INDEX contact_case_case ON contact_case (case_id);

CREATE TABLE work_order (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  item TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  urgency TEXT NOT NULL,
  department_id TEXT REFERENCES department (id),
  worker_id TEXT REFERENCES staff (id),
  state TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  fee_kind TEXT NOT NULL,
  fee_cents BIGINT,
  due_at BIGINT,
  due_code TEXT NOT NULL,
  paused BOOLEAN NOT NULL,
  breached BOOLEAN NOT NULL,
  issued_at BIGINT NOT NULL,
  done_at BIGINT,
  UNIQUE (site_id, number)
);
CREATE INDEX work_order_case ON work_order (case_id);
CREATE INDEX work_order_open_due ON work_order (site_id, due_at, id) WHERE open;
CREATE INDEX work_order_open_state ON work_order (site_id, state, due_at, id) WHERE open;
CREATE INDEX work_order_worker ON work_order (worker_id, due_at, id) WHERE open;
CREATE INDEX work_order_department ON work_order (department_id, due_at, id) WHERE open;
CREATE INDEX work_order_time ON work_order (site_id, issued_at, id);
CREATE INDEX work_order_department_time ON work_order (site_id, department_id, issued_at, id);
CREATE INDEX work_order_worker_time ON work_order (site_id, worker_id, issued_at, id);

CREATE TABLE callback (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  case_number TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  due_at BIGINT,
  next_try_at BIGINT,
  attempts BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  satisfaction TEXT,
  solved BOOLEAN
);
CREATE INDEX callback_case ON callback (case_id);
CREATE INDEX callback_open ON callback (site_id, due_at, id) WHERE open;
CREATE INDEX callback_time ON callback (site_id, created_at, id);

-- Bytes live beside the database under their hash; one row an address, counted by reference.
CREATE TABLE file (
  hash TEXT PRIMARY KEY,
  size BIGINT NOT NULL,
  mime TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE attachment (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  file_hash TEXT NOT NULL REFERENCES file (hash),
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  mime TEXT NOT NULL,
  size BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  upload_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  UNIQUE (subject_kind, subject_id, upload_key)
);
CREATE INDEX attachment_file ON attachment (file_hash);

-- A secret address for one case and one purpose, given to somebody without an account.
CREATE TABLE link (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  site_id TEXT NOT NULL REFERENCES site (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('track', 'confirm', 'vendor')),
  case_id TEXT NOT NULL REFERENCES cases (id),
  order_id TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  withdrawn_at BIGINT,
  opened BIGINT NOT NULL
);
CREATE INDEX link_case ON link (case_id, created_at);

CREATE TABLE message (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT REFERENCES cases (id),
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  template TEXT NOT NULL,
  locale TEXT NOT NULL,
  params TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'failed', 'no_channel')),
  attempts BIGINT NOT NULL,
  next_at BIGINT,
  provider_id TEXT NOT NULL,
  failure TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  delivered_at BIGINT
);
CREATE INDEX message_due ON message (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX message_case ON message (case_id, created_at);
CREATE INDEX message_time ON message (site_id, created_at, id);
CREATE INDEX message_failed ON message (site_id, created_at, id) WHERE state IN ('failed', 'no_channel');
CREATE INDEX message_provider ON message (provider_id);
