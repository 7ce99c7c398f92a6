-- Codes sent to a customer's verified number for a signature of grade A. Only a hash is kept; the code itself is made at
-- the moment of sending and lives nowhere.
CREATE TABLE link_code (
  id TEXT PRIMARY KEY,
  link_id TEXT NOT NULL REFERENCES link (id),
  message_id TEXT NOT NULL REFERENCES message (id),
  code_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX link_code_link ON link_code (link_id, created_at);

-- Where staff sign in from: the address and the kind of browser of their sessions, for the question whether a customer's
-- link was opened on a device of staff.
CREATE INDEX session_place ON session (ip, seen_at);
