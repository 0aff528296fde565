-- Which messages mention whom, the author left out, for counting. messages.mentions is what the message says.
CREATE TABLE rm.mentions (
  tenant uuid,
  member uuid,
  room uuid,
  seq bigint,
  PRIMARY KEY (member, tenant, room, seq)
);
CREATE INDEX ON rm.mentions (room, tenant, seq);
CALL rm.protect('rm.mentions');
