"""A turn's statements without the product: recorded while it makes turns, then run again on one psycopg connection.

Each conversation has two turns recorded, one after the other. What differs between them tells what a further one needs: instants
and numbers go on, names are made anew, bodies stay as they are. A statement that touches another number of rows than it did when it
was recorded ends the run: what is compared would not be the same. What the product adds for itself (savepoints, the number of the
transaction) is left out.

``python -m benchmarks.scale_bare URL``; commands come as JSON lines on standard input, results go to standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg

from gateway.dispatcher import Dispatcher
from gateway.model.events import BotMessage
from gateway.ports import BotReply, Inbound, TurnRequest, TurnResult
from gateway.store.postgresql import PostgresConnection, PostgresReader, connect
from gateway.store.store import Store, system_clock
from tests.support.stores import Place, make_place
from tests.support_edge.bench import policy_of
from tests.support_edge.engine import ScriptedEngine

INSTANTS = 10**15
"""Integers above it are microseconds since 1970."""
OWN = ("SAVEPOINT", "RELEASE", "SELECT (extract(epoch")
"""How the statements begin that the product adds for itself."""
TRIES = 20


class Statement(NamedTuple):
    sql: str
    params: tuple[Any, ...]
    rows: int


class Recorder(psycopg.Cursor[tuple[Any, ...]]):
    """Writes down what it is asked."""

    kept: list[Statement] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> Recorder:
        super().execute(query, params, **more)
        self.kept.append(Statement(str(query), tuple(params or ()), self.rowcount))
        return self


class RecordedWriter(PostgresConnection):
    def __init__(self, url: str) -> None:
        super().__init__(url, None)
        self._connection.cursor_factory = Recorder
        self._cursor = self._connection.cursor()


class RecordedReader(PostgresReader):
    def __init__(self, url: str) -> None:
        super().__init__(url, None)
        self._connection = connect(url)
        self._connection.cursor_factory = Recorder


def answer(request: TurnRequest) -> TurnResult:
    return TurnResult(
        outcome="answered", version="bare", replies=(BotReply(text="It is on its way, and comes tomorrow."),)
    )


class Talks:
    """Turns of the product's dispatcher, one at a time."""

    def __init__(self, store: Store, place: Place) -> None:
        self._answered = asyncio.Event()
        self._place = place
        self.dispatcher = Dispatcher(
            store, ScriptedEngine(answer), policy_of(burst_pause=0), clock=system_clock, on_commit=self._committed
        )

    def _committed(self, committed: Any) -> None:
        if any(isinstance(entry.event, BotMessage) for entry in committed.entries):
            self._answered.set()

    async def turn(self, address: str, number: int) -> list[Statement]:
        """What it took, from the message until nothing was left to do."""
        self._answered.clear()
        began = len(Recorder.kept)
        await self.dispatcher.receive(
            Inbound(
                business=self._place.business,
                inbox=self._place.inbox,
                channel=self._place.channel,
                address=address,
                key=f"key-{address}-{number:06}",
                scope=address,
                text="Where is my parcel, please?",
                at_once=True,
            )
        )
        await asyncio.wait_for(self._answered.wait(), 20)
        await asyncio.sleep(0.03)
        return [one for one in Recorder.kept[began:] if not one.sql.startswith(OWN)]


class Again:
    """A recorded turn, to be run as often as one likes."""

    def __init__(self, first: Sequence[Statement], second: Sequence[Statement]) -> None:
        self._statements = tuple(zip(first, second, strict=True))
        self._turns = 0
        self._names: dict[str, str] = {}
        self._ahead = 0

    def run(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> None:
        self._turns += 1
        self._names.clear()
        now = time.time_ns() // 1_000
        for before, last in self._statements:
            sql = "BEGIN" if last.sql.startswith("BEGIN; SET LOCAL") else last.sql
            if not last.params:
                cursor.execute(sql)
                continue
            cursor.execute(sql, [self._next(*pair, now) for pair in zip(before.params, last.params, strict=True)])
            if cursor.rowcount != last.rows:
                raise RuntimeError(f"{cursor.rowcount} rows in place of {last.rows}: {sql}")

    def _next(self, before: Any, last: Any, now: int) -> Any:
        if isinstance(last, list):
            return [self._next(*pair, now) for pair in zip(before, last, strict=True)]
        if before == last or not isinstance(last, int | str) or isinstance(before, bool):
            return last
        if isinstance(last, int):
            return now + last % 1_000 if last > INSTANTS else last + (last - before) * self._turns
        if last[:1] in "{[" or len(last) < 8:
            return last
        return self._names.setdefault(last, last[:-12] + secrets.token_hex(6))


async def recorded(url: str, conversations: int) -> list[Again]:
    """So many conversations' turns."""
    store = Store("postgresql", connections=lambda: RecordedWriter(url), readers=lambda: RecordedReader(url))
    await store.start()
    try:
        talks = Talks(store, await make_place(store, slug="bare"))
        talks.dispatcher.start({})
        found = [await _recorded(talks, f"visitor-{number}") for number in range(conversations)]
        await talks.dispatcher.drain(within=1.0)
    finally:
        await store.aclose()
    return found


async def _recorded(talks: Talks, address: str) -> Again:
    """A look of the dispatcher's at what is due may come in between: then once more."""
    turns = [await talks.turn(address, number) for number in (1, 2, 3)]
    for number in range(4, TRIES):
        if [one.sql for one in turns[-2]] == [one.sql for one in turns[-1]]:
            return Again(turns[-2], turns[-1])
        turns.append(await talks.turn(address, number))
    raise RuntimeError("no two turns took the same statements")


def measure(url: str, turns: Sequence[Again], seconds: float) -> int:
    """How many were made in that time."""
    made = 0
    with connect(url) as connection:
        cursor = connection.cursor()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            turns[made % len(turns)].run(cursor)
            made += 1
    return made


def main(url: str, conversations: int) -> None:
    turns = asyncio.run(recorded(url, conversations))
    took = [last.sql for _, last in turns[0]._statements]
    print(json.dumps({"statements": len(took), "commits": took.count("COMMIT")}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps({"n": measure(url, turns, command["seconds"])}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--conversations", type=int, default=50)
    options = parser.parse_args()
    main(options.url, options.conversations)
