-- One row a registered queue: whose it is, what it lets through, and where it began. The fan-out works for the users who have
-- one. last_poll_at is written at most every quarter of the idle time; Redis knows it to the poll.
CREATE TABLE rt.queues (
  tenant uuid,
  id uuid,
  partition int NOT NULL,
  member uuid NOT NULL,
  -- Null: all of them.
  event_types text[],
  rooms uuid[],
  -- The position that the snapshot held, from which the queue goes on.
  base bigint NOT NULL,
  idle_timeout_s int NOT NULL CHECK (idle_timeout_s > 0),
  -- Kept until deleted, however long nobody polls.
  durable boolean NOT NULL,
  client text,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_poll_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (id, tenant)
) WITH (fillfactor = 70);
CREATE INDEX ON rt.queues (partition, tenant, member) WHERE deleted_at IS NULL;
CREATE INDEX ON rt.queues (member, tenant);

ALTER TABLE rt.queues ENABLE ROW LEVEL SECURITY;
ALTER TABLE rt.queues FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON rt.queues TO daybook_owner USING (true) WITH CHECK (true);
CREATE POLICY projector ON rt.queues TO daybook_projector USING (true) WITH CHECK (true);
CREATE POLICY tenant ON rt.queues TO daybook_gateway
  USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid))
  WITH CHECK (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON rt.queues TO daybook_gateway;
GRANT SELECT, DELETE ON rt.queues TO daybook_projector;
