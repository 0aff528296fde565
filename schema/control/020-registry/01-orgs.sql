-- Organizations by name. Which name is whose is the log's to decide, by the stream of the name; this is where it is looked up.
CREATE TABLE rm.orgs (
  org uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  name text NOT NULL,
  tenant uuid NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  version bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.orgs TO daybook_projector;
GRANT SELECT ON rm.orgs TO daybook_gateway;
