-- The company, its sites, who works there and how they sign in.
CREATE TABLE company (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE site (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL REFERENCES company (id),
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  center_name TEXT NOT NULL,
  center_name_en TEXT NOT NULL,
  zone TEXT NOT NULL,
  address TEXT NOT NULL,
  hotline TEXT NOT NULL,
  complaint_phone TEXT NOT NULL,
  settings TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (company_id, name)
);

CREATE TABLE department (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  code TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('own', 'vendor', 'outside')),
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  phone TEXT NOT NULL,
  duties TEXT NOT NULL,
  duties_en TEXT NOT NULL,
  position BIGINT NOT NULL,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (site_id, code)
);

CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL REFERENCES company (id),
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  employee_no TEXT NOT NULL,
  phone TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  must_change BOOLEAN NOT NULL,
  locale TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);

-- One line says: this person holds this role at this site, in this department. Several lines a person are usual.
CREATE TABLE staff_role (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  role TEXT NOT NULL,
  department_id TEXT REFERENCES department (id),
  PRIMARY KEY (staff_id, site_id, role)
);
CREATE INDEX staff_role_site ON staff_role (site_id, role);

-- Who is at work now, as they said themselves at the start of the shift.
CREATE TABLE on_duty (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  since BIGINT NOT NULL,
  PRIMARY KEY (staff_id, site_id)
);

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  site_id TEXT,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  locked_at BIGINT,
  revoked_at BIGINT,
  ip TEXT NOT NULL,
  agent TEXT NOT NULL
);
CREATE INDEX session_staff ON session (staff_id, created_at);

CREATE TABLE api_token (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  expires_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX api_token_staff ON api_token (staff_id, created_at);

-- Failed sign-ins by login and by address: slower answers, never a lock-out.
CREATE TABLE sign_in_failure (
  bucket TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

-- The answer to a request that carried an idempotency key, so that a repeat gets the same one.
CREATE TABLE idempotency (
  actor TEXT NOT NULL,
  idem_key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (actor, idem_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE draft (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (staff_id, site_id, kind, subject)
);

CREATE TABLE saved_view (
  id TEXT PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  site_id TEXT NOT NULL REFERENCES site (id),
  list TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  position BIGINT NOT NULL,
  UNIQUE (staff_id, site_id, list, name)
);

-- Next number per site, kind and day: BX-20261121-0037.
CREATE TABLE number_seq (
  site_id TEXT NOT NULL REFERENCES site (id),
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (site_id, kind, day)
);
