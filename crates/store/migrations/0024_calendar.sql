-- The years' files of national holidays that the company imported. A later file of a year replaces an earlier one, which stays to
-- be read. The files that ship with the product have no row.
CREATE TABLE holiday_year (
  year BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  file JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('current', 'replaced')),
  imported_by TEXT,
  imported_at BIGINT NOT NULL,
  PRIMARY KEY (year, revision)
);

-- Days off, partial closures and working days of the company (site_id is empty) or of a site. A changed one ends, and another
-- begins: what was there once stays to be read.
CREATE TABLE calendar_exception (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  code TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('company', 'site')),
  kind TEXT NOT NULL CHECK (kind IN ('off', 'work', 'partial')),
  hours TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  replaces TEXT,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  removed_by TEXT,
  removed_at BIGINT
);
CREATE INDEX calendar_exception_site ON calendar_exception (site_id, first_day);

-- The usual week of a site's calendar. The highest number counts.
CREATE TABLE calendar_week (
  site_id TEXT NOT NULL REFERENCES site (id),
  code TEXT NOT NULL,
  no BIGINT NOT NULL,
  plan JSON NOT NULL,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, code, no)
);

-- Versions of a site's calendars, whole: a clock names code and version. Version 1 is the one that ships with the product and has
-- no row. A version never changes.
CREATE TABLE calendar_version (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  no BIGINT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  calendar JSON NOT NULL,
  why TEXT NOT NULL,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  UNIQUE (site_id, no),
  UNIQUE (site_id, code, version)
);

-- The due time in lists lies past the last day whose holidays are published.
ALTER TABLE cases ADD COLUMN due_provisional BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE work_order ADD COLUMN due_provisional BOOLEAN NOT NULL DEFAULT FALSE;
