-- How many keys lie under each master key; an empty one for those of a time when keys had no ids.
CREATE FUNCTION es.master_key_uses() RETURNS TABLE (master_key bytea, uses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.master_key, count(*) FROM es.subject_keys k WHERE k.master_key IS NOT NULL GROUP BY k.master_key;
$$;
GRANT EXECUTE ON FUNCTION es.master_key_uses TO daybook_projector;
