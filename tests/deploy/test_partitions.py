"""A log that ``deploy/postgresql/partitions.sh`` divides by business, on a real server: everything is there, and goes on."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import psycopg
import pytest

from gateway.commands.doctor.findings import Level
from gateway.model import commands as c
from gateway.model.events import Entry
from gateway.store import log
from gateway.store.migrations import HEAD
from gateway.store.opening import migrate_postgresql
from gateway.store.store import Store
from tests.deploy.files import DEPLOY
from tests.deploy.test_role import environment, findings
from tests.support.clock import VirtualClock
from tests.support.postgres import PostgresServer
from tests.support.stores import Database, Place, make_place
from tests.support_edge.bench import OLGA, on_bench
from tests.support_edge.times import Times

PARTS = 4
Logs = dict[str, list[Entry]]


def divide(postgres: PostgresServer, name: str, *, parts: int = PARTS) -> subprocess.CompletedProcess[str]:
    """As a superuser does."""
    told = environment(postgres, DATABASE_NAME=name, PARTS=str(parts))
    return subprocess.run([DEPLOY / "postgresql" / "partitions.sh"], env=told, capture_output=True, text=True)


async def talk(store: Store, place: Place, clock: VirtualClock, *, people: int) -> Logs:
    """Each asks the bot and is with Olga then; what their conversations have been."""
    async with on_bench(store, place, Times(clock)) as bench:
        logs = {}
        for number in range(people):
            conversation = (await bench.say("Plans", address=f"visitor {number}", choice="/plans")).conversation
            await bench.logged(conversation, "bot_message")
            await bench.do(conversation, c.Take(operator=OLGA))
            floor = (await bench.state(conversation)).floor_seq
            await bench.do(conversation, c.SendReply(operator=OLGA, text="Good day", floor_seq=floor))
            logs[conversation] = await bench.log(conversation)
        return logs


async def entries(store: Store, business: str, conversation: str) -> list[Entry]:
    return await store.read(business, lambda tx, now: log.entries(tx, conversation, after=0))


async def test_divided_log_is_the_same_log_and_goes_on(
    postgresql_database: Database, postgres: PostgresServer, clock: VirtualClock, tmp_path: Path
) -> None:
    url = postgresql_database.location
    name = url.rsplit("/", 1)[1]
    before: dict[str, Logs] = {}
    async with postgresql_database.opened(clock) as store:
        places = [await make_place(store, slug) for slug in ("lantern", "garden", "harbour")]
        for place in places:
            before[place.business] = await talk(store, place, clock, people=2)
    done = await asyncio.to_thread(divide, postgres, name)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr

    async with postgresql_database.opened(clock) as store:
        for business, logs in before.items():
            for conversation, told in logs.items():
                assert await entries(store, business, conversation) == told
                others = [one for one in before if one != business]
                assert [await entries(store, other, conversation) for other in others] == [[], []], (
                    "of no other business"
                )
        for place in places:
            again = await talk(store, place, clock, people=2)
            assert sorted(again) == sorted(before[place.business]), "the same conversations go on"
            for conversation, told in again.items():
                assert told[: len(before[place.business][conversation])] == before[place.business][conversation]
                assert [entry.seq for entry in told] == list(range(1, len(told) + 1))

    migrate_postgresql(url)
    found = await asyncio.to_thread(findings, url, tmp_path)
    assert (found["Database"], found["Role"]) == (Level.OK, Level.OK)
    assert parts_that_are_read(postgres, name, places[0].business) == 1
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        connection.execute("SELECT set_config('switchboard.business', %s, false)", (places[0].business,))
        read = [connection.execute(f"SELECT count(*) FROM events_{part}".encode()).fetchone() for part in range(PARTS)]
        assert read == [(0,)] * PARTS, "nobody passes by the whole, where its policy is"
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("INSERT INTO events VALUES (%s, 'nobody', 1, 'id', 1, '{}')", (places[0].business,))


def parts_that_are_read(postgres: PostgresServer, name: str, business: str) -> int:
    """For a conversation of a business."""
    asked = "EXPLAIN SELECT body FROM events WHERE business_id = %s AND conversation_id = 'c' AND seq > 0"
    plan = postgres.execute(asked, database=name, params=(business,))
    return sum("events_" in line for (line,) in plan)


async def test_what_is_divided_is_left_as_it_is(postgresql_database: Database, postgres: PostgresServer) -> None:
    name = postgresql_database.location.rsplit("/", 1)[1]
    assert divide(postgres, name).returncode == 0
    again = divide(postgres, name, parts=8)
    assert again.returncode != 0 and "divided already" in again.stderr
    ((parts,),) = postgres.execute("SELECT count(*) FROM pg_partition_tree('events') WHERE isleaf", database=name)
    assert parts == PARTS
