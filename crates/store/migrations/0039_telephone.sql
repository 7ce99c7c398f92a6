-- The post at which a telephone stands (TEL-1).
ALTER TABLE call_extension ADD COLUMN post_id TEXT REFERENCES roster_post (id);

-- How telephones are used at a site (TEL-1 to TEL-10): `home` is its area code, `outside` what is dialled first to get a line, `paid` more
-- beginnings of paid information lines, `long_ms` how long a talk may be. `check_due_at`: when lines are checked next; `next_at`: when
-- the timer says so.
CREATE TABLE telephone_rules (
  site_id TEXT PRIMARY KEY REFERENCES site (id),
  home TEXT NOT NULL,
  outside TEXT NOT NULL,
  paid TEXT NOT NULL,
  long_ms BIGINT NOT NULL,
  check_days BIGINT NOT NULL,
  check_due_at BIGINT NOT NULL,
  next_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX telephone_rules_due ON telephone_rules (next_at, site_id) WHERE next_at IS NOT NULL;

-- Requests for long distance (TEL-2), each for one number. `until_at`: none for one call. `line`: the telephone that was assigned.
CREATE TABLE long_distance (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  by_id TEXT NOT NULL REFERENCES staff (id),
  department_id TEXT REFERENCES department (id),
  number TEXT NOT NULL,
  reach TEXT NOT NULL,
  why TEXT NOT NULL,
  until_at BIGINT,
  asked_line TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  line TEXT,
  decided_by TEXT REFERENCES staff (id),
  decided_as TEXT,
  decided_at BIGINT,
  reason TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT REFERENCES staff (id),
  used_call TEXT REFERENCES phone_call (id),
  version BIGINT NOT NULL
);
CREATE INDEX long_distance_time ON long_distance (site_id, asked_at, id);
CREATE INDEX long_distance_state ON long_distance (site_id, state, asked_at, id);
CREATE INDEX long_distance_by ON long_distance (by_id, asked_at, id);
CREATE INDEX long_distance_number ON long_distance (site_id, number, line);

-- Requests for a new telephone (TEL-8), for a department or a person. `extension`: its number, once it stands.
CREATE TABLE new_phone (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  by_id TEXT NOT NULL REFERENCES staff (id),
  by_department TEXT REFERENCES department (id),
  for_department TEXT REFERENCES department (id),
  for_staff TEXT REFERENCES staff (id),
  class TEXT NOT NULL,
  place TEXT NOT NULL,
  why TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  what TEXT NOT NULL,
  handled_by TEXT REFERENCES staff (id),
  handled_at BIGINT,
  reason TEXT NOT NULL,
  decided_by TEXT REFERENCES staff (id),
  decided_at BIGINT,
  installed_by TEXT REFERENCES staff (id),
  installed_at BIGINT,
  extension TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX new_phone_time ON new_phone (site_id, asked_at, id);
CREATE INDEX new_phone_state ON new_phone (site_id, state, asked_at, id);

-- Violations of the rules for the telephone (TEL-4, TEL-9). `recorded`: stands on the person's record; `open`: waits for somebody;
-- `next_at`: when the timer looks, because the time for the answer is over.
CREATE TABLE violation (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  kind TEXT NOT NULL,
  about TEXT NOT NULL REFERENCES staff (id),
  department_id TEXT REFERENCES department (id),
  what TEXT NOT NULL,
  call_id TEXT REFERENCES phone_call (id),
  case_id TEXT REFERENCES cases (id),
  case_number TEXT NOT NULL,
  cost_cents BIGINT,
  recorded_by TEXT NOT NULL REFERENCES staff (id),
  recorded_at BIGINT NOT NULL,
  answer_by BIGINT NOT NULL,
  stage TEXT NOT NULL,
  answer TEXT NOT NULL,
  answered_at BIGINT,
  severity TEXT NOT NULL,
  measure TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_by TEXT REFERENCES staff (id),
  decided_at BIGINT,
  charge_cents BIGINT,
  recorded BOOLEAN NOT NULL,
  open BOOLEAN NOT NULL,
  next_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX violation_time ON violation (site_id, recorded_at, id);
CREATE INDEX violation_open ON violation (site_id, recorded_at, id) WHERE open;
CREATE INDEX violation_recorded ON violation (site_id, recorded_at, id) WHERE recorded;
CREATE INDEX violation_about ON violation (about, recorded_at, id);
CREATE INDEX violation_due ON violation (next_at, id) WHERE next_at IS NOT NULL;

-- What calls that are over showed by themselves; a person says whether it was a violation. `staff_id`: who sat at the telephone.
CREATE TABLE call_finding (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  call_id TEXT NOT NULL REFERENCES phone_call (id),
  kind TEXT NOT NULL,
  telephone TEXT NOT NULL,
  staff_id TEXT REFERENCES staff (id),
  reach TEXT NOT NULL,
  talk_ms BIGINT,
  at BIGINT NOT NULL,
  open BOOLEAN NOT NULL,
  done_at BIGINT,
  done_by TEXT REFERENCES staff (id),
  reason TEXT NOT NULL,
  violation_id TEXT REFERENCES violation (id),
  version BIGINT NOT NULL,
  UNIQUE (call_id, kind, telephone)
);
CREATE INDEX call_finding_kind ON call_finding (site_id, kind, at, id);
CREATE INDEX call_finding_open ON call_finding (site_id, at, id) WHERE open;
CREATE INDEX call_finding_time ON call_finding (site_id, at, id);

-- Checks of lines and telephones (TEL-3): one a visit, with how many telephones it looked at.
CREATE TABLE line_check (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  at BIGINT NOT NULL,
  by_id TEXT NOT NULL REFERENCES staff (id),
  due_at BIGINT NOT NULL,
  looked BIGINT NOT NULL,
  faults BIGINT NOT NULL,
  telephones JSON NOT NULL,
  note TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX line_check_time ON line_check (site_id, at, id);

-- Faults that checks found: who mends it by when, and to whom damage is charged. `telephone`: a number, or a line in words.
CREATE TABLE line_fault (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  check_id TEXT NOT NULL REFERENCES line_check (id),
  telephone TEXT NOT NULL,
  what TEXT NOT NULL,
  cause TEXT NOT NULL,
  found_at BIGINT NOT NULL,
  mender TEXT NOT NULL REFERENCES staff (id),
  mend_by BIGINT NOT NULL,
  mended_at BIGINT,
  mended_by TEXT REFERENCES staff (id),
  done TEXT NOT NULL,
  charged_to TEXT REFERENCES staff (id),
  charge_cents BIGINT,
  charge_why TEXT NOT NULL,
  charged_at BIGINT,
  charged_by TEXT REFERENCES staff (id),
  open BOOLEAN NOT NULL,
  next_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX line_fault_open ON line_fault (site_id, mend_by, id) WHERE open;
CREATE INDEX line_fault_time ON line_fault (site_id, found_at, id);
CREATE INDEX line_fault_check ON line_fault (check_id);
CREATE INDEX line_fault_due ON line_fault (next_at, id) WHERE next_at IS NOT NULL;
