-- Mail that will never be taken, and why.
ALTER TABLE rm.invites ADD COLUMN mail_refused_at timestamptz, ADD COLUMN mail_refusal text;
