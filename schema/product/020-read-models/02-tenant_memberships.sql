-- When a user could see anything at all: active and no auditor. At position p it holds if from_position <= p and
-- (to_position IS NULL OR p < to_position). A guest sees the rooms that it is a member of; everybody else every channel too.
-- So the audience of an event at p is
--   of a channel: who has an interval at p that is no guest's, and its members at p who have one;
--   of a private room: its members at p who have one.
-- The event that ends an interval stands at to_position, outside of it.
CREATE TABLE rm.tenant_memberships (
  tenant uuid,
  member uuid,
  from_position bigint,
  to_position bigint,
  guest boolean NOT NULL,
  -- An owner or an administrator.
  administrator boolean NOT NULL,
  PRIMARY KEY (tenant, member, from_position)
);
CREATE UNIQUE INDEX ON rm.tenant_memberships (tenant, member) WHERE to_position IS NULL;
CALL rm.protect('rm.tenant_memberships');
