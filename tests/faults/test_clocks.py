"""The clock of one node is a day ahead, that of another a day behind: the database's rules. Nothing is two nodes' at once, what is due
is done when it is due, and each log stands as it came.

A process on one file has no other clock than its machine's: there a jump loses nothing and doubles nothing, and each log stands as
it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.model import words
from gateway.model.events import OfferEnded, OfferMade
from gateway.store.store import system_clock
from tests.faults.test_kill import check
from tests.faults.test_nodes import Form, forms, gather, kill
from tests.faults.test_telegram_kill import orders_for
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.clients import connect_console, connect_widget, http_client
from tests.support_edge.correspondents import Correspondent, correspondents, logs_by_writer, until_answered
from tests.support_edge.correspondents import check as check_chat
from tests.support_edge.faketime import clock_that_is_off, clock_that_is_set
from tests.support_edge.fleet import Crowd, Fleet, Servers, chance_of, on_fleet
from tests.support_edge.fleet.leases import SECOND, instant, lease_changes, watch_leases
from tests.support_edge.fleet.turns import is_more
from tests.support_edge.process import Customer, Serving, living
from tests.support_edge.site import PAGE_ORIGIN, PASSWORD
from tests.support_edge.telegram import telegram_process
from tests.support_edge.waiting import WITHIN, until, until_async

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY = 86_400 * SECOND
PAUSE = 0.2
OFFERED = 5
"""Seconds for which an offer stands."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    redis = RedisServer()
    redis.start()
    clocks: list[dict[str, str]] = [{}, clock_that_is_off("+1d"), clock_that_is_off("-1d")]
    try:
        folder = tmp_path_factory.mktemp("clocks")
        servers = Servers(own_postgres, redis)
        async with http_client() as http, on_fleet(servers, folder, http, environments=clocks) as fleet:
            await watch_leases(fleet)
            await offer_to_whoever_is_there(fleet)
            yield fleet
    finally:
        redis.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def fleet(running: Fleet) -> Fleet:
    """The fleet, whole before."""
    await running.mend()
    return running


async def offer_to_whoever_is_there(fleet: Fleet) -> None:
    value = {"rules": {"everybody": {"mode": "offer"}, "offer_seconds": OFFERED}}
    status, answer = await call(
        fleet, fleet.nodes[1], "PUT", f"businesses/{fleet.business}/routing", session=fleet.sessions["anna"],
        json={"version": 0, "value": value},
    )  # fmt: skip
    assert status == 200, answer


async def call(
    fleet: Fleet, node: Serving, method: str, path: str, *, session: str = "", json: object = None
) -> tuple[int, Any]:
    """A request of somebody's who is signed in, to this node."""
    headers = {"Cookie": f"switchboard_session={session}", "Origin": fleet.gate.url}
    async with fleet.http.request(method, f"{node.url}/api/v1/{path}", headers=headers, json=json) as response:
        return response.status, await response.json(content_type=None)


@forms
async def test_nodes_whose_clocks_are_a_day_off_hold_nothing_twice_and_order_by_seq(fleet: Fleet, form: Form) -> None:
    """Each of them is killed once at least, so that leases change hands among all three."""
    chance = chance_of("clocks")
    crowd = await gather(fleet, "Owls", form)
    began = await instant(fleet)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.serving(), crowd.writing(chance, rate=form.rate):
            for number in range(max(len(fleet.nodes), form.faults)):
                said = crowd.said
                await kill(fleet, number % len(fleet.nodes), while_dead=lambda: crowd.said > said + 5)  # noqa: B023
        await crowd.until_settled()
        await crowd.check()
    await check_leases(fleet, since=began)
    await check_instants(fleet, crowd, since=began)
    asked = await fleet.telegram.calls("getUpdates", bot=fleet.polled)
    assert not [call for call in asked if call.code == 409], "two fetched one bot's updates"


async def check_leases(fleet: Fleet, *, since: int) -> None:
    """Whoever got one waited for its end, and all of them end when leases do."""
    changes = await lease_changes(fleet, since=since)
    assert any(one.what.startswith("leases telegram") and one.handed_over for one in changes)
    assert not [one for one in changes if one.doubled or one.endless]


async def check_instants(fleet: Fleet, crowd: Crowd, *, since: int) -> None:
    """Every entry was written between ``since`` and now, by the database's clock."""
    now = await instant(fleet)
    stored = await fleet.stored(crowd.name)
    assert stored.logs
    assert not [entry for log in stored.logs.values() for entry in log if not since <= entry.at <= now]


@pytest.mark.long
async def test_node_whose_clock_is_a_day_off_does_alone_what_falls_due(fleet: Fleet) -> None:
    """Deliveries, put off or not, bots' lines, offers that run out, sessions: as a node does whose clock is right. First the one that
    is ahead, then the one that is behind."""
    right, ahead, behind = fleet.nodes
    began = await instant(fleet)
    await right.kill()
    await behind.kill()
    session = await do_alone(fleet, ahead, "Pikes")
    await ahead.kill()
    await behind.start()
    await do_alone(fleet, behind, "Rooks")
    status, me = await call(fleet, behind, "GET", "me", session=session)
    assert status == 200, me
    await check_leases(fleet, since=began)


