CREATE TABLE rm.reactions (
  tenant uuid,
  message uuid,
  emoji text,
  member uuid,
  -- Of the event that added it: the order in which they are shown.
  position bigint NOT NULL,
  PRIMARY KEY (tenant, message, emoji, member)
);
CALL rm.protect('rm.reactions');
