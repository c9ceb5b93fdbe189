"""The release before is replaced by this one, node by node, while people write: nobody loses anything, and nodes of both releases
understand one another as long as there are both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest
from redis.asyncio import Redis

from gateway.cluster.bus import RedisBus, tell_nodes
from gateway.dispatcher.following import News, encode_news
from gateway.model.events import Entry, decode_event
from gateway.model.fold import fold
from gateway.model.ids import new_id
from gateway.ports import Hint
from gateway.store import log
from gateway.store.opening import migrate_postgresql
from gateway.store.sql import Tx
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.releases import unpack_release_before
from tests.support_edge.fleet import Crowd, Fleet, Servers, chance_of, on_fleet
from tests.support_edge.process import ROOT, Customer, Serving, living
from tests.support_edge.waiting import until

SOON = 8.0
"""Seconds within which what is written at one node is seen at another: by hints alone, for a node looks each fifteen seconds."""

GONE = "ClientConnectionResetError"
"""What 0.7.0 complains of where a page goes while its socket is opened."""


class Form(NamedTuple):
    """Conversations on pages and in Telegram, messages a second, and how many there are between two replacements. Where nobody is in
    Telegram there are no bots, either: its library takes each node seconds to load."""

    pages: int
    telegram: int
    rate: float
    between: int


SHORT = Form(pages=8, telegram=0, rate=10.0, between=10)
LONG = Form(pages=100, telegram=100, rate=20.0, between=1000)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_release_before(tmp_path_factory.mktemp("before"))


@pytest.mark.parametrize(
    "form", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)
async def test_release_before_is_replaced_node_by_node_while_people_write(
    own_postgres: PostgresServer, redis_server: RedisServer, http: aiohttp.ClientSession, tmp_path: Path, before: Path,
    form: Form,
) -> None:  # fmt: skip
    chance = chance_of("upgrade")
    servers = Servers(own_postgres, redis_server)
    empty = own_postgres.create(template="template0")  # they make their own schema in it
    bots: dict[str, Any] = {} if form.telegram else {"bots": ()}
    async with on_fleet(servers, tmp_path, http, database=empty, source=before, **bots) as fleet:
        half = form.telegram // 2
        crowd = await Crowd.gather(fleet, "Newts", pages=form.pages, called=half, polled=half)
        async with crowd.living():
            await crowd.say_each()
            async with crowd.serving(), crowd.writing(chance, rate=form.rate):
                await crowd.until_answered_once()
                await asyncio.to_thread(migrate_postgresql, fleet.database)
                for node in fleet.nodes[:-1]:
                    await replace(node)
                    await hear_one_another(fleet, crowd)
                    await people_write(crowd, form.between)
                await replace(fleet.nodes[-1])
            await crowd.until_settled()
            await crowd.check()
        await fleet.end()
        assert not [line for line in fleet.complaints.splitlines() if GONE not in line]


async def replace(node: Serving) -> None:
    """The node ends as its supervisor ends it, and is of this release when it starts again."""
    assert await node.end() == 0
    node.source = ROOT
    await node.start()


async def people_write(crowd: Crowd, messages: int) -> None:
    said = crowd.said
    await until(lambda: crowd.said >= said + messages, within=600, what="people write on")


async def hear_one_another(fleet: Fleet, crowd: Crowd) -> None:
    """Nodes of both releases tell by hints what was written, each in its own way, and hear it; what neither of them can read is no
    trouble to them."""
    async with living(*(tabs := crowd.other_tabs())), on_hints(fleet) as kinds:
        await until(lambda: all(tab.entries for tab in tabs), what="the other tabs are on")
        for page in crowd.pages:
            await append_of_the_release_after(fleet, page)
            await page.say(f"{page.name} line {len(page.texts) + 1}")
        lines = [list(page.texts.values())[-1] for page in crowd.pages]
        await until(
            lambda: all(line in tab.said for line, tab in zip(lines, tabs, strict=True)), within=SOON,
            what="the other tabs see it",
        )  # fmt: skip
        await until(lambda: kinds == {True, False}, what="hints with news and without")


async def append_of_the_release_after(fleet: Fleet, page: Customer) -> None:
    """Something stands in the page's log that no node knows, and they are told of it."""
    conversation, body = str(page.conversation), b'{"type":"hologram_started","leg":"leg-1"}'

    def unit(tx: Tx, now: int) -> Entry:
        state = log.load(tx, conversation)
        assert state is not None
        entry = Entry(seq=state.seq + 1, id=new_id(now), at=now, event=decode_event(body))
        log._store_state(tx, fold(state, entry, conversation=conversation), head_id=entry.id)
        tx.gather(log._EVENTS, conversation, entry.seq, entry.id, entry.at, body.decode())
        return entry

    async with fleet.store() as store:
        entry = await store.write(fleet.business, unit)
    news = encode_news(News([entry], [body]))
    hint = Hint(business=fleet.business, conversation=conversation, seq=entry.seq, news=news)
    assert await tell_nodes(fleet.redis.url, hint)


@asynccontextmanager
async def on_hints(fleet: Fleet) -> AsyncIterator[set[bool]]:
    """Which hints nodes have given: with news, or without."""
    kinds: set[bool] = set()

    async def listen() -> None:
        async with Redis.from_url(fleet.redis.url) as redis, redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.psubscribe(RedisBus.SINGLES)  # as a pattern: nodes count who subscribes to what
            async for message in pubsub.listen():
                told = json.loads(message["data"])
                if told["node"] and "hint" in told:
                    kinds.add(bool(told["hint"].get("news")))

    listening = asyncio.create_task(listen(), name="hints")
    try:
        yield kinds
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
