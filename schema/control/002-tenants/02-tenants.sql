-- Which tenants there are. The partition is the one that es.place_tenant chose: a tenant stays in it for good.
CREATE TABLE control.tenants (
  slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  tenant uuid NOT NULL UNIQUE,
  partition int NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON control.tenants TO daybook_appender, daybook_gateway, daybook_auditor;
GRANT INSERT ON control.tenants TO daybook_appender;
