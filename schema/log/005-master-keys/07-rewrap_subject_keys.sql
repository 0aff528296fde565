-- Puts new wrappings in the place of old ones. A key that was destroyed, or wrapped anew, since it was read stays as it is.
CREATE FUNCTION es.rewrap_subject_keys(p_ids uuid[], p_old bytea[], p_new bytea[]) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_count int;
BEGIN
  UPDATE es.subject_keys k SET wrapped = n.new
    FROM unnest(p_ids, p_old, p_new) AS n(id, old, new)
   WHERE k.id = n.id AND k.wrapped = n.old;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;
-- Who may destroy keys may wrap them anew.
GRANT EXECUTE ON FUNCTION es.rewrap_subject_keys TO daybook_projector;
