-- The hashes of full subtrees of a partition's Merkle tree (Sources/TransparencyLog): of 2^8, 2^16, 2^24, … leaves. What lies
-- between is computed from at most 256 of the level below, and the lowest from the events' leaves. A row never changes: were it
-- changed all the same, the next head would not go on from the ones that are kept elsewhere.
CREATE TABLE es.tree_nodes (
  partition int,
  level int CHECK (level > 0 AND level % 8 = 0),
  index bigint,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (partition, level, index)
);
GRANT SELECT, INSERT ON es.tree_nodes TO daybook_projector;
GRANT SELECT ON es.tree_nodes TO daybook_gateway, daybook_auditor;
