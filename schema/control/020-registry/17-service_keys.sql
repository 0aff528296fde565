-- The public parts of what services sign with.
CREATE TABLE rm.service_keys (
  key uuid PRIMARY KEY,
  service uuid NOT NULL,
  public_key text NOT NULL,
  added_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE INDEX service_keys_of_service ON rm.service_keys (service);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.service_keys TO daybook_projector;
GRANT SELECT ON rm.service_keys TO daybook_gateway;
