-- Named counters of a tenant, moved by appends: limits, budgets, gapless numbers.
CREATE TABLE es.counters (
  value bigint NOT NULL,
  tenant uuid,
  counter uuid,
  partition int,
  PRIMARY KEY (counter, tenant, partition)
) PARTITION BY LIST (partition);

ALTER TABLE es.counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE es.counters FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON es.counters TO daybook_owner USING (true) WITH CHECK (true);
CREATE POLICY projector ON es.counters FOR SELECT TO daybook_projector USING (true);
CREATE POLICY tenant ON es.counters FOR SELECT TO daybook_gateway, daybook_auditor
  USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid));
GRANT SELECT ON es.counters TO daybook_projector, daybook_gateway, daybook_auditor;
