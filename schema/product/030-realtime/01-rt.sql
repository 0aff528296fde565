-- The realtime queues that there are. Redis holds what is in them, and can be rebuilt from this table and the log.
CREATE SCHEMA rt;
GRANT USAGE ON SCHEMA rt TO daybook_projector, daybook_gateway;
