-- What was answered to a key, if it is still kept.
CREATE FUNCTION es.outcome(p_partition int, p_tenant uuid, p_key bytea)
RETURNS TABLE (request bytea, first_position bigint, last_position bigint, answer bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.request, o.first_position, o.last_position, o.answer
    FROM es.outcomes o WHERE o.partition = p_partition AND o.tenant = p_tenant AND o.key = p_key;
$$;
GRANT EXECUTE ON FUNCTION es.outcome TO daybook_appender;
