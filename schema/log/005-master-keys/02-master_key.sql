-- Null for a key that was destroyed.
ALTER TABLE es.subject_keys ADD COLUMN master_key bytea GENERATED ALWAYS AS (es.master_key_of(wrapped)) STORED;
CREATE INDEX ON es.subject_keys (master_key);
