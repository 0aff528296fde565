-- Who may come in. Of a token only the SHA-256 is kept. A session is looked up before its tenant is known, so no row policy can
-- bind it; nobody but the gateway is granted anything.
CREATE TABLE rm.sessions (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  -- The token before this one, good for a moment longer.
  previous_hash bytea UNIQUE CHECK (octet_length(previous_hash) = 32),
  previous_until timestamptz,
  -- Of a person before they have chosen a tenant, or of a user of one.
  account uuid,
  tenant uuid,
  member uuid,
  -- The account's session that a user's was opened from.
  parent uuid,
  -- What an agent's was opened by.
  credential uuid,
  label text NOT NULL,
  idle_seconds int NOT NULL,
  opened_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- All that it is good for; null for whatever its holder may do.
  scopes text[],
  over_at timestamptz,
  CHECK ((account IS NULL) = (tenant IS NOT NULL AND member IS NOT NULL)),
  CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
);
CREATE INDEX ON rm.sessions (tenant, member) WHERE tenant IS NOT NULL;
CREATE INDEX ON rm.sessions (account) WHERE account IS NOT NULL;
CREATE INDEX ON rm.sessions (parent) WHERE parent IS NOT NULL;
CREATE INDEX ON rm.sessions (credential) WHERE credential IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.sessions TO daybook_projector;
GRANT SELECT ON rm.sessions TO daybook_gateway;
