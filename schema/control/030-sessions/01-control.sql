-- What the gateways write down beside the log: facts of use, which nobody has to be able to tell again.
CREATE SCHEMA control;
GRANT USAGE ON SCHEMA control TO daybook_gateway;
