-- Takes a master key out of use for good if nothing lies under it; otherwise says how many keys do.
CREATE FUNCTION es.retire_master_key(p_master_key bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_uses bigint;
BEGIN
  LOCK TABLE es.retired_master_keys IN EXCLUSIVE MODE;
  -- Keys without the id of theirs may be under this one.
  SELECT count(*) INTO v_uses FROM es.subject_keys k WHERE k.master_key IN (p_master_key, ''::bytea);
  IF v_uses = 0 THEN
    INSERT INTO es.retired_master_keys (master_key) VALUES (p_master_key) ON CONFLICT DO NOTHING;
  END IF;
  RETURN v_uses;
END $$;
GRANT EXECUTE ON FUNCTION es.retire_master_key TO daybook_projector;
