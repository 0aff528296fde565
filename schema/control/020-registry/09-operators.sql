-- Who operates the installation.
CREATE TABLE rm.operators (
  account uuid PRIMARY KEY,
  role text NOT NULL CHECK (role IN ('viewer', 'operator')),
  granted_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.operators TO daybook_projector;
GRANT SELECT ON rm.operators TO daybook_gateway;
