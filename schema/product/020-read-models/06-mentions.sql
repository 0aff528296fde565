-- Which messages mention whom, the author left out, for counting. messages.mentions is what the message says.
CREATE TABLE rm.mentions (
  tenant uuid,
  member uuid,
  room uuid,
  seq bigint,
  PRIMARY KEY (tenant, member, room, seq)
);
CREATE INDEX ON rm.mentions (tenant, room, seq);
CALL rm.protect('rm.mentions');
