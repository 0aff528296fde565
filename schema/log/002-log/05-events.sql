-- The log. leaf is the SHA-256 over what the appender decided (EventLeaf.swift); command is the key of the command that
-- wrote the event, kept here because outcomes expire.
CREATE TABLE es.events (
  position bigint,
  version bigint NOT NULL,
  tenant uuid NOT NULL,
  stream uuid NOT NULL,
  event uuid NOT NULL,
  partition int,
  type int NOT NULL,
  leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
  command bytea NOT NULL CHECK (octet_length(command) = 32),
  metadata bytea COMPRESSION lz4 NOT NULL,
  payload bytea COMPRESSION lz4 NOT NULL,
  PRIMARY KEY (partition, position)
) PARTITION BY LIST (partition);

ALTER TABLE es.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE es.events FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON es.events TO daybook_owner USING (true) WITH CHECK (true);
CREATE POLICY projector ON es.events FOR SELECT TO daybook_projector USING (true);
CREATE POLICY tenant ON es.events FOR SELECT TO daybook_gateway, daybook_auditor
  USING (tenant = (SELECT nullif(current_setting('daybook.tenant', true), '')::uuid));
GRANT SELECT ON es.events TO daybook_projector, daybook_gateway, daybook_auditor;
