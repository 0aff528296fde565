-- The forms that a message had before its present one, which stands in rm.messages.
CREATE TABLE rm.revisions (
  tenant uuid,
  message uuid,
  -- The version of the message that brought this body.
  version bigint,
  body text,
  editor uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant, message, version)
);
CALL rm.protect('rm.revisions');
