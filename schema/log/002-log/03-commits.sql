-- One row a batch: the link of the partition's hash chain.
-- root = sha256(the leaves in order of position)
-- hash = sha256(previous hash | first | last | committed_at | root), integers as int8, time as int8 microseconds since
-- 2000-01-01; the first link's previous hash is sha256('daybook log' | partition as int4).
CREATE TABLE es.commits (
  partition int,
  last_position bigint,
  first_position bigint NOT NULL,
  committed_at timestamptz NOT NULL,
  root bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (partition, last_position)
) PARTITION BY LIST (partition);
GRANT SELECT ON es.commits TO daybook_projector, daybook_gateway, daybook_auditor;
