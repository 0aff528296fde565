-- The read models, and where their projector stands. All of it can be dropped and projected again from the log.
CREATE SCHEMA rm;
GRANT USAGE ON SCHEMA rm TO daybook_projector, daybook_gateway, daybook_auditor;
