-- What lies at a range of positions, for an appender that lost the answer to its call and asks what became of it.
CREATE FUNCTION es.committed(p_partition int, p_first bigint, p_last bigint)
RETURNS TABLE (event uuid, stream uuid, version bigint, committed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.event, e.stream, e.version,
         (SELECT c.committed_at FROM es.commits c
           WHERE c.partition = p_partition AND c.last_position >= e.position ORDER BY c.last_position LIMIT 1)
    FROM es.events e WHERE e.partition = p_partition AND e.position BETWEEN p_first AND p_last ORDER BY e.position;
$$;
GRANT EXECUTE ON FUNCTION es.committed TO daybook_appender;
