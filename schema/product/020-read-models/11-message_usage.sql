-- How many messages were posted, by day in UTC, author and room. Deleting a message takes nothing from it.
CREATE TABLE rm.message_usage (
  tenant uuid,
  day date,
  member uuid,
  room uuid,
  quantity bigint NOT NULL,
  PRIMARY KEY (tenant, day, member, room)
);
CALL rm.protect('rm.message_usage');
