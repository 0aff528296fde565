-- The keys with these ids, whosoever they are: for processes that open events of many tenants.
CREATE FUNCTION es.subject_keys_of(p_ids uuid[])
RETURNS TABLE (id uuid, tenant uuid, subject uuid, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.id, k.tenant, k.subject, k.wrapped FROM es.subject_keys k WHERE k.id = ANY (p_ids);
$$;
GRANT EXECUTE ON FUNCTION es.subject_keys_of TO daybook_appender, daybook_projector;
