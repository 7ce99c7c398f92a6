-- The month's round of suggestions and praise (COM-13, COM-14).
CREATE TABLE opinion_round (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  month TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT,
  closed_by TEXT REFERENCES staff (id),
  version BIGINT NOT NULL,
  UNIQUE (site_id, month)
);

CREATE TABLE opinion_line (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  round_id TEXT NOT NULL REFERENCES opinion_round (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  case_number TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  thanked_at BIGINT,
  thanked_by TEXT REFERENCES staff (id),
  thanked_how TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  doer_id TEXT REFERENCES staff (id),
  do_by BIGINT,
  identified_at BIGINT,
  identified_by TEXT REFERENCES staff (id),
  done_at BIGINT,
  done_by TEXT REFERENCES staff (id),
  done_note TEXT NOT NULL,
  told_at BIGINT,
  told_by TEXT REFERENCES staff (id),
  told_how TEXT NOT NULL,
  told_note TEXT NOT NULL,
  checked_at BIGINT,
  checked_by TEXT REFERENCES staff (id),
  check_good BOOLEAN,
  check_note TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, case_id)
);
CREATE INDEX opinion_line_round ON opinion_line (round_id, given_at, id);

-- A post's communication register (COM-11).
CREATE INDEX contact_department ON contact (site_id, department_id, happened_at, id);

-- A correction of what stands in a register: the old text stays, and is shown struck through.
CREATE TABLE register_correction (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  field TEXT NOT NULL,
  was TEXT NOT NULL,
  text TEXT NOT NULL,
  reason TEXT NOT NULL,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  at BIGINT NOT NULL
);
CREATE INDEX register_correction_subject ON register_correction (site_id, subject_kind, subject_id, at, id);
