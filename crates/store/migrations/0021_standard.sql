-- Versions of a site's service standard. The document of an approved one never changes; which one is in force at an instant
-- follows from valid_from alone, so that nothing has to happen when it comes.
CREATE TABLE standard_version (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number BIGINT NOT NULL,
  label TEXT NOT NULL,
  document JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'checked', 'approved', 'dropped')),
  based_on TEXT NOT NULL,
  note TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  edited_by TEXT,
  edited_at BIGINT NOT NULL,
  checked_by TEXT,
  checked_at BIGINT,
  approved_by TEXT,
  approved_at BIGINT,
  valid_from BIGINT,
  dropped_by TEXT,
  dropped_at BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (site_id, number)
);
CREATE INDEX standard_version_force ON standard_version (site_id, valid_from, number) WHERE state = 'approved';
CREATE UNIQUE INDEX standard_version_label ON standard_version (site_id, label) WHERE state = 'approved';

-- What a draft was before each change, for taking changes back.
CREATE TABLE standard_step (
  version_id TEXT NOT NULL REFERENCES standard_version (id),
  no BIGINT NOT NULL,
  document JSON NOT NULL,
  what TEXT NOT NULL,
  staff_id TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (version_id, no)
);

-- Long work on a version: comparing it with the open cases, applying it to them, running past cases under it.
CREATE TABLE standard_job (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('compare', 'apply', 'simulate')),
  standard_id TEXT NOT NULL,
  label TEXT NOT NULL,
  params JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'done', 'failed')),
  progress BIGINT NOT NULL,
  total BIGINT NOT NULL,
  summary JSON NOT NULL,
  claim TEXT NOT NULL,
  beat_at BIGINT NOT NULL,
  stop_wanted BOOLEAN NOT NULL,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (site_id, number)
);
CREATE INDEX standard_job_kind ON standard_job (site_id, kind, number);
CREATE INDEX standard_job_beat ON standard_job (beat_at) WHERE state = 'running';
-- One application at a time.
CREATE UNIQUE INDEX standard_job_apply ON standard_job (site_id) WHERE state = 'running' AND kind = 'apply';

-- What such work found, a clock of a case a row.
CREATE TABLE standard_row (
  job_id TEXT NOT NULL REFERENCES standard_job (id),
  no BIGINT NOT NULL,
  case_id TEXT NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  item TEXT NOT NULL,
  department_id TEXT NOT NULL,
  worker_id TEXT NOT NULL,
  code TEXT NOT NULL,
  before_at BIGINT,
  after_at BIGINT,
  met_at BIGINT,
  late_before BOOLEAN NOT NULL,
  late_after BOOLEAN NOT NULL,
  done BOOLEAN NOT NULL,
  PRIMARY KEY (job_id, no)
);
CREATE INDEX standard_row_department ON standard_row (job_id, department_id, no);
CREATE INDEX standard_row_item ON standard_row (job_id, item, no);
