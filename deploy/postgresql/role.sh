#!/bin/sh
# Makes the role and the database that Switchboard uses, as a superuser of PostgreSQL 14 or newer:
#
#   sudo -u postgres DATABASE_PASSWORD=… deploy/postgresql/role.sh
#
# or, over the network, with PGHOST, PGUSER and PGPASSWORD. It may run again: then it sets the password anew. The role is no
# superuser and has no BYPASSRLS, so that row-level security keeps businesses apart; it owns its database, for migrations.
# In PostgreSQL's container image it is an init script.
set -eu
: "${DATABASE_PASSWORD:?Set DATABASE_PASSWORD to the password that the role shall have.}"
export DATABASE_PASSWORD
export DATABASE_ROLE="${DATABASE_ROLE:-switchboard}"
export DATABASE_NAME="${DATABASE_NAME:-switchboard}"

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres <<'SQL'
\getenv role DATABASE_ROLE
\getenv name DATABASE_NAME
\getenv password DATABASE_PASSWORD
-- The password belongs in no log.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';

SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';

SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8''', :'name', :'role')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
echo "Role $DATABASE_ROLE owns the database $DATABASE_NAME. Have a look with: switchboard doctor"
