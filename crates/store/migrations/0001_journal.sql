-- The journal: what happened, in order, once for each site. Rows are only ever added.
-- The head of each site's chain: the last sequence number given out and the hash of that entry.
CREATE TABLE site_head (
  site_id TEXT PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);

CREATE TABLE journal (
  site_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  event_id TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  via TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  case_id TEXT,
  kind TEXT NOT NULL,
  body JSON NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (site_id, seq)
);
CREATE INDEX journal_subject ON journal (site_id, subject_kind, subject_id, seq);
CREATE INDEX journal_case ON journal (site_id, case_id, seq) WHERE case_id IS NOT NULL;

-- The personal values that entries refer to. Erasing one empties value and salt: the entry and its chain stay as they are.
CREATE TABLE personal_value (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  owner_kind TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  journal_seq BIGINT NOT NULL,
  field TEXT NOT NULL,
  value JSON,
  salt TEXT,
  erased_at BIGINT
);
CREATE INDEX personal_value_entry ON personal_value (site_id, journal_seq);
CREATE INDEX personal_value_owner ON personal_value (owner_kind, owner_id);

-- One line a findable thing. The id orders by time: newest first is the order of the key, and the full-text index shares it.
CREATE TABLE search_doc (
  id BIGINT PRIMARY KEY,
  site_id TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE UNIQUE INDEX search_doc_subject ON search_doc (site_id, subject_kind, subject_id);
CREATE INDEX search_doc_newest ON search_doc (site_id, subject_kind, id);
