-- The limits of tenants. A meter without a row has none. Null bounds nothing.
CREATE TABLE rm.limits (
  tenant uuid,
  meter text,
  -- What the operators grant, and who of them: default, plan or override.
  granted_hard bigint,
  granted_soft bigint,
  source text NOT NULL,
  -- What the tenant's owners allow themselves.
  own_hard bigint,
  own_soft bigint,
  -- The soft limit of which the tenant was told last, and the month of which; the hard one that is reached.
  alerted_soft bigint,
  alerted_month text,
  reached_hard bigint,
  reached_month text,
  PRIMARY KEY (tenant, meter)
);
CALL rm.protect('rm.limits');
