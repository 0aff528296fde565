-- When a session was last used, give or take five minutes. One that lies idle for too long is over.
CREATE TABLE control.session_use (
  session uuid PRIMARY KEY,
  last_seen timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON control.session_use TO daybook_gateway;
