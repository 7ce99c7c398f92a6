-- Who lives where: the archive of the estate (CSM-7, STD-4).
CREATE TABLE building (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  floors BIGINT,
  has_lift BOOLEAN,
  version BIGINT NOT NULL,
  UNIQUE (site_id, code)
);

CREATE TABLE unit (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  building_id TEXT NOT NULL REFERENCES building (id),
  building TEXT NOT NULL,
  entrance TEXT NOT NULL,
  room TEXT NOT NULL,
  code TEXT NOT NULL,
  floor BIGINT,
  layout TEXT NOT NULL,
  area_cm2 BIGINT,
  usage_state TEXT NOT NULL,
  move_in_on TEXT,
  preference TEXT NOT NULL,
  care_note TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, code)
);
CREATE INDEX unit_building ON unit (site_id, building, entrance, room);
CREATE INDEX unit_room ON unit (site_id, room);

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  gender TEXT NOT NULL,
  birth_year BIGINT,
  id_number TEXT NOT NULL,
  preference TEXT NOT NULL,
  care_note TEXT NOT NULL,
  external_key TEXT,
  merged_into TEXT REFERENCES person (id),
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX person_name ON person (site_id, name);
CREATE INDEX person_id_number ON person (site_id, id_number);
CREATE UNIQUE INDEX person_external ON person (site_id, external_key);
CREATE INDEX person_merged ON person (merged_into);

-- Name, pinyin and initials, one row a way of writing; found by prefix.
CREATE TABLE person_key (
  site_id TEXT NOT NULL,
  name_key TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  PRIMARY KEY (site_id, name_key, person_id)
);
CREATE INDEX person_key_person ON person_key (person_id);

-- A number may belong to several people, and a person has several numbers; each link is confirmed or not.
CREATE TABLE person_phone (
  site_id TEXT NOT NULL REFERENCES site (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  number TEXT NOT NULL,
  reversed TEXT NOT NULL,
  label TEXT NOT NULL,
  position BIGINT NOT NULL,
  confirmed_at BIGINT,
  wrong_at BIGINT,
  PRIMARY KEY (person_id, number)
);
CREATE INDEX person_phone_number ON person_phone (site_id, number);
CREATE INDEX person_phone_reversed ON person_phone (site_id, reversed);

CREATE TABLE occupancy (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  unit_id TEXT NOT NULL REFERENCES unit (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  relation TEXT NOT NULL CHECK (relation IN ('owner', 'co_owner', 'family', 'tenant', 'contact', 'helper')),
  since_on TEXT,
  until_on TEXT,
  ended_reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX occupancy_unit ON occupancy (unit_id);
CREATE INDEX occupancy_person ON occupancy (person_id);
CREATE UNIQUE INDEX occupancy_current ON occupancy (unit_id, person_id, relation) WHERE until_on IS NULL;

CREATE TABLE vehicle (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  plate TEXT NOT NULL,
  person_id TEXT REFERENCES person (id),
  unit_id TEXT REFERENCES unit (id),
  brand TEXT NOT NULL,
  color TEXT NOT NULL,
  kind TEXT NOT NULL,
  ended_at BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (site_id, plate)
);
CREATE INDEX vehicle_unit ON vehicle (unit_id);
CREATE INDEX vehicle_person ON vehicle (person_id);

CREATE TABLE parking_place (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  lot TEXT NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL,
  area_cm2 BIGINT,
  person_id TEXT REFERENCES person (id),
  unit_id TEXT REFERENCES unit (id),
  plate TEXT NOT NULL,
  tenure TEXT NOT NULL,
  since_on TEXT,
  until_on TEXT,
  version BIGINT NOT NULL,
  UNIQUE (site_id, lot, code)
);
CREATE INDEX parking_unit ON parking_place (unit_id);
CREATE INDEX parking_person ON parking_place (person_id);

-- Two records of one person: what was moved by the merge, so that it can be taken apart again.
CREATE TABLE person_merge (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  kept_id TEXT NOT NULL REFERENCES person (id),
  merged_id TEXT NOT NULL REFERENCES person (id),
  moved TEXT NOT NULL,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  at BIGINT NOT NULL,
  undone_at BIGINT
);

CREATE TABLE import_batch (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  staff_id TEXT REFERENCES staff (id),
  file_name TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  counts TEXT NOT NULL,
  preview TEXT NOT NULL,
  progress BIGINT NOT NULL,
  total BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX import_batch_site ON import_batch (site_id, created_at);
