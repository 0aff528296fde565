-- The leaves of a run of positions, of whatever tenants: a proof for one tenant is made of hashes of its neighbours' events, and
-- tells no more of them, since every event has random bytes in its identifier.
CREATE FUNCTION es.leaves(p_partition int, p_first bigint, p_last bigint)
RETURNS TABLE (pos bigint, leaf bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.position, e.leaf FROM es.events e
  WHERE e.partition = p_partition AND e.position BETWEEN p_first AND p_last ORDER BY e.position;
$$;
GRANT EXECUTE ON FUNCTION es.leaves TO daybook_projector, daybook_gateway, daybook_auditor;
