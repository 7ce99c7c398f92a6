-- Telephone systems that tell of calls. Calls of one are known by its id (`CallEvent::source`). `token_hash`: of a webhook's secret;
-- `in_path`: the secret may stand in the address, which is for systems that know no other way. `config`: address and sign-in of a system
-- that is connected to. `heard_at`: when it last told of a call.
CREATE TABLE phone_system (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('webhook', 'ami', 'esl')),
  token_hash TEXT UNIQUE,
  in_path BOOLEAN NOT NULL,
  config JSON NOT NULL,
  active BOOLEAN NOT NULL,
  heard_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, name)
);

-- Telephones of the site (TEL-1). `seat`: who sits at it now.
CREATE TABLE call_extension (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  owner_id TEXT REFERENCES staff (id),
  department_id TEXT REFERENCES department (id),
  purpose TEXT NOT NULL,
  class TEXT NOT NULL,
  place TEXT NOT NULL,
  seat_id TEXT REFERENCES staff (id),
  seat_at BIGINT,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, number)
);
CREATE INDEX call_extension_seat ON call_extension (seat_id) WHERE seat_id IS NOT NULL;

-- Calls, folded from what was told of them (`call_event`); `doc` is the whole, the other columns are what lists ask for. `number`: the
-- outside party in the normal form, empty where it was withheld. `ring`, `wait`, `hold`: met, breached, unknown and so on, once it is
-- over. `next_at`: when the timer looks whether its end was lost.
CREATE TABLE phone_call (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  system_id TEXT NOT NULL REFERENCES phone_system (id),
  call_key TEXT NOT NULL,
  direction TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'ringing', 'talking', 'held', 'over')),
  open BOOLEAN NOT NULL,
  number TEXT NOT NULL,
  extension TEXT NOT NULL,
  staff_id TEXT REFERENCES staff (id),
  at BIGINT NOT NULL,
  ringing_at BIGINT,
  answered_at BIGINT,
  ended_at BIGINT,
  ring TEXT NOT NULL,
  wait TEXT NOT NULL,
  hold TEXT NOT NULL,
  missed BOOLEAN NOT NULL,
  contact_id TEXT REFERENCES contact (id),
  next_at BIGINT,
  doc JSON NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (system_id, call_key)
);
CREATE INDEX phone_call_open ON phone_call (site_id, at, id) WHERE open;
CREATE INDEX phone_call_at ON phone_call (site_id, at, id);
CREATE INDEX phone_call_system ON phone_call (system_id, at, id);
CREATE INDEX phone_call_missed ON phone_call (site_id, at, id) WHERE missed;
CREATE INDEX phone_call_number ON phone_call (site_id, number, at);
CREATE INDEX phone_call_contact ON phone_call (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX phone_call_due ON phone_call (next_at, id) WHERE next_at IS NOT NULL;

-- What was told of a call, as it came; never changed. `mark` tells a report from one that is told twice.
CREATE TABLE call_event (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  call_id TEXT NOT NULL REFERENCES phone_call (id),
  mark TEXT NOT NULL,
  kind TEXT NOT NULL,
  at_received BIGINT NOT NULL,
  doc JSON NOT NULL,
  UNIQUE (call_id, mark)
);
CREATE INDEX call_event_order ON call_event (call_id, at_received, id);

-- Numbers that called, were not answered and are to be called back: one a number while it is open. `due_at`: by when.
-- `next_at`: when the timer says that it is late.
CREATE TABLE missed_call (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  calls BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  open BOOLEAN NOT NULL,
  late_at BIGINT,
  next_at BIGINT,
  done_at BIGINT,
  done_by TEXT REFERENCES staff (id),
  done_call TEXT REFERENCES phone_call (id),
  done_how TEXT NOT NULL,
  note TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX missed_call_number ON missed_call (site_id, number) WHERE open;
CREATE INDEX missed_call_open ON missed_call (site_id, due_at, id) WHERE open;
CREATE INDEX missed_call_done ON missed_call (site_id, done_at, id) WHERE NOT open;
CREATE INDEX missed_call_due ON missed_call (next_at, id) WHERE next_at IS NOT NULL;
