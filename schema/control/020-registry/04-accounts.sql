-- People's accounts. The e-mail address is what the provider said of it last.
CREATE TABLE rm.accounts (
  account uuid PRIMARY KEY,
  name text,
  email text,
  email_is_verified boolean NOT NULL,
  created_at timestamptz NOT NULL,
  version bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.accounts TO daybook_projector;
GRANT SELECT ON rm.accounts TO daybook_gateway;
