-- What an organization's tenant is to be told of, in the order in which it was said: a row a meter, or a kind of policy.
CREATE TABLE rm.tenant_changes (
  org uuid,
  position bigint,
  -- A meter, or a kind of policy.
  part text,
  hard bigint,
  soft bigint,
  -- Of a limit: default, plan or override.
  source text,
  -- Of a policy; null is the default one.
  policy jsonb,
  PRIMARY KEY (org, position, part)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.tenant_changes TO daybook_projector;
GRANT SELECT ON rm.tenant_changes TO daybook_gateway;
