-- Roles belong to the cluster, so another database, or another process at this moment, may have made them already.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY '{daybook_owner,daybook_appender,daybook_projector,daybook_gateway,daybook_auditor}'::text[] LOOP
    BEGIN
      IF to_regrole(role) IS NULL THEN
        EXECUTE format('CREATE ROLE %I %s', role, CASE role WHEN 'daybook_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- another process was faster
    END;
  END LOOP;
END $$;
