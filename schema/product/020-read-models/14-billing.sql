-- The first month of each tenant, as 2026-11, that is not closed.
CREATE TABLE rm.billing (
  tenant uuid PRIMARY KEY,
  next_month text NOT NULL
);
CREATE INDEX ON rm.billing (next_month, tenant);
CALL rm.protect('rm.billing');
