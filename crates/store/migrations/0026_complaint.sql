-- From whom a complaint is hidden: the member of staff whom it is about. A handful of rows, asked for with every list.
CREATE TABLE case_hidden (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  PRIMARY KEY (staff_id, case_id)
);
CREATE INDEX case_hidden_case ON case_hidden (case_id);
CREATE INDEX case_hidden_site ON case_hidden (site_id);
