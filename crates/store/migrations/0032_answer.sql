-- Standard answers: the present text; what it was before stands in answer_version.
CREATE TABLE answer (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  item TEXT NOT NULL,
  question TEXT NOT NULL,
  question_en TEXT NOT NULL,
  short TEXT NOT NULL,
  short_en TEXT NOT NULL,
  whole TEXT NOT NULL,
  whole_en TEXT NOT NULL,
  valid_from BIGINT,
  valid_until BIGINT,
  recheck_days BIGINT NOT NULL,
  checked_at BIGINT NOT NULL,
  checked_by TEXT NOT NULL REFERENCES staff (id),
  check_due_at BIGINT NOT NULL,
  used BIGINT NOT NULL,
  used_at BIGINT,
  active BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX answer_due ON answer (site_id, check_due_at, id);
CREATE INDEX answer_item ON answer (site_id, item, check_due_at, id);

CREATE TABLE answer_version (
  id TEXT PRIMARY KEY,
  answer_id TEXT NOT NULL REFERENCES answer (id),
  version BIGINT NOT NULL,
  said JSON NOT NULL,
  why TEXT NOT NULL,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  at BIGINT NOT NULL,
  UNIQUE (answer_id, version)
);

-- Who helps with what is not our service.
CREATE TABLE referral (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  phone TEXT NOT NULL,
  hours TEXT NOT NULL,
  hours_en TEXT NOT NULL,
  helps TEXT NOT NULL,
  helps_en TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX referral_site ON referral (site_id, kind, name, id);

-- Requests for what nobody offers, as proposals for a new service.
CREATE TABLE proposal (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  case_number TEXT NOT NULL,
  title TEXT NOT NULL,
  item TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  asked_by TEXT,
  reported_to TEXT NOT NULL,
  state TEXT NOT NULL,
  decision TEXT NOT NULL,
  reason TEXT NOT NULL,
  again_at BIGINT,
  decided_at BIGINT,
  decided_by TEXT,
  told_at BIGINT,
  told_by TEXT,
  told_how TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, case_id)
);
CREATE INDEX proposal_state ON proposal (site_id, state, asked_at, id);
CREATE INDEX proposal_time ON proposal (site_id, asked_at, id);
CREATE INDEX proposal_again ON proposal (site_id, again_at, id) WHERE again_at IS NOT NULL;

-- Lessons of closed cases, without the people they were about.
CREATE TABLE lesson (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  item TEXT NOT NULL,
  situation TEXT NOT NULL,
  worked TEXT NOT NULL,
  clause TEXT NOT NULL,
  tags TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  withdrawn_why TEXT NOT NULL,
  kept_at BIGINT NOT NULL,
  kept_by TEXT NOT NULL REFERENCES staff (id),
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, case_id)
);
CREATE INDEX lesson_time ON lesson (site_id, kept_at, id);
CREATE INDEX lesson_item ON lesson (site_id, item, kept_at, id);

-- Words under which answers, referrals and lessons are proposed while somebody types: any of them counts, the rarer the more.
CREATE TABLE known_word (
  site_id TEXT NOT NULL REFERENCES site (id),
  kind TEXT NOT NULL,
  word TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  PRIMARY KEY (site_id, kind, word, subject_id)
);
CREATE INDEX known_word_subject ON known_word (subject_id);
