-- The partition of a tenant, chosen on the first call: the one asked for, or the one with the fewest tenants.
CREATE FUNCTION es.place_tenant(p_tenant uuid, p_partition int DEFAULT NULL) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_partition int;
BEGIN
  LOOP
    SELECT t.partition INTO v_partition FROM es.tenants t WHERE t.tenant = p_tenant;
    IF FOUND THEN RETURN v_partition; END IF;
    INSERT INTO es.tenants (tenant, partition)
    SELECT p_tenant, coalesce(p_partition, (
      SELECT h.partition FROM es.heads h
      ORDER BY (SELECT count(*) FROM es.tenants t WHERE t.partition = h.partition), h.partition LIMIT 1))
    ON CONFLICT DO NOTHING;
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION es.place_tenant TO daybook_appender;
