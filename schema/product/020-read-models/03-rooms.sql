-- last_seq is updated with every batch of messages: room on the page keeps that update off the indexes.
CREATE TABLE rm.rooms (
  tenant uuid,
  id uuid,
  kind text NOT NULL,
  name text NOT NULL,
  topic text,
  archived boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  version bigint NOT NULL,
  -- The newest message's sequence number.
  last_seq bigint NOT NULL DEFAULT 0,
  -- Of the event that created it.
  position bigint NOT NULL,
  PRIMARY KEY (tenant, id)
) WITH (fillfactor = 50);
CREATE INDEX ON rm.rooms (tenant, id) WHERE kind = 'channel';
CALL rm.protect('rm.rooms');
