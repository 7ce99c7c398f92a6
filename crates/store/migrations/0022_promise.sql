-- One row for each limit of each case and round, and for each consultation: what the figures on time and the register of
-- breaches are made of. Written with the case; a breach stays in it whatever comes later, an excuse stands beside it.
CREATE TABLE clock_fact (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT REFERENCES cases (id),
  consult_id TEXT,
  case_number TEXT NOT NULL,
  title TEXT NOT NULL,
  code TEXT NOT NULL,
  cycle BIGINT NOT NULL,
  kind TEXT NOT NULL,
  item TEXT NOT NULL,
  importance TEXT NOT NULL,
  department_id TEXT,
  worker_id TEXT,
  clause TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  due_at BIGINT,
  extended_from BIGINT,
  met_at BIGINT,
  breached_at BIGINT,
  breach_reason TEXT NOT NULL,
  excused_at BIGINT,
  excuse TEXT NOT NULL,
  natural_ms BIGINT,
  working_ms BIGINT,
  paused_ms BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'overdue', 'met', 'late', 'cancelled')),
  decided_at BIGINT,
  month TEXT NOT NULL
);
CREATE INDEX clock_fact_case ON clock_fact (case_id);
CREATE INDEX clock_fact_decided ON clock_fact (site_id, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX clock_fact_code ON clock_fact (site_id, code, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX clock_fact_department ON clock_fact (site_id, department_id, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX clock_fact_late ON clock_fact (site_id, decided_at, id) WHERE breached_at IS NOT NULL;
CREATE INDEX clock_fact_late_department ON clock_fact (site_id, department_id, decided_at, id) WHERE breached_at IS NOT NULL;
CREATE INDEX clock_fact_late_worker ON clock_fact (site_id, worker_id, decided_at, id) WHERE breached_at IS NOT NULL;
CREATE INDEX clock_fact_overdue ON clock_fact (site_id, decided_at, id) WHERE state = 'overdue';
CREATE INDEX clock_fact_running ON clock_fact (site_id, code) WHERE state = 'running';

-- What was promised, for the list of promises and the head's queue.
CREATE TABLE promise (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  no BIGINT NOT NULL,
  case_number TEXT NOT NULL,
  kind TEXT NOT NULL,
  promised TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  importance TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT,
  reported_to TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  first_due_at BIGINT,
  first_at BIGINT,
  kept_at BIGINT,
  kept_by TEXT,
  state TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  breached BOOLEAN NOT NULL
);
CREATE INDEX promise_open ON promise (site_id, due_at, id) WHERE open;
CREATE INDEX promise_time ON promise (site_id, made_at, id);
CREATE INDEX promise_maker ON promise (site_id, made_by, due_at, id) WHERE open;
CREATE INDEX promise_late ON promise (site_id, made_at, id) WHERE breached;
CREATE INDEX promise_case ON promise (case_id);

-- Requests for more time.
CREATE TABLE extension (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  case_number TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  code TEXT NOT NULL,
  cycle BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  asked_by TEXT,
  department_id TEXT,
  due_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  told TEXT NOT NULL,
  approver TEXT NOT NULL,
  agreed BOOLEAN,
  grade TEXT NOT NULL,
  approved BOOLEAN,
  state TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  ended_at BIGINT
);
CREATE INDEX extension_open ON extension (site_id, due_at, id) WHERE open;
CREATE INDEX extension_time ON extension (site_id, asked_at, id);
CREATE INDEX extension_state ON extension (site_id, state, asked_at, id);
CREATE INDEX extension_case ON extension (case_id);

-- Questions to a superior or a department while a visitor or a caller waits.
CREATE TABLE consult (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT REFERENCES cases (id),
  contact_id TEXT REFERENCES contact (id),
  form_key TEXT NOT NULL,
  channel TEXT NOT NULL,
  asked_by TEXT NOT NULL REFERENCES staff (id),
  asked_post TEXT NOT NULL,
  asked_department TEXT,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  state TEXT NOT NULL,
  limit_ms BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  answered_at BIGINT,
  answered_by TEXT,
  ended_at BIGINT,
  breached_at BIGINT,
  shown BOOLEAN NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX consult_waiting ON consult (site_id, asked_at, id) WHERE state = 'waiting';
CREATE INDEX consult_due ON consult (due_at, id) WHERE state = 'waiting' AND breached_at IS NULL;
CREATE INDEX consult_shown ON consult (asked_by, asked_at) WHERE shown;
CREATE INDEX consult_form ON consult (form_key);
CREATE INDEX consult_case ON consult (case_id);
CREATE INDEX consult_contact ON consult (contact_id);
