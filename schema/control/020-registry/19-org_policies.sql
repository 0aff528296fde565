-- What operators let an organization's agents and machines do. Of a kind without a row it has the default.
CREATE TABLE rm.org_policies (
  org uuid,
  kind text CHECK (kind IN ('llm', 'vm', 'fs-cache')),
  policy jsonb NOT NULL,
  reason text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (org, kind)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.org_policies TO daybook_projector;
GRANT SELECT ON rm.org_policies TO daybook_gateway;
