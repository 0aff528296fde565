-- Who was in which room: from the event at from_position on, until before the one at to_position; null while it lasts.
CREATE TABLE rm.memberships (
  tenant uuid,
  room uuid,
  member uuid,
  from_position bigint,
  to_position bigint,
  role text NOT NULL,
  PRIMARY KEY (tenant, room, member, from_position)
);
CREATE UNIQUE INDEX ON rm.memberships (tenant, room, member) WHERE to_position IS NULL;
CREATE INDEX ON rm.memberships (tenant, member, room, from_position);
CALL rm.protect('rm.memberships');
