-- The children of one partition. They carry no policies and are granted to nobody: only the owner's functions reach them.
CREATE FUNCTION es.make_partition_tables(p int) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
  EXECUTE replace($sql$
    CREATE TABLE es.events_p@P@ PARTITION OF es.events FOR VALUES IN (@P@);
    CREATE UNIQUE INDEX ON es.events_p@P@ (stream, tenant, version);
    CREATE INDEX ON es.events_p@P@ (tenant, position);
    CREATE TABLE es.commits_p@P@ PARTITION OF es.commits FOR VALUES IN (@P@);
    CREATE TABLE es.streams_p@P@ PARTITION OF es.streams FOR VALUES IN (@P@) WITH (fillfactor = 80);
    CREATE TABLE es.counters_p@P@ PARTITION OF es.counters FOR VALUES IN (@P@) WITH (fillfactor = 50);
    CREATE TABLE es.outcomes_p@P@ PARTITION OF es.outcomes FOR VALUES IN (@P@);
    -- Keys are random: a hash index stays cheap as it grows where a B-tree does not. That one key has one row is kept by
    -- the head lock and the look-up under it, not by the index.
    CREATE INDEX ON es.outcomes_p@P@ USING hash (key);
    CREATE INDEX ON es.outcomes_p@P@ (created_at);
  $sql$, '@P@', p::text);
END $make$;
