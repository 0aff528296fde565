CREATE SCHEMA es;
GRANT USAGE ON SCHEMA es TO daybook_appender, daybook_projector, daybook_gateway, daybook_auditor;
