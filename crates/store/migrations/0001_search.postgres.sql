ALTER TABLE search_doc ADD COLUMN words tsvector NOT NULL;
CREATE INDEX search_doc_words ON search_doc USING gin (words);
