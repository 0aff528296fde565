-- What agents log in by: keys whose private part only they have, and secrets of which only the SHA-256 is kept. One that is revoked is
-- gone from here; what it was stands in the log.
CREATE TABLE rm.credentials (
  id uuid PRIMARY KEY,
  -- What the agent is called when it logs in, one for a user of a tenant.
  principal uuid NOT NULL,
  tenant uuid NOT NULL,
  member uuid NOT NULL,
  public_key text,
  secret_hash bytea CHECK (octet_length(secret_hash) = 32),
  label text NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz,
  -- What tokens that it gets can be good for; null for whatever the agent may do.
  scopes text[],
  CHECK ((public_key IS NULL) <> (secret_hash IS NULL))
);
CREATE INDEX ON rm.credentials (principal);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.credentials TO daybook_projector;
GRANT SELECT ON rm.credentials TO daybook_gateway;
