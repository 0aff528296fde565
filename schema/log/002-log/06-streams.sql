-- How many events each stream holds. The key leads with the stream: comparisons differ in the first column.
CREATE TABLE es.streams (
  version bigint NOT NULL,
  tenant uuid,
  stream uuid,
  partition int,
  PRIMARY KEY (stream, tenant, partition)
) PARTITION BY LIST (partition);

ALTER TABLE es.streams ENABLE ROW LEVEL SECURITY;
ALTER TABLE es.streams FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON es.streams TO daybook_owner USING (true) WITH CHECK (true);
CREATE POLICY projector ON es.streams FOR SELECT TO daybook_projector USING (true);
CREATE POLICY tenant ON es.streams FOR SELECT TO daybook_gateway, daybook_auditor
  USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid));
GRANT SELECT ON es.streams TO daybook_projector, daybook_gateway, daybook_auditor;
