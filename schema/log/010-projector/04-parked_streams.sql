-- Streams with an event that could not be projected: this one and all later ones are set aside in rm.parked. Whatever is a
-- parked stream's is withheld: a parked room and its messages from everybody, everything from a parked user.
CREATE TABLE rm.parked_streams (
  tenant uuid,
  stream uuid,
  partition int NOT NULL,
  -- The event that could not be projected, and why.
  position bigint NOT NULL,
  type text NOT NULL,
  reason text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, stream)
);
CALL rm.protect('rm.parked_streams');
