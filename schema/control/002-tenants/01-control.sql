CREATE SCHEMA control;
GRANT USAGE ON SCHEMA control TO daybook_appender, daybook_gateway, daybook_auditor;
