-- The keys that were destroyed of late, whosoever they were: every process asks each second, to forget what it has cached.
CREATE INDEX ON es.subject_keys (destroyed_at) WHERE destroyed_at IS NOT NULL;

CREATE FUNCTION es.destroyed_subject_keys(p_since interval) RETURNS TABLE (id uuid, tenant uuid, subject uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.id, k.tenant, k.subject FROM es.subject_keys k WHERE k.destroyed_at > clock_timestamp() - p_since;
$$;
GRANT EXECUTE ON FUNCTION es.destroyed_subject_keys TO daybook_appender;
