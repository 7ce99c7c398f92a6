-- Only the index is kept, not the words; `detail=none` because words are only ever asked for whole and together.
CREATE VIRTUAL TABLE search_fts USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 0');
