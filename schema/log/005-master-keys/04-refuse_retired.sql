CREATE FUNCTION es.refuse_retired_master_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- es.retire_master_key waits for this transaction, or this statement for it; the next one sees what it has written.
  LOCK TABLE es.retired_master_keys IN ROW SHARE MODE;
  PERFORM FROM es.retired_master_keys r WHERE r.master_key = es.master_key_of(NEW.wrapped);
  IF FOUND THEN
    RAISE EXCEPTION 'master key % is retired', encode(es.master_key_of(NEW.wrapped), 'hex')
      USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'This process has an old master key file.';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER refuse_retired_master_key BEFORE INSERT OR UPDATE OF wrapped ON es.subject_keys
FOR EACH ROW WHEN (NEW.wrapped IS NOT NULL) EXECUTE FUNCTION es.refuse_retired_master_key();
