"""What ``switchboard doctor`` says of an installation, looked at by real servers; how a person meets it is in
``test_command_line``."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from gateway.commands.doctor import examine
from gateway.commands.doctor.database import Facts, judge, read_facts
from gateway.commands.doctor.findings import Finding, Level
from gateway.commands.doctor.nodes import is_mounted
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store import accounts
from gateway.store.migrations import HEAD
from gateway.store.opening import CONNECTIONS, migrate_postgresql
from gateway.store.store import system_clock
from gateway.vault import Vault, new_key, open_vault
from tests.support.postgres import ROLE, PostgresServer
from tests.support.redis import RedisServer
from tests.support.servers import free_port
from tests.support.stores import Database
from tests.support_edge.site import SECRET_KEY

GOOD = Facts(
    version=150_014, shown="15.14", encoding="UTF8", role="switchboard", unbound=False, may_create=True, standby=False,
    unguarded=(), unsafe=(), free=90, limit=97, ahead=0.0,
)  # fmt: skip


def said(found: list[Finding], name: str) -> Finding:
    (one,) = [one for one in found if one.name == name]
    return one


def said_of(found: list[Finding], level: Level) -> set[str]:
    return {one.name for one in found if one.level is level}


def settings_for(url: str, folder: Path, **further: object) -> Settings:
    """Of a node over PostgreSQL."""
    own = {"data": str(folder), "database": "postgresql+psycopg://" + url.split("://", 1)[1], "secret_key": SECRET_KEY}
    return Settings(**{**own, **further})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def durable() -> Iterator[PostgresServer]:
    """A server as one is set up to be relied on."""
    server = PostgresServer(durable=True)
    try:
        server.start()
        yield server
    finally:
        server.stop()


# --- an installation ---


def test_well_set_up_node_of_several_has_nothing_to_mend(
    durable: PostgresServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "files").symlink_to(tmp_path / "shared")
    settings = settings_for(
        durable.create(), tmp_path / "data", redis=redis_server.url, public_url="https://chat.example.com",
        trusted_proxies=("127.0.0.1/32",),
    )  # fmt: skip
    found = examine(settings)
    assert {one.level for one in found if one.name != "Front end"} == {Level.OK}, found
    assert f"schema {HEAD}" in said(found, "Database").text and "UTF8" in said(found, "Database").text
    assert ROLE in said(found, "Role").text
    assert str(tmp_path / "shared") in said(found, "Files").text


def test_one_node_without_services_needs_none(tmp_path: Path) -> None:
    found = examine(Settings(data=str(tmp_path / "data")))
    assert {one.level for one in found if one.name != "Front end"} == {Level.OK}
    assert "Role" not in {one.name for one in found}


def test_several_nodes_are_told_what_they_do_not_share(postgresql_database: Database, tmp_path: Path) -> None:
    found = examine(settings_for(postgresql_database.location, tmp_path / "data", secret_key=""))
    assert said_of(found, Level.WARN) == {"Files", "Redis", "Public URL", "Durability"}
    assert "s3://" in said(found, "Files").text
    assert "set `redis`" in said(found, "Redis").text
    assert "public_url" in said(found, "Public URL").text
    assert said(found, "Secret key").level is Level.MEND and "secret-key" in said(found, "Secret key").text


def test_proxies_that_are_everybody_are_told(tmp_path: Path) -> None:
    found = examine(Settings(data=str(tmp_path), public_url="https://chat.example.com", trusted_proxies=("0.0.0.0/0",)))
    assert said(found, "Proxies").level is Level.WARN and said(found, "Public URL").level is Level.OK


def test_few_open_files_are_told(tmp_path: Path) -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1000));"
        "from gateway.commands.doctor.own_machine import check_open_files; from gateway.settings import Settings;"
        "print(*check_open_files(Settings()))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "WARN" in told and "a node takes 800 sockets" in told and "LimitNOFILE" in told


def test_volume_of_a_container_is_seen_as_one() -> None:
    table = (
        "610 594 254:1 /docker/volumes/switchboard_node-1/_data /data rw,relatime - ext4 /dev/vda1 rw\n"
        "611 610 254:1 /docker/volumes/switchboard_files/_data /data/files rw,relatime - ext4 /dev/vda1 rw\n"
        "612 594 254:1 /shared /srv/our\\040files rw,relatime - ext4 /dev/vda1 rw\n"
    )
    assert is_mounted(table, Path("/data/files")) and is_mounted(table, Path("/srv/our files"))
    assert not is_mounted(table, Path("/data/models")) and not is_mounted("", Path("/data/files"))


async def claim(database: Database, vault: Vault) -> None:
    async with database.opened(system_clock) as store:
        assert await store.write("", lambda tx, now: accounts.claim_key(tx, vault.fingerprint, now=now))


def test_key_that_sealed_nothing_here_is_told_before_a_node_refuses_it(database: Database, tmp_path: Path) -> None:
    folder = Path(database.location).parent if database.kind == "sqlite" else tmp_path / "data"
    of = settings_for(database.location, folder) if database.kind == "postgresql" else Settings(data=str(folder))
    asyncio.run(claim(database, open_vault(of, folder)))
    assert said(examine(of), "Secret key").level is Level.OK
    other = Settings(data=of.data, database=of.database, secret_key=new_key())
    key = said(examine(other), "Secret key")
    assert key.level is Level.MEND and "Restore it" in key.text


# --- files in a bucket ---


@pytest.fixture
async def bucket(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, int]]:
    """An empty bucket on loopback; ``status`` is what it answers."""
    answer = {"status": 200}

    async def serve(request: web.Request) -> web.Response:
        assert (request.method, request.path, request.query["prefix"]) == ("GET", "/files", "lantern/")
        return web.Response(status=answer["status"], text="<ListBucketResult></ListBucketResult>")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", free_port())
    await site.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", site.name)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    try:
        yield answer
    finally:
        await runner.cleanup()


async def test_bucket_that_lets_us_in_is_well(bucket: dict[str, int], tmp_path: Path) -> None:
    found = await asyncio.to_thread(examine, Settings(data=str(tmp_path), files="s3://files/lantern"))
    assert said(found, "Files") == Finding(Level.OK, "s3://files/lantern, reached", "Files")


@pytest.mark.parametrize(("status", "words"), [(403, "403"), (404, "404")])
async def test_bucket_that_refuses_us_or_is_none_is_told(
    bucket: dict[str, int], tmp_path: Path, status: int, words: str
) -> None:
    bucket["status"] = status
    found = await asyncio.to_thread(examine, Settings(data=str(tmp_path), files="s3://files/lantern"))
    assert said(found, "Files").level is Level.MEND and "AWS_*" in said(found, "Files").text
    assert words in said(found, "Files").text


# --- PostgreSQL ---


def test_superuser_is_told_that_nothing_binds_it(postgres: PostgresServer, tmp_path: Path) -> None:
    name = postgres.create().rsplit("/", 1)[1]
    role = said(examine(settings_for(postgres.url(name, role="postgres"), tmp_path)), "Role")
    assert role.level is Level.MEND and "superuser" in role.text and "deploy/postgresql/role.sh" in role.text


def test_role_that_goes_round_row_level_security_is_told(postgres: PostgresServer) -> None:
    url = postgres.create()
    assert not read_facts(url).unbound
    postgres.execute("CREATE ROLE roundabout LOGIN BYPASSRLS")
    try:
        assert read_facts(postgres.url(url.rsplit("/", 1)[1], role="roundabout")).unbound
    finally:
        postgres.execute("DROP ROLE roundabout")


def test_table_without_row_level_security_is_named(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.create()
    name = url.rsplit("/", 1)[1]
    postgres.execute("ALTER TABLE events NO FORCE ROW LEVEL SECURITY", database=name)
    postgres.execute("ALTER TABLE contacts DISABLE ROW LEVEL SECURITY", database=name)
    role = said(examine(settings_for(url, tmp_path)), "Role")
    assert role.level is Level.MEND and "contacts, events" in role.text


def test_database_in_another_encoding_is_told(postgres: PostgresServer, tmp_path: Path) -> None:
    found = examine(settings_for(postgres.create_encoded("LATIN1"), tmp_path))
    assert said(found, "Encoding").level is Level.MEND and "UTF8" in said(found, "Encoding").text
    assert "not made yet" in said(found, "Database").text


def test_role_that_may_make_no_tables_is_told_before_the_first_start(postgres: PostgresServer, tmp_path: Path) -> None:
    postgres.execute("CREATE DATABASE others TEMPLATE template0")
    role = said(examine(settings_for(postgres.url("others"), tmp_path)), "Role")
    assert role.level is Level.MEND and f"OWNER TO {ROLE}" in role.text


def test_older_schema_is_told_with_the_command_that_mends_it(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.create()
    postgres.execute("UPDATE alembic_version SET version_num = '0024'", database=url.rsplit("/", 1)[1])
    database = said(examine(settings_for(url, tmp_path)), "Database")
    assert database.level is Level.MEND and "switchboard migrate" in database.text


def test_server_that_is_not_there_is_told_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    settings = settings_for(f"postgresql://{ROLE}@127.0.0.1:{free_port()}/none", tmp_path)
    found = examine(settings)
    assert said(found, "Database").level is Level.MEND and "can't be reached" in said(found, "Database").text
    assert said(found, "Secret key").level is Level.OK
    with pytest.raises(StartupError):
        read_facts("postgresql://127.0.0.1:1/none")


def test_database_of_several_hosts_is_found_where_it_is(postgres: PostgresServer, tmp_path: Path) -> None:
    name = postgres.create(f"hosts_{free_port()}", template="template0").rsplit("/", 1)[1]
    url = (
        f"postgresql://{ROLE}@127.0.0.1:{free_port()},127.0.0.1:{postgres.port}/{name}?target_session_attrs=read-write"
    )
    migrate_postgresql(url)
    found = examine(settings_for(url, tmp_path))
    assert said(found, "Database").level is Level.OK and HEAD in said(found, "Database").text
    assert said(found, "Secret key").level is Level.OK


@pytest.mark.parametrize(("by", "words"), [(90.0, "90 s ahead"), (-90.0, "90 s behind")])
def test_clock_that_differs_is_told(postgres: PostgresServer, by: float, words: str) -> None:
    facts = read_facts(postgres.create(), clock=lambda: time.time() + by)
    clock = said(list(judge(facts, HEAD)), "Clock")
    assert clock.level is Level.WARN and words in clock.text and "NTP" in clock.text


def test_slow_way_to_the_database_is_no_wrong_clock(postgres: PostgresServer) -> None:
    began = time.time()
    moments = iter((began - 30, began + 30))
    facts = read_facts(postgres.create(), clock=lambda: next(moments))
    assert facts.ahead == 0 and said(list(judge(facts, HEAD)), "Clock").level is Level.OK


def test_connections_are_counted_down_to_the_narrowest_limit(postgres: PostgresServer) -> None:
    url = postgres.create()
    name = url.rsplit("/", 1)[1]
    whole = read_facts(url)
    assert 0 < whole.free <= whole.limit == 57  # of 60, three are the superuser's
    postgres.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 9")
    narrow = read_facts(url)
    assert narrow.limit == narrow.free == 9
    assert f"room for {9 // CONNECTIONS} more" in said(list(judge(narrow, HEAD)), "Connections").text
    postgres.execute(f"ALTER DATABASE {name} CONNECTION LIMIT {CONNECTIONS - 1}")
    told = said(list(judge(read_facts(url), HEAD)), "Connections")
    assert told.level is Level.WARN and "max_connections" in told.text


def test_standby_is_told() -> None:
    found = list(judge(GOOD._replace(standby=True), HEAD))
    assert said(found, "Primary").level is Level.MEND and "target_session_attrs" in said(found, "Primary").text


@pytest.mark.parametrize(
    ("version", "level"), [(120_022, Level.MEND), (140_019, Level.WARN), (150_000, Level.OK), (180_001, Level.OK)]
)
def test_old_versions_are_told(version: int, level: Level) -> None:
    assert next(iter(judge(GOOD._replace(version=version), HEAD))).level is level


def test_server_that_may_forget_is_told(postgres: PostgresServer) -> None:
    found = list(judge(read_facts(postgres.create()), HEAD))
    assert said(found, "Durability").level is Level.WARN and "fsync" in said(found, "Durability").text
