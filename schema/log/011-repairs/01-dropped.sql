-- Events that operators have dropped from parked streams: no row was made of them and none will be, and they are told to nobody.
CREATE TABLE rm.dropped (
  tenant uuid,
  position bigint,
  stream uuid NOT NULL,
  PRIMARY KEY (tenant, position)
);
CALL rm.protect('rm.dropped');
