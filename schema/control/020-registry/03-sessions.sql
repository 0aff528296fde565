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
  -- The login at a provider that an account's came from; null for one that came from none.
  provider text,
  identity uuid,
  -- The provider's own session, as a digest.
  provider_session uuid,
  -- When the person showed last who they are.
  authenticated_at timestamptz,
  label text NOT NULL,
  idle_seconds int NOT NULL,
  opened_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- All that it is good for; null for whatever its holder may do.
  scopes text[],
  over_at timestamptz,
  CHECK ((account IS NULL) = (tenant IS NOT NULL AND member IS NOT NULL)),
  CHECK ((provider IS NULL) = (identity IS NULL) AND (provider IS NULL) = (authenticated_at IS NULL)),
  CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
);
CREATE INDEX ON rm.sessions (tenant, member) WHERE tenant IS NOT NULL;
CREATE INDEX ON rm.sessions (account) WHERE account IS NOT NULL;
CREATE INDEX ON rm.sessions (parent) WHERE parent IS NOT NULL;
CREATE INDEX ON rm.sessions (credential) WHERE credential IS NOT NULL;
CREATE INDEX ON rm.sessions (identity) WHERE identity IS NOT NULL;
CREATE INDEX ON rm.sessions (provider_session) WHERE provider_session IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.sessions TO daybook_projector;
GRANT SELECT ON rm.sessions TO daybook_gateway;
