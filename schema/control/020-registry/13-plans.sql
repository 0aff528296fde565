-- Plans: limits under a name.
CREATE TABLE rm.plans (
  plan uuid PRIMARY KEY,
  slug text NOT NULL,
  -- Where in the log, and when, its limits became what they are.
  defined_at bigint NOT NULL,
  defined_on timestamptz NOT NULL,
  retired_on timestamptz,
  -- Whether organizations without a plan have it. Of at most one.
  is_default boolean NOT NULL DEFAULT false
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.plans TO daybook_projector;
GRANT SELECT ON rm.plans TO daybook_gateway;
