-- Invitations into tenants. The token that a mail carries is not here, nor anywhere.
CREATE TABLE rm.invites (
  invite uuid PRIMARY KEY,
  tenant uuid NOT NULL,
  email text,
  role text NOT NULL,
  invited_by uuid,
  state text NOT NULL CHECK (state IN ('pending', 'accepted', 'revoked')),
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  mailed_at timestamptz,
  account uuid,
  member uuid,
  version bigint NOT NULL
);
CREATE INDEX ON rm.invites (tenant, invite);
-- What is still to be mailed.
CREATE INDEX ON rm.invites (made_at) WHERE mailed_at IS NULL AND state = 'pending';
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.invites TO daybook_projector;
GRANT SELECT ON rm.invites TO daybook_gateway;
