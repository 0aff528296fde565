-- Events that are set aside until `cause` is mended: those of the parked stream itself, and those of other streams that
-- cannot be shown without it, such as the messages of a room.
CREATE TABLE rm.parked (
  tenant uuid,
  position bigint,
  partition int NOT NULL,
  stream uuid NOT NULL,
  type text NOT NULL,
  cause uuid NOT NULL,
  reason text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, position),
  FOREIGN KEY (tenant, cause) REFERENCES rm.parked_streams
);
CREATE INDEX ON rm.parked (cause, tenant, position);
CALL rm.protect('rm.parked');
