-- Forgets a person. A person without a key is forgotten too: the row stands in the way of a first one.
CREATE FUNCTION es.destroy_subject_keys(p_tenant uuid, p_subject uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO es.subject_keys AS k (id, tenant, subject, destroyed_at)
  VALUES (gen_random_uuid(), p_tenant, p_subject, now())
  ON CONFLICT (subject, tenant) DO UPDATE SET wrapped = NULL, destroyed_at = coalesce(k.destroyed_at, now());
$$;
GRANT EXECUTE ON FUNCTION es.destroy_subject_keys TO daybook_appender;
