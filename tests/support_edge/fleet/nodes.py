"""The nodes of a fleet, what they stand on, and what is in their database."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import aiohttp

from gateway.store import ledger, log
from gateway.store.opening import open_postgresql
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.fleet.gate import Gate
from tests.support_edge.fleet.record import Push, Stored
from tests.support_edge.process import Serving
from tests.support_edge.serving import WATCHED
from tests.support_edge.site import SECRET_KEY
from tests.support_edge.telegram import BotUser, Messenger, telegram_process
from tests.support_edge.waiting import until_async

T = TypeVar("T")

NAMES = ("one", "two", "three")
LEASE = 4.0
"""Seconds for which a turn, a delivery or a bot's line is one node's here."""
PATIENCE = 3.0


class Servers(NamedTuple):
    """What a fleet stands on, of the tests' own: it may be frozen, killed and started again."""

    postgres: PostgresServer
    redis: RedisServer


class Fleet:
    """Three nodes over one database. ``called``: a bot whose updates Telegram brings; ``polled``: one whose updates are fetched."""

    def __init__(self, servers: Servers, url: str, telegram: Messenger, http: aiohttp.ClientSession) -> None:
        self.postgres, self.redis = servers
        self.telegram = telegram
        self.http = http
        self.database = url
        self.nodes: list[Serving] = []
        self.gate = Gate(self.nodes, http)
        self.called: BotUser
        self.polled: BotUser
        self.sessions: dict[str, str] = {}
        """With which the operators are signed in."""
        self.watched = iter(WATCHED)

    async def begin(
        self, folder: Path, *, count: int = 3, apart: bool = False, environments: Sequence[Mapping[str, str]] = (),
        **orders: Any,
    ) -> None:  # fmt: skip
        """Starts everything; ``orders`` are those of ``serving``. The first node makes the business, then come the others. ``apart``:
        it reaches what it stands on by lines of its own, the networks' second ones. ``environments``: what the nodes have beside ours, one
        after another."""
        await self.gate.start()
        self.called, self.polled = await self.telegram.add_bot("Called"), await self.telegram.add_bot("Polled")
        await self.telegram.webhook_backoff(0.2)
        settings = {
            "secret_key": SECRET_KEY, "telegram_server": self.telegram.url, "public_url": self.gate.url,
            **orders.pop("settings", {}),
        }  # fmt: skip
        bots = [
            {"id": bot.id, "username": bot.username, "token": bot.token, "webhook": bot is self.called}
            for bot in (self.called, self.polled)
        ]
        told = {"lease": LEASE, "due_lease": LEASE, "patience": PATIENCE, "bots": bots, **orders}
        for number, (name, environment) in enumerate(itertools.zip_longest(NAMES[:count], environments)):
            places = self._places(line=1 if apart and not number else 0)
            self.nodes.append(
                Serving(folder / name, environment=environment, settings={**settings, **places}, **told)
            )  # fmt: skip
        await self.nodes[0].start()
        self.sessions = self.nodes[0].told["sessions"]
        await asyncio.gather(*(node.start() for node in self.nodes[1:]))
        if told["bots"]:
            await until_async(self._are_lines_open, within=60, what="Telegram is spoken with")

    def _places(self, *, line: int) -> dict[str, str]:
        """The settings of where database and Redis are, by this line."""
        url = self.postgres.url(self.database.rsplit("/", 1)[1], line=line)
        return {"database": "postgresql+psycopg://" + url.split("://", 1)[1], "redis": self.redis.url_by(line)}

    async def _are_lines_open(self) -> bool:
        calls = [await self.telegram.calls(*of) for of in (("setWebhook",), ("getUpdates",))]
        return all(calls)

    async def mend(self) -> None:
        """All of it runs, whatever was done to it."""
        self.postgres.mend()
        self.redis.mend()
        self.gate.copies = 1
        for bot in (self.called, self.polled):
            await bot.deliver_copies(1)
        for node in self.nodes:
            node.thaw()
        await asyncio.gather(*(node.start() for node in self.nodes if not node.runs))

    async def offset(self) -> int:
        """Up to which update the fetching node has confirmed what it was told."""
        calls = await self.telegram.calls("getUpdates", bot=self.polled)
        return max(int(call.params.get("offset", 0)) for call in calls)

    async def count(self, conversation: str, tag: str) -> int:
        """How many events of a kind the log has."""
        asked = "SELECT count(*) FROM events WHERE conversation_id = %s AND body::json->>'type' = %s"
        ((number,),) = await self.ask(asked, conversation, tag)
        return int(number)

    async def aclose(self) -> None:
        for node in self.nodes:
            await node.aclose()
        await self.gate.aclose()

    async def end(self) -> None:
        """All nodes end as a supervisor ends them, and well."""
        codes = await asyncio.gather(*(node.end() for node in self.nodes))
        assert codes == [0] * len(codes), [node.log.read_text()[-2000:] for node in self.nodes]

    @property
    def complaints(self) -> str:
        """What the nodes have logged of errors."""
        return "".join(node.log.read_text() for node in self.nodes)

    def door(self, first: int = 0) -> Doors:
        """A page's way in: each time it connects it comes to another node."""
        return Doors(self, first)

    @property
    def business(self) -> str:
        return str(self.nodes[0].told["business"])

    def node_of(self, name: str) -> Serving:
        """The node that calls itself so in the database."""
        return next(node for node in self.nodes if node.told["node"] == name)

    async def ask(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the database says, past row-level security."""
        name = self.database.rsplit("/", 1)[1]
        return await asyncio.to_thread(self.postgres.execute, sql, database=name, params=params)

    async def holder(self, subject: str, *, kind: str = "turn") -> str:
        """Which node has a due row now; "" for none."""
        rows = await self.ask("SELECT lease_by FROM due WHERE kind = %s AND subject = %s", kind, subject)
        return str(rows[0][0]) if rows else ""

    async def stored(self, crowd: str) -> Stored:
        """All that the database has of the conversations in which somebody of the crowd speaks."""
        marked = f'%"text":"{crowd} %'

        def unit(tx: Tx, now: int) -> Stored:
            tx._cursor.execute("SELECT DISTINCT conversation_id FROM events WHERE body LIKE %s", (marked,))
            names = [name for (name,) in tx._cursor.fetchall()]
            tx._cursor.execute("SELECT conversation_id, seq, status, attempts FROM deliveries")
            pushes = tuple(push for row in tx._cursor.fetchall() if (push := Push(*row)).conversation in names)
            tx._cursor.execute("SELECT subject FROM due")
            held = frozenset(name for (name,) in tx._cursor.fetchall())
            states = {name: log.peek(tx, name) for name in names}
            return Stored(
                logs={name: log.read_all(tx, name) for name in names},
                states={name: state for name, state in states.items() if state is not None},
                requests={name: ledger.read_requests(tx, name) for name in names},
                pushes=pushes, held=held,
            )  # fmt: skip

        async with self.store() as store:
            return await store.read(self.business, unit)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The database as a node of this release reads and writes it."""
        store = open_postgresql(self.database)
        await store.start()
        try:
            yield store
        finally:
            await store.aclose()


class Doors:
    """The nodes that run, in turns."""

    def __init__(self, fleet: Fleet, first: int) -> None:
        self._fleet = fleet
        self._numbers = itertools.count(first)

    @property
    def url(self) -> str:
        nodes = [node for node in self._fleet.nodes if node.runs and node.told] or self._fleet.nodes
        return nodes[next(self._numbers) % len(nodes)].url

    @property
    def inbox(self) -> str:
        return self._fleet.nodes[0].inbox


@asynccontextmanager
async def on_fleet(
    servers: Servers, folder: Path, http: aiohttp.ClientSession, *, database: str = "", **orders: Any
) -> AsyncIterator[Fleet]:
    """A fleet over a database of its own, or over ``database``; ``orders`` are those of ``serving``, and ``source`` of its process."""
    url = database or servers.postgres.create()
    async with telegram_process() as telegram, AsyncExitStack() as stack:
        fleet = Fleet(servers, url, telegram, http)
        stack.push_async_callback(fleet.aclose)
        await fleet.begin(folder, **orders)
        yield fleet
