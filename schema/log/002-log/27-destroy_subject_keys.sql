-- Forgets a person and says which key is gone. A person without a key is forgotten too: the row stands in the way of one.
CREATE FUNCTION es.destroy_subject_keys(p_tenant uuid, p_subject uuid) RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO es.subject_keys AS k (id, tenant, subject, destroyed_at)
  VALUES (gen_random_uuid(), p_tenant, p_subject, now())
  ON CONFLICT (subject, tenant) DO UPDATE SET wrapped = NULL, destroyed_at = coalesce(k.destroyed_at, now())
  RETURNING k.id;
$$;
GRANT EXECUTE ON FUNCTION es.destroy_subject_keys TO daybook_appender;
