-- What people log in by. Subjects are not kept, only what they are derived to with their issuer.
CREATE TABLE rm.identities (
  identity uuid PRIMARY KEY,
  account uuid NOT NULL,
  issuer text NOT NULL,
  linked_at timestamptz NOT NULL
);
CREATE INDEX ON rm.identities (account);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.identities TO daybook_projector;
GRANT SELECT ON rm.identities TO daybook_gateway;
