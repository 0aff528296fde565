-- What each command was answered, for whoever repeats it. Rows are kept seven days (es.clean_outcomes).
CREATE TABLE es.outcomes (
  first_position bigint NOT NULL,
  last_position bigint NOT NULL,
  created_at timestamptz NOT NULL,
  tenant uuid NOT NULL,
  partition int NOT NULL,
  key bytea NOT NULL CHECK (octet_length(key) = 32),
  request bytea NOT NULL CHECK (octet_length(request) = 32),
  answer bytea
) PARTITION BY LIST (partition);

ALTER TABLE es.outcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE es.outcomes FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON es.outcomes TO daybook_owner USING (true) WITH CHECK (true);
CREATE POLICY tenant ON es.outcomes FOR SELECT TO daybook_auditor
  USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid));
GRANT SELECT ON es.outcomes TO daybook_auditor;
