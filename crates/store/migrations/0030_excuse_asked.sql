-- What came of the last request for an excuse, while none stands: empty, 'asked' or 'rejected'. An excuse that was approved stands
-- in its own columns.
ALTER TABLE clock_fact ADD COLUMN excuse_asked TEXT NOT NULL DEFAULT '';
CREATE INDEX clock_fact_asked ON clock_fact (site_id, decided_at, id) WHERE excuse_asked = 'asked';
