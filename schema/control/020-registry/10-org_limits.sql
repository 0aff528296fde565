-- What operators allow an organization of its own. Of a meter without a row it has what its plan says.
CREATE TABLE rm.org_limits (
  org uuid,
  meter text,
  hard bigint,
  soft bigint,
  reason text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (org, meter)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.org_limits TO daybook_projector;
GRANT SELECT ON rm.org_limits TO daybook_gateway;
