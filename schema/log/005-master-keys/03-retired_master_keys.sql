-- Master keys that were taken out of use: a process that has not heard of it cannot wrap anything under them any more.
CREATE TABLE es.retired_master_keys (
  master_key bytea PRIMARY KEY CHECK (octet_length(master_key) = 4),
  retired_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE es.retired_master_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE es.retired_master_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON es.retired_master_keys TO daybook_owner USING (true) WITH CHECK (true);
