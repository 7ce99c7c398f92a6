-- The duty roster: posts that are held in shifts, who is on which shift, absences, swaps, check-ins, hand-overs and keys.
CREATE TABLE roster_post (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  department_id TEXT REFERENCES department (id),
  extension TEXT NOT NULL,
  workdays TEXT NOT NULL,
  weekend TEXT NOT NULL,
  needed BIGINT NOT NULL,
  checklist JSON NOT NULL,
  position BIGINT NOT NULL,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, code)
);

CREATE TABLE roster_pattern (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  post_id TEXT NOT NULL REFERENCES roster_post (id),
  sign TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  hours TEXT NOT NULL,
  position BIGINT NOT NULL,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX roster_pattern_post ON roster_pattern (site_id, post_id, position);

-- One shift of one person. It belongs to the date it begins on, also over midnight. A cancelled one stays, for the record.
CREATE TABLE roster_shift (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  post_id TEXT NOT NULL REFERENCES roster_post (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  pattern_id TEXT REFERENCES roster_pattern (id),
  day TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'cancelled')),
  note TEXT NOT NULL,
  checked_in_at BIGINT,
  checked_by TEXT REFERENCES staff (id),
  late_ms BIGINT,
  ticks JSON NOT NULL,
  remark TEXT NOT NULL,
  ended_at BIGINT,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX roster_shift_time ON roster_shift (site_id, from_at, id);
CREATE INDEX roster_shift_post ON roster_shift (post_id, from_at, id);
CREATE INDEX roster_shift_staff ON roster_shift (staff_id, from_at, id);

CREATE TABLE roster_absence (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  kind TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  cancelled_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX roster_absence_time ON roster_absence (site_id, to_at, id);

-- A swap keeps what was asked and who decided; the shifts themselves change only when it is approved.
CREATE TABLE roster_swap (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  shift_id TEXT NOT NULL REFERENCES roster_shift (id),
  other_shift_id TEXT REFERENCES roster_shift (id),
  asker_id TEXT NOT NULL REFERENCES staff (id),
  other_id TEXT NOT NULL REFERENCES staff (id),
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  answered_at BIGINT,
  decided_by TEXT REFERENCES staff (id),
  decided_at BIGINT,
  decision TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX roster_swap_time ON roster_swap (site_id, asked_at, id);
CREATE INDEX roster_swap_shift ON roster_swap (shift_id);
CREATE INDEX roster_swap_other ON roster_swap (other_shift_id);
CREATE INDEX roster_swap_open ON roster_swap (site_id, id) WHERE state IN ('asked', 'agreed');

-- What one shift gave over to the next. `body` names cases and keys by their ids only.
CREATE TABLE hand_over (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  post_id TEXT NOT NULL REFERENCES roster_post (id),
  shift_id TEXT NOT NULL REFERENCES roster_shift (id),
  giver_id TEXT NOT NULL REFERENCES staff (id),
  state TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  next_until BIGINT NOT NULL,
  body JSON NOT NULL,
  note TEXT NOT NULL,
  answered_by TEXT REFERENCES staff (id),
  answered_at BIGINT,
  answer TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, number)
);
CREATE INDEX hand_over_time ON hand_over (site_id, given_at, id);
CREATE INDEX hand_over_post ON hand_over (post_id, given_at, id);
CREATE INDEX hand_over_open ON hand_over (site_id, given_at) WHERE state IN ('given', 'objected');

-- Who looks after an open emergency now (REC-21).
CREATE TABLE emergency_owner (
  case_id TEXT PRIMARY KEY REFERENCES cases (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  since BIGINT NOT NULL,
  hand_over_id TEXT REFERENCES hand_over (id)
);

CREATE TABLE key_loan (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  post_id TEXT REFERENCES roster_post (id),
  key_name TEXT NOT NULL,
  lent_to TEXT NOT NULL,
  purpose TEXT NOT NULL,
  lent_by TEXT NOT NULL REFERENCES staff (id),
  lent_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  returned_at BIGINT,
  returned_to TEXT REFERENCES staff (id),
  note TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX key_loan_time ON key_loan (site_id, lent_at, id);
CREATE INDEX key_loan_out ON key_loan (site_id, until_at, id) WHERE returned_at IS NULL;

-- Counts the changes of a site's roster, so that what is shown on every page is read again only when it has changed.
CREATE TABLE roster_change (
  site_id TEXT PRIMARY KEY REFERENCES site (id),
  n BIGINT NOT NULL
);
