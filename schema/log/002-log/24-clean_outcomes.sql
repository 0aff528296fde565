-- Forgets up to p_limit outcomes older than p_age, and says how many. Younger than seven days are never forgotten.
CREATE FUNCTION es.clean_outcomes(p_partition int, p_age interval, p_limit int) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_count int;
BEGIN
  -- SKIP LOCKED: several processes clean at once, and each takes what the others do not.
  EXECUTE format(
    'DELETE FROM es.outcomes_p%s WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM es.outcomes_p%1$s WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))',
    p_partition)
  USING now() - greatest(p_age, interval '7 days'), p_limit;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;
GRANT EXECUTE ON FUNCTION es.clean_outcomes TO daybook_appender;
