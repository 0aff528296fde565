-- Limits that an organization's tenant is to be told of, in the order in which they were set.
CREATE TABLE rm.limit_changes (
  org uuid,
  position bigint,
  meter text NOT NULL,
  -- False if the organization has what everybody has from then on.
  is_override boolean NOT NULL,
  hard bigint,
  soft bigint,
  PRIMARY KEY (org, position)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.limit_changes TO daybook_projector;
GRANT SELECT ON rm.limit_changes TO daybook_gateway;
