-- What services have reported of meters, by the day in UTC on which they did, and by user; the nil UUID where no user was named.
CREATE TABLE rm.reported_usage (
  tenant uuid,
  day date,
  meter text,
  member uuid,
  quantity bigint NOT NULL,
  PRIMARY KEY (tenant, day, meter, member)
);
CALL rm.protect('rm.reported_usage');