async def do_alone(fleet: Fleet, node: Serving, name: str) -> str:
    """People write, Telegram puts two messages off, an offer runs out; the session of an operator who signed in."""
    crowd = await Crowd.gather(fleet, name, pages=2, called=2, polled=2)
    began = await instant(fleet)
    async with crowd.living():
        await fleet.telegram.fail("sendMessage", code=429, retry_after=1, times=2)
        await crowd.say_each()
        await let_an_offer_pass(fleet, node, who=next(fleet.watched), asks=f"{name}Asks")
        session = await sign_in(fleet, node, "pavel")
        await crowd.until_settled()
        await crowd.check()
    await check_instants(fleet, crowd, since=began)
    return session


async def let_an_offer_pass(fleet: Fleet, node: Serving, *, who: str, asks: str) -> None:
    """Somebody asks for a person, and ``who`` is offered it, is at their console, and doesn't take it in time."""
    session, where = fleet.sessions[who], node.url
    console = await connect_console(fleet.http, where, business=fleet.business, session=session, origin=fleet.gate.url)
    widget = await connect_widget(fleet.http, where, inbox=node.inbox, token="", page_origin=PAGE_ORIGIN)
    conversation = (await widget.say(f"{asks} please", choice=words.ASK_FOR_PERSON))["conversation"]
    await until_async(lambda: is_more(fleet, conversation, "offer_ended", 0), what="the offer runs out")
    (log,) = (await fleet.stored(asks)).logs.values()
    offers = [(one.at, one.event) for one in log if isinstance(one.event, OfferMade | OfferEnded)]
    (made_at, made), (ended_at, ended) = offers[:2]
    assert isinstance(made, OfferMade) and made.expires_at - made_at == OFFERED * SECOND
    assert isinstance(ended, OfferEnded) and ended.reason == "expired" and ended_at >= made.expires_at
    # So that it is offered to nobody else in the tests that follow.
    assert (await console.command(conversation, "take"))["type"] == "ack"
    floor = (await widget.entry("taken"))["seq"]
    assert (await console.command(conversation, "resolve", floor_seq=floor))["type"] == "ack"
    await console.close()
    await widget.close()


async def sign_in(fleet: Fleet, node: Serving, who: str) -> str:
    """Signs in at this node, with the password; the session."""
    body = {"email": f"{who}@lantern.example", "password": PASSWORD}
    headers = {"Origin": fleet.gate.url}
    async with fleet.http.post(f"{node.url}/api/v1/session", json=body, headers=headers) as response:
        assert response.status == 200, await response.text()
        return response.cookies["switchboard_session"].value


@pytest.mark.parametrize("jumps", [(0, 1, 0), pytest.param((0, 1, 0, -1) * 2, marks=pytest.mark.long)])
async def test_clock_of_a_process_on_one_file_that_jumps_loses_and_doubles_nothing(
    tmp_path: Path, jumps: tuple[int, ...]
) -> None:
    """A day ahead and a day back, while people write on pages and in Telegram. ``jumps``: by how many days it is off, one after the
    other."""
    offset = tmp_path / "offset"
    set_clock(offset, days=0)
    async with telegram_process() as telegram, http_client() as http:
        bot = await telegram.add_bot()
        serving = Serving(tmp_path / "data", environment=clock_that_is_set(offset), **orders_for(telegram, bot))
        await serving.start()
        try:
            people = await correspondents(telegram, bot, 2)
            customers = [Customer(serving, http, f"visitor {number}") for number in range(4)]
            async with living(*customers):
                for before, days in pairwise(jumps):
                    async with writing([*customers, *people]):
                        await until_written(customers, days=before, what="people write on")
                        set_clock(offset, days=days)
                        await until_written(customers, days=days, what="the clock jumps")
                    await until(lambda: all(one.answered for one in customers), what="pages are answered")
                    await until_answered(people, within=WITHIN)
                assert await serving.end() == 0
        finally:
            await serving.aclose()
        logs = await serving.logs()
        for person in people:
            await check_chat(person, logs_by_writer(logs)[person.name], extras=0)
    for customer in customers:
        check(customer, logs[str(customer.conversation)])


@asynccontextmanager
async def writing(people: Sequence[Customer | Correspondent]) -> AsyncIterator[None]:
    """All of them say something again and again meanwhile."""

    async def write(one: Customer | Correspondent) -> None:
        while True:
            await (one.say(f"{one.name} line {len(one.texts) + 1}") if isinstance(one, Customer) else one.say())
            await asyncio.sleep(PAUSE)

    tasks = [asyncio.create_task(write(one), name=one.name) for one in people]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def set_clock(file: Path, *, days: int) -> None:
    """From the next look of the process on; it never sees half of what is written."""
    beside = file.with_suffix(".new")
    beside.write_text(f"{days:+d}d\n")
    beside.replace(file)


async def until_written(customers: list[Customer], *, days: int, what: str) -> None:
    """Something new stands on every page, written while the clock was so many days off."""
    before = [max(one.entries, default=0) for one in customers]

    def is_new(customer: Customer, seq: int) -> bool:
        newest = max(customer.entries, default=0)
        return newest > seq and abs(customer.entries[newest]["at"] - system_clock() - days * DAY) < DAY / 2

    await until(lambda: all(map(is_new, customers, before)), what=what)
