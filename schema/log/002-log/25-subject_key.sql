-- The subject's key; the given one if it has none yet. A null wrapped key: destroyed.
CREATE FUNCTION es.subject_key(p_tenant uuid, p_subject uuid, p_id uuid, p_wrapped bytea, OUT id uuid, OUT wrapped bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  LOOP
    SELECT k.id, k.wrapped INTO subject_key.id, subject_key.wrapped
      FROM es.subject_keys k WHERE k.tenant = p_tenant AND k.subject = p_subject;
    IF FOUND THEN RETURN; END IF;
    INSERT INTO es.subject_keys (id, tenant, subject, wrapped) VALUES (p_id, p_tenant, p_subject, p_wrapped)
    ON CONFLICT (subject, tenant) DO NOTHING;
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION es.subject_key TO daybook_appender;
