-- Who may come in. Of a token only the SHA-256 is kept. A session is looked up before its tenant is known, so no row
-- policy can bind it; nobody but the gateway is granted anything.
CREATE TABLE control.sessions (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  tenant uuid NOT NULL,
  partition int NOT NULL,
  user_id uuid NOT NULL,
  label text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_seen timestamptz NOT NULL DEFAULT now()
);
-- Every process asks twice a second what was revoked of late.
CREATE INDEX ON control.sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX ON control.sessions (tenant, user_id);
GRANT SELECT, INSERT, UPDATE (revoked_at, last_seen) ON control.sessions TO daybook_gateway;
