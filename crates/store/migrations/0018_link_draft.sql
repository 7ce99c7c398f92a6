-- What a vendor's worker without an account typed into a step and has not sent: kept for the link, and gone with the step.
CREATE TABLE link_draft (
  link_id TEXT NOT NULL REFERENCES link (id),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (link_id, kind)
);
CREATE INDEX link_draft_age ON link_draft (updated_at);
