-- Which master key wrapped these bytes: form 1 names it (1 ‖ id 4 ‖ box 60); 60 bytes alone are of a time when keys had no ids.
CREATE FUNCTION es.master_key_of(p_wrapped bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE octet_length(p_wrapped) WHEN 60 THEN ''::bytea ELSE substring(p_wrapped FROM 2 FOR 4) END;
$$;
GRANT EXECUTE ON FUNCTION es.master_key_of TO daybook_appender, daybook_projector;
