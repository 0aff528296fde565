-- What operators let a tenant's agents and machines do. Of a kind without a row it has the default.
CREATE TABLE rm.policies (
  tenant uuid,
  kind text CHECK (kind IN ('llm', 'vm', 'fs-cache')),
  policy jsonb NOT NULL,
  PRIMARY KEY (tenant, kind)
);
CALL rm.protect('rm.policies');
