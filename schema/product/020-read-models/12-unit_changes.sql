-- By how much the number of active users, or of rooms that are not archived, changed on a day in UTC. The sum up to a day is how many
-- there were at its end.
CREATE TABLE rm.unit_changes (
  tenant uuid,
  meter text,
  day date,
  change bigint NOT NULL,
  PRIMARY KEY (tenant, meter, day)
);
CALL rm.protect('rm.unit_changes');
