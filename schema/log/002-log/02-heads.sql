-- One row a partition, locked by whoever appends to it and never updated by an append. The epoch changes when the
-- partition moves to another server. The low fillfactor keeps the rows, and so their locks, on pages of their own.
CREATE TABLE es.heads (
  partition int PRIMARY KEY,
  epoch bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 10);
GRANT SELECT ON es.heads TO daybook_appender, daybook_projector, daybook_gateway, daybook_auditor;
