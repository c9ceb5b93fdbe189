"""Storage: one schema and one set of queries over SQLite and PostgreSQL. Units of work run through ``Store``."""
