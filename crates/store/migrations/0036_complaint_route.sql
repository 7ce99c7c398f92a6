-- Where complaints of a category usually go, where no clause says (COM-18 to COM-21): what a site has changed of the shipped table.
CREATE TABLE complaint_route (
  site_id TEXT NOT NULL REFERENCES site (id),
  category TEXT NOT NULL,
  department TEXT NOT NULL,
  why TEXT NOT NULL,
  set_by TEXT NOT NULL REFERENCES staff (id),
  set_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, category)
);
