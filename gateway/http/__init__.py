"""The edge: HTTP, sockets, sign-in, and the table of roles × verbs. Every outside input is judged here, once."""
