"""The database: which it is, its schema, and of PostgreSQL what many nodes rely on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from gateway.commands.doctor.findings import Finding, mend, ok, warn
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store.migrations import HEAD
from gateway.store.opening import CONNECTIONS, check_known, postgresql_revision, postgresql_url, sqlite_revision
from gateway.store.schema import SCOPED

OLDEST = 130_000
"""The first PostgreSQL that knows ``pg_current_xact_id``, by which a COMMIT that nobody answered is looked up."""
TESTED = 150_000
"""The oldest that this release is tested with."""
MOST_APART = 2.0
"""Seconds that two clocks may differ by."""


class Facts(NamedTuple):
    """What a PostgreSQL server says of itself, of the database and of our role.

    ``unguarded``: tables of businesses without row-level security. ``free``: connections that may still be opened. ``ahead``: seconds
    by which this machine's clock is before the database's, less what the way there may explain.
    """

    version: int
    shown: str
    encoding: str
    role: str
    unbound: bool
    may_create: bool
    standby: bool
    unguarded: tuple[str, ...]
    unsafe: tuple[str, ...]
    free: int
    limit: int
    ahead: float


_SERVER = """
SELECT current_setting('server_version_num')::int, split_part(current_setting('server_version'), ' ', 1),
    pg_encoding_to_char(d.encoding), r.rolname, r.rolsuper OR r.rolbypassrls,
    has_schema_privilege(r.oid, 'public', 'CREATE'), pg_is_in_recovery(),
    array_remove(ARRAY[
        CASE current_setting('fsync') WHEN 'off' THEN 'fsync' END,
        CASE current_setting('full_page_writes') WHEN 'off' THEN 'full_page_writes' END,
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'synchronous_commit' END], NULL)
FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user
"""
_UNGUARDED = """
SELECT coalesce(array_agg(relname::text ORDER BY relname), '{}') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname = ANY(%s)
    AND NOT (relrowsecurity AND relforcerowsecurity)
"""
# A limit of -1 is none. This connection is counted as one in use, and isn't when a node starts.
_ROOM = """
SELECT least(
        s.open - (SELECT sum(numbackends) FROM pg_stat_database),
        CASE WHEN d.datconnlimit < 0 THEN s.open ELSE d.datconnlimit - (SELECT numbackends FROM pg_stat_database WHERE datid = d.oid) END,
        CASE WHEN r.rolconnlimit < 0 THEN s.open ELSE r.rolconnlimit - (SELECT count(*) FROM pg_stat_activity WHERE usesysid = r.oid) END
    )::int + 1,
    least(s.open, CASE WHEN d.datconnlimit < 0 THEN s.open ELSE d.datconnlimit END, CASE WHEN r.rolconnlimit < 0 THEN s.open ELSE r.rolconnlimit END)
FROM (SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true), '0')::int AS open) s,
    pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user
"""
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"


def check(settings: Settings) -> Iterator[Finding]:
    if not settings.database:
        revision = sqlite_revision(Path(settings.data) / "switchboard.db")
        check_known(revision, settings.data)
        yield ok(f"SQLite, schema {revision or 'not made yet'}")
        return
    url = postgresql_url(settings.database)
    revision = postgresql_revision(url)
    check_known(revision, "on PostgreSQL")
    yield from judge(read_facts(url), revision)


def read_facts(url: str, *, clock: Callable[[], float] = time.time) -> Facts:
    """Raises ``StartupError`` where the server can't be reached. ``clock``: this machine's, in seconds."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True, client_encoding="utf8") as connection:
            server = connection.execute(_SERVER).fetchone()
            unguarded = connection.execute(_UNGUARDED, (sorted(SCOPED),)).fetchone()
            room = connection.execute(_ROOM).fetchone()
            asked = clock()
            told = connection.execute(_CLOCK).fetchone()
            answered = clock()
    except psycopg.Error as error:
        raise StartupError(f"PostgreSQL can't be reached ({str(error).strip()}).") from error
    assert server is not None and unguarded is not None and room is not None and told is not None
    version, shown, encoding, role, unbound, may_create, standby, unsafe = server
    # It looked at its clock at some moment in between.
    ahead = max(0.0, asked - told[0]) + min(0.0, answered - told[0])
    return Facts(
        version, shown, encoding, role, unbound, may_create, standby, tuple(unguarded[0]), tuple(unsafe),
        free=room[0], limit=room[1], ahead=ahead,
    )  # fmt: skip


