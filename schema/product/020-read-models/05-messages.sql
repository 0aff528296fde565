-- A deleted message keeps its place and nothing of what it said.
CREATE TABLE rm.messages (
  tenant uuid,
  id uuid,
  room uuid NOT NULL,
  -- Its place in the room, from 1 without gaps.
  seq bigint NOT NULL,
  -- Of the event that posted it.
  position bigint NOT NULL,
  author uuid NOT NULL,
  -- Null if deleted, or if the author has been forgotten.
  body text,
  mentions uuid[] NOT NULL,
  thread uuid,
  reply_count bigint NOT NULL DEFAULT 0,
  -- An array of {"name", "mediaType", "size"}.
  attachments json,
  source_system text,
  source_id text,
  source_time timestamptz,
  created_at timestamptz NOT NULL,
  edited_at timestamptz,
  editor uuid,
  -- The version that brought the present body.
  body_version bigint NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  deleted_by uuid,
  deleted_reason text,
  -- Of the stream; one more if a range-delete took it.
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (id, tenant),
  UNIQUE (room, tenant, seq)
);
-- Every index leads with what it is for. With the tenant in front all would serve any statement a little, and one that is planned
-- while the table is all but empty might take the wrong one, and read all of the tenant's messages when there are many.
CREATE INDEX ON rm.messages (thread, tenant, seq) WHERE thread IS NOT NULL;
CALL rm.protect('rm.messages');
