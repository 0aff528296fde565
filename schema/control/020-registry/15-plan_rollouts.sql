-- Plans, and the choice of the default one, that not every organization has been given as they are since `position`.
CREATE TABLE rm.plan_rollouts (
  -- The stream of the plan, or of the choice.
  stream uuid PRIMARY KEY,
  -- True of the choice, which is every organization's.
  is_choice boolean NOT NULL,
  position bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.plan_rollouts TO daybook_projector;
GRANT SELECT ON rm.plan_rollouts TO daybook_gateway;
