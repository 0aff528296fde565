-- The number of an event type, given on first use.
CREATE FUNCTION es.type_id(p_name text, p_version int) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_id int;
BEGIN
  LOOP
    SELECT t.id INTO v_id FROM es.types t WHERE t.name = p_name AND t.version = p_version;
    IF FOUND THEN RETURN v_id; END IF;
    INSERT INTO es.types (name, version) VALUES (p_name, p_version) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION es.type_id TO daybook_appender;
