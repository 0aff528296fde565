-- What an organization may use, and by what. Of a meter without a row it may use as much as it likes.
CREATE TABLE rm.org_entitlements (
  org uuid,
  meter text,
  hard bigint,
  soft bigint,
  source text NOT NULL,
  PRIMARY KEY (org, meter)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.org_entitlements TO daybook_projector;
GRANT SELECT ON rm.org_entitlements TO daybook_gateway;
