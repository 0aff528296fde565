-- Up to which message a user has read a room. It moves back too, when messages are marked unread.
CREATE TABLE rm.read_markers (
  tenant uuid,
  member uuid,
  room uuid,
  seq bigint NOT NULL,
  message uuid NOT NULL,
  -- Of the event that moved it last.
  position bigint NOT NULL,
  PRIMARY KEY (tenant, member, room)
);
CALL rm.protect('rm.read_markers');
