CREATE TABLE rm.users (
  tenant uuid,
  id uuid,
  -- Null once the person has been forgotten, as is the name.
  handle text,
  name text,
  kind text NOT NULL,
  role text NOT NULL,
  active boolean NOT NULL,
  version bigint NOT NULL,
  joined_position bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CALL rm.protect('rm.users');
