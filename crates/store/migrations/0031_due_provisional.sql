-- Whether a due time falls after the last year whose holidays are known, for the lists of promises and callbacks.
ALTER TABLE promise ADD COLUMN due_provisional BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE callback ADD COLUMN due_provisional BOOLEAN NOT NULL DEFAULT FALSE;
