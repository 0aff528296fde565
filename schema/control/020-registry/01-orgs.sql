-- Organizations by name. Which name is whose is the log's to decide, by the stream of the name; this is where it is looked up.
CREATE TABLE rm.orgs (
  org uuid PRIMARY KEY,
  slug text NOT NULL,
  name text NOT NULL,
  tenant uuid NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  suspended_at timestamptz,
  suspension_reason text,
  -- When it ends unless that is taken back.
  ends_at timestamptz,
  deletion_reason text,
  -- Null: the default one.
  plan uuid,
  plan_reason text,
  -- Where in the log the plans were what its limits follow from.
  plans_as_of bigint NOT NULL DEFAULT 0,
  is_ending boolean NOT NULL DEFAULT false,
  deleted_at timestamptz,
  state text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN deleted_at IS NOT NULL THEN 'deleted' WHEN is_ending THEN 'ending' WHEN ends_at IS NOT NULL THEN 'deleting'
         WHEN suspended_at IS NOT NULL THEN 'suspended' ELSE 'active' END) STORED,
  version bigint NOT NULL
);
-- The name of one that is no more is anybody's again.
CREATE UNIQUE INDEX ON rm.orgs (slug) WHERE deleted_at IS NULL;
-- What is to be ended.
CREATE INDEX ON rm.orgs (ends_at) WHERE ends_at IS NOT NULL AND deleted_at IS NULL;
-- Who is still to be given a plan as it is now: those who have it, or everybody.
CREATE INDEX ON rm.orgs (plan, plans_as_of) WHERE NOT is_ending;
CREATE INDEX ON rm.orgs (plans_as_of) WHERE NOT is_ending;
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.orgs TO daybook_projector;
GRANT SELECT ON rm.orgs TO daybook_gateway;
