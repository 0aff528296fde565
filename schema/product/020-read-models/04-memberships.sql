-- Who was in which room: from the event at from_position on, until before the one at to_position; null while it lasts.
CREATE TABLE rm.memberships (
  tenant uuid,
  room uuid,
  member uuid,
  from_position bigint,
  to_position bigint,
  role text NOT NULL,
  PRIMARY KEY (room, tenant, member, from_position)
);
-- As those of rm.messages, the indexes lead with what they are for.
CREATE UNIQUE INDEX ON rm.memberships (room, tenant, member) WHERE to_position IS NULL;
CREATE INDEX ON rm.memberships (member, tenant, room, from_position);
CALL rm.protect('rm.memberships');
