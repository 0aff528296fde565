-- Programs of the installation that use the internal API.
CREATE TABLE rm.services (
  service uuid PRIMARY KEY,
  name text NOT NULL,
  scopes text[] NOT NULL,
  since timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.services TO daybook_projector;
GRANT SELECT ON rm.services TO daybook_gateway;
