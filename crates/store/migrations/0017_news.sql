-- What a resident or worker sent and nobody at the desk has looked at: since when, and what it was last. Follows from the
-- journal; cleared when somebody opens the case.
ALTER TABLE cases ADD COLUMN news_at BIGINT;
ALTER TABLE cases ADD COLUMN news TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_news ON cases (site_id, news_at) WHERE news_at IS NOT NULL;