def judge(facts: Facts, revision: str | None) -> Iterator[Finding]:
    """``revision``: the schema's; None where there is none yet."""
    yield _version(facts, revision)
    if facts.encoding != "UTF8":
        yield mend(
            f"It is in {facts.encoding}, which can't hold what people write. Make one with ENCODING 'UTF8' TEMPLATE template0.",
            name="Encoding",
        )
    if facts.standby:
        yield mend(
            "This is a standby, which stores nothing. Name the primary, or all of them: host1,host2/name?target_session_attrs=read-write.",
            name="Primary",
        )
    yield _role(facts, revision)
    if facts.unsafe:
        yield warn(
            f"Off: {', '.join(facts.unsafe)}. What was acknowledged may be lost when that machine fails: switch them on in postgresql.conf.",
            name="Durability",
        )
    yield _clock(facts)
    yield _connections(facts)


def _version(facts: Facts, revision: str | None) -> Finding:
    if facts.version < OLDEST:
        return mend(
            f"PostgreSQL {facts.shown} is too old: 13 is needed, 15 or newer is what Switchboard is tested with. Upgrade it."
        )
    if revision is not None and revision != HEAD:
        return mend(
            f"PostgreSQL {facts.shown}, schema {revision}; this release needs {HEAD}: run `switchboard migrate`."
        )
    said = f"PostgreSQL {facts.shown}, {facts.encoding}, schema {revision or 'not made yet'}"
    if facts.version < TESTED:
        return warn(f"{said}. Switchboard is tested with 15 and newer: upgrade it.")
    return ok(said)


def _role(facts: Facts, revision: str | None) -> Finding:
    """Row-level security keeps businesses apart where a statement forgets to; it must bind us."""
    if facts.unbound:
        return mend(
            f"{facts.role} is a superuser or has BYPASSRLS, so the database keeps no business from another. Let Switchboard in as a role"
            " without either: deploy/postgresql/role.sh makes one.",
            name="Role",
        )
    if facts.unguarded:
        return mend(
            f"Row-level security is off for {', '.join(facts.unguarded)}. For each: ALTER TABLE … ENABLE ROW LEVEL SECURITY,"
            " FORCE ROW LEVEL SECURITY.",
            name="Role",
        )
    if revision is None and not facts.may_create:
        return mend(
            f"{facts.role} may not make tables. Let it own the database: ALTER DATABASE … OWNER TO {facts.role}.",
            name="Role",
        )
    return ok(f"{facts.role}, bound by row-level security", name="Role")


def _clock(facts: Facts) -> Finding:
    if abs(facts.ahead) <= MOST_APART:
        return ok("this machine's is the database's, within two seconds", name="Clock")
    where = "ahead of" if facts.ahead > 0 else "behind"
    return warn(
        f"This machine's is {abs(facts.ahead):.0f} s {where} the database's: links, sign-ins and signatures end too early or too late."
        " Have both set by NTP: timedatectl set-ntp true.",
        name="Clock",
    )


def _connections(facts: Facts) -> Finding:
    room = facts.free // CONNECTIONS
    said = f"{facts.free} of {facts.limit} are free, a node takes {CONNECTIONS}"
    if room < 1:
        return warn(
            f"{said}: no further node can start. Raise max_connections, or the role's limit.", name="Connections"
        )
    return ok(f"{said}: room for {room} more", name="Connections")
