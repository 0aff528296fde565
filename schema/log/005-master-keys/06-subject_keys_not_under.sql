-- A batch of keys behind p_after that lie under another master key than p_master_key, by id.
CREATE FUNCTION es.subject_keys_not_under(p_master_key bytea, p_after uuid, p_limit int)
RETURNS TABLE (id uuid, tenant uuid, subject uuid, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.id, k.tenant, k.subject, k.wrapped FROM es.subject_keys k
   WHERE k.id > p_after AND k.wrapped IS NOT NULL AND k.master_key <> p_master_key
   ORDER BY k.id LIMIT p_limit;
$$;
GRANT EXECUTE ON FUNCTION es.subject_keys_not_under TO daybook_projector;
