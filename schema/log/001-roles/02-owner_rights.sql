-- daybook_owner owns every table and function. It is no superuser, so that FORCE ROW LEVEL SECURITY binds it too.
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO daybook_owner', current_database()); END $$;

-- A new function is nobody's until it is granted: most of ours run with the owner's rights.
ALTER DEFAULT PRIVILEGES FOR ROLE daybook_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
