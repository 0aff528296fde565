-- Puts a table of tenants' rows under row-level security: the gateway and the auditor read the rows of the tenant that their
-- transaction is bound to, none without one; the projector's transactions span tenants.
CREATE PROCEDURE rm.protect(p_table regclass) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
  EXECUTE format('CREATE POLICY owner ON %s TO daybook_owner USING (true) WITH CHECK (true)', p_table);
  EXECUTE format('CREATE POLICY projector ON %s TO daybook_projector USING (true) WITH CHECK (true)', p_table);
  EXECUTE format($policy$
    CREATE POLICY tenant ON %s FOR SELECT TO daybook_gateway, daybook_auditor
      USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid))$policy$, p_table);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO daybook_projector', p_table);
  EXECUTE format('GRANT SELECT ON %s TO daybook_gateway, daybook_auditor', p_table);
END $$;
