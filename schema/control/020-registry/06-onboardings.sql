-- How far each founding of an organization has come.
CREATE TABLE rm.onboardings (
  onboarding uuid PRIMARY KEY,
  account uuid NOT NULL,
  org uuid NOT NULL,
  tenant uuid NOT NULL,
  name text NOT NULL,
  slug text NOT NULL,
  state text NOT NULL CHECK (state IN ('started', 'completing', 'finished', 'lapsed', 'failed')),
  -- Until when the name is held unless it is completed.
  held_until timestamptz NOT NULL,
  member uuid,
  fault text,
  version bigint NOT NULL
);
-- What is to be gone on with, and what is to lapse.
CREATE INDEX ON rm.onboardings (state, held_until) WHERE state IN ('started', 'completing');
CREATE INDEX ON rm.onboardings (account);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.onboardings TO daybook_projector;
GRANT SELECT ON rm.onboardings TO daybook_gateway;
