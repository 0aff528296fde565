-- What a forgotten user's sessions were called is taken away with the user.
GRANT UPDATE (label) ON control.sessions TO daybook_gateway;
