-- The data keys that seal personal fields, wrapped by the master key. A row without a wrapped key is a person forgotten:
-- it stays, so that no new key is made for them.
CREATE TABLE es.subject_keys (
  id uuid PRIMARY KEY,
  tenant uuid NOT NULL,
  subject uuid NOT NULL,
  wrapped bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  destroyed_at timestamptz,
  UNIQUE (subject, tenant),
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

ALTER TABLE es.subject_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE es.subject_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON es.subject_keys TO daybook_owner USING (true) WITH CHECK (true);
CREATE POLICY tenant ON es.subject_keys FOR SELECT TO daybook_gateway
  USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid));
GRANT SELECT ON es.subject_keys TO daybook_gateway;
