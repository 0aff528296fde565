CREATE TABLE rm.plan_limits (
  plan uuid,
  meter text,
  hard bigint,
  soft bigint,
  PRIMARY KEY (plan, meter)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm.plan_limits TO daybook_projector;
GRANT SELECT ON rm.plan_limits TO daybook_gateway;
