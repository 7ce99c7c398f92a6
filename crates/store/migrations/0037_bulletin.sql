-- Notices to residents (COM-5). `open`: a draft, or published and not over. `at`: when it was published, before that drafted.
-- `next_at`: when the timer looks at it: messages are to be written, or its time is over.
CREATE TABLE bulletin (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'over', 'withdrawn')),
  open BOOLEAN NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  next_at BIGINT,
  doc JSON NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX bulletin_open ON bulletin (site_id, at, id) WHERE open;
CREATE INDEX bulletin_past ON bulletin (site_id, at, id) WHERE NOT open;
CREATE INDEX bulletin_due ON bulletin (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX bulletin_source ON bulletin (site_id, source, at);

-- The units of its audience and what is known of each. A number beside a fact is the version of the text that it was about,
-- 0 while there is none.
CREATE TABLE bulletin_unit (
  bulletin_id TEXT NOT NULL REFERENCES bulletin (id),
  unit_id TEXT NOT NULL REFERENCES unit (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  code TEXT NOT NULL,
  building TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  handed_at BIGINT,
  handed_by TEXT REFERENCES staff (id),
  handed_v BIGINT NOT NULL,
  message_id TEXT,
  message_v BIGINT NOT NULL,
  seen_at BIGINT,
  seen_v BIGINT NOT NULL,
  PRIMARY KEY (bulletin_id, unit_id)
);
CREATE INDEX bulletin_unit_order ON bulletin_unit (bulletin_id, sort_key, unit_id);
CREATE INDEX bulletin_unit_message ON bulletin_unit (bulletin_id, message_v, unit_id);

-- Secret addresses to read it by, one for each message that goes out. Only the hash is kept.
CREATE TABLE bulletin_link (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  site_id TEXT NOT NULL REFERENCES site (id),
  bulletin_id TEXT NOT NULL REFERENCES bulletin (id),
  unit_id TEXT NOT NULL REFERENCES unit (id),
  created_at BIGINT NOT NULL
);
CREATE INDEX bulletin_link_bulletin ON bulletin_link (bulletin_id, created_at);
