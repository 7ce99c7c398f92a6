-- Who listened to which recording of a call, when and for what.
CREATE TABLE call_hearing (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  call_id TEXT NOT NULL REFERENCES phone_call (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  name TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX call_hearing_call ON call_hearing (call_id, at, id);
