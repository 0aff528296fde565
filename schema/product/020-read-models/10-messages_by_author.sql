-- To find what one person said, when they are forgotten: without it a tenant's whole history would be read.
CREATE INDEX ON rm.messages (author, tenant, position);
