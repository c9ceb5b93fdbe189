#!/bin/sh
# Divides the log of a very large installation by business: the table "events" becomes PARTS tables behind one name, each with
# indexes of its own. No statement of Switchboard's changes by it.
#
#   sudo -u postgres PARTS=16 deploy/postgresql/partitions.sh
#
# or, over the network, with PGHOST, PGUSER (the role that owns the database, or a superuser) and PGPASSWORD. Stop all nodes first, and
# have as much room on the disk as the table takes. It is one transaction: whatever stops it leaves all as it was. It can't be done twice,
# so choose a number of parts for years: each a few hundred gigabytes at the most.
set -eu
export PARTS="${PARTS:-16}"

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "${DATABASE_NAME:-switchboard}" <<'SQL'
\getenv parts PARTS
BEGIN;
SELECT pg_get_userbyid(relowner) AS owner, relkind = 'p' AS divided FROM pg_class WHERE oid = 'events'::regclass \gset
\if :divided
    DO $$ BEGIN RAISE EXCEPTION 'The log is divided already.'; END $$;
\endif
SET LOCAL ROLE :"owner";
-- Row-level security binds the owner, too.
SET LOCAL switchboard.across = 'on';
LOCK TABLE events IN ACCESS EXCLUSIVE MODE;

ALTER TABLE events RENAME TO events_before;
ALTER TABLE events_before RENAME CONSTRAINT pk_events TO pk_events_before;
CREATE TABLE events (LIKE events_before INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY HASH (business_id);
SELECT format('CREATE TABLE events_%s PARTITION OF events FOR VALUES WITH (MODULUS %s, REMAINDER %s)', part, :parts, part)
    FROM generate_series(0, :parts - 1) AS part \gexec
INSERT INTO events SELECT * FROM events_before;
ALTER TABLE events ADD CONSTRAINT pk_events PRIMARY KEY (business_id, conversation_id, seq);
SELECT format('ALTER TABLE events ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = 'events_before'::regclass AND contype = 'f' \gexec

-- What keeps businesses apart holds for the whole; a part is read through it alone.
SELECT format('CREATE POLICY %I ON events USING (%s)', policyname, qual) FROM pg_policies WHERE tablename = 'events_before' \gexec
SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', relid) FROM pg_partition_tree('events') \gexec
DROP TABLE events_before;
COMMIT;
ANALYZE events;
SQL
echo "The log is in $PARTS parts. Have a look with: switchboard doctor"
