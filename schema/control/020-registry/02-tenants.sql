-- Where tenants live: in a partition of the product log of a cell. Nobody but an active one's users come in.
CREATE TABLE rm.tenants (
  tenant uuid PRIMARY KEY,
  org uuid NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('provisioning', 'active', 'suspended', 'deleted')),
  cell text,
  partition int,
  version bigint NOT NULL,
  CHECK (state = 'provisioning' OR (cell IS NOT NULL AND partition IS NOT NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.tenants TO daybook_projector;
GRANT SELECT ON rm.tenants TO daybook_gateway;
