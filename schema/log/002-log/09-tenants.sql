-- The directory: a tenant stays in its partition for good.
CREATE TABLE es.tenants (
  tenant uuid PRIMARY KEY,
  partition int NOT NULL REFERENCES es.heads
);
CREATE INDEX ON es.tenants (partition);

ALTER TABLE es.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE es.tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON es.tenants TO daybook_owner USING (true) WITH CHECK (true);
CREATE POLICY projector ON es.tenants FOR SELECT TO daybook_projector USING (true);
CREATE POLICY tenant ON es.tenants FOR SELECT TO daybook_gateway, daybook_auditor
  USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid));
GRANT SELECT ON es.tenants TO daybook_projector, daybook_gateway, daybook_auditor;
