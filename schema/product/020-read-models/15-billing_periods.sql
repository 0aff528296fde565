-- The months that are closed, with what the event said of them.
CREATE TABLE rm.billing_periods (
  tenant uuid,
  month text,
  messages bigint NOT NULL,
  users bigint NOT NULL,
  rooms bigint NOT NULL,
  closed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, month)
);
CALL rm.protect('rm.billing_periods');
