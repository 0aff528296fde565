-- The months that are closed, with what the event said of each meter.
CREATE TABLE rm.billing_periods (
  tenant uuid,
  month text,
  meter text,
  quantity bigint NOT NULL,
  closed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, month, meter)
);
CALL rm.protect('rm.billing_periods');
