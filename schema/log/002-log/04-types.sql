-- The dictionary of event types: rows are added by es.type_id, never changed.
CREATE TABLE es.types (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  version int NOT NULL CHECK (version > 0),
  UNIQUE (name, version)
);
GRANT SELECT ON es.types TO daybook_appender, daybook_projector, daybook_gateway, daybook_auditor;
