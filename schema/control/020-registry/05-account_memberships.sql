-- Which user of which tenant an account is.
CREATE TABLE rm.account_memberships (
  account uuid,
  tenant uuid,
  member uuid NOT NULL,
  PRIMARY KEY (account, tenant)
);
CREATE INDEX ON rm.account_memberships (tenant, member);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.account_memberships TO daybook_projector;
GRANT SELECT ON rm.account_memberships TO daybook_gateway;
