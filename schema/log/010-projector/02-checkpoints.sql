-- How far a projection has come in a partition, and who may go on: 'product' writes the read models, 'fanout' the queues.
-- Holds nothing of any tenant, so it has no policies. The epoch grows with each change of owner; an owner commits its work
-- together with UPDATE … WHERE position = <the old> AND lease_epoch = <its own>, and gives up if that touches no row.
CREATE TABLE rm.checkpoints (
  projection text,
  partition int,
  position bigint NOT NULL DEFAULT 0,
  lease_owner uuid,
  lease_epoch bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  PRIMARY KEY (projection, partition)
) WITH (fillfactor = 10);
GRANT SELECT, INSERT, UPDATE ON rm.checkpoints TO daybook_projector;
GRANT SELECT (projection, partition, position, lease_until) ON rm.checkpoints TO daybook_gateway, daybook_auditor;
