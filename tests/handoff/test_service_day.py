"""A day of a service through its public edges, in virtual time: whoever comes is accounted for when it is over."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from gateway.model.state import Conversation, Status
from gateway.store import log
from gateway.store.schema import conversations
from gateway.store.sql import Query, Tx
from tests.handoff.test_offers import routed
from tests.support.clock import VirtualClock
from tests.support.stores import Database
from tests.support_edge.checks import check_gapless
from tests.support_edge.clients import http_client
from tests.support_edge.day import HOUR, MINUTE, Agenda, Day, Operator
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import Site, on_node, settle_in
from tests.support_edge.telegram import telegram_double
from tests.support_edge.telegram_site import LOOPBACK, add_bot
from tests.support_edge.times import Times

CONVERSATIONS = Query(select(conversations.c.id).where(conversations.c.business_id == bindparam("business_id")))
RULES: dict[str, Any] = {"again_seconds": 120, "missed_limit": 2}


@pytest.fixture
async def day(sqlite_database: Database, tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Day]:
    """A business with twenty operators, a page and a bot in the messenger, before anybody came."""
    times = Times(clock)
    names = [f"operator{number}" for number in range(20)]
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(telegram_double())
        node = await stack.enter_async_context(
            on_node(
                sqlite_database, tmp_path / "data", engine=ScriptedEngine(), clock=clock, session_hours=72.0,
                telegram_server=telegram.url, **LOOPBACK,
            )
        )  # fmt: skip
        ours = await settle_in(node.store, "lantern", {"anna": "administrator", **dict.fromkeys(names, "operator")})
        http = await stack.enter_async_context(http_client())
        site = Site(node, ScriptedEngine(), http, ours, ours)
        bot = await telegram.add_bot()
        await add_bot(node, ours, bot)
        await routed(site, **RULES)
        day = Day(site, Agenda(site, times), telegram, bot, random.Random(20))
        day.operators += [Operator(day, name) for name in names]
        yield day
        for operator in day.operators:
            await operator.vanish()


def plan(day: Day, customers: int, *, hour: float) -> None:
    """Twelve hours: the first half of the people from the start, the others from the fourth on; the tide of customers is in
    the middle. Two lose their browser in the thick of it, two come back until nothing is owed any more."""
    agenda, half = day.agenda, len(day.operators) // 2
    for number, operator in enumerate(day.operators):
        begin = 0.0 if number < half else 4 * hour
        agenda.at(begin, operator.begin)
        agenda.at(begin + 8 * hour, operator.end)
    for operator in (day.operators[0], day.operators[half]):
        agenda.at(6 * hour, operator.vanish)
    for _ in range(customers):
        agenda.at(day.dice.triangular(0.1 * hour, 11 * hour, 5 * hour), day.arrive)
    for operator in (day.operators[1], day.operators[-1]):
        agenda.at(12 * hour + 20 * MINUTE, operator.begin)
        agenda.at(12 * hour + 180 * MINUTE, operator.end)


async def endings(day: Day) -> dict[str, Any]:
    path = f"/api/v1/businesses/{day.site.ours.business}/requests/endings?from=0&to={day.agenda.times.clock.now + 1}"
    status, found = await day.site.call("GET", path, who="anna")
    assert status == 200, found
    return found


async def check_conversations(day: Day) -> int:
    """Every log is gapless and over, and nobody carries any of it any more; how many there are."""

    def names(tx: Tx, now: int) -> list[str]:
        return [str(row[0]) for row in tx.all(CONVERSATIONS)]

    found = await day.site.node.store.read(day.site.ours.business, names)
    for name in found:
        check_gapless(await day.site.log(name))

        def state_of(tx: Tx, now: int, name: str = name) -> Conversation | None:
            return log.peek(tx, name)

        state = await day.site.node.store.read(day.site.ours.business, state_of)
        assert state is not None and state.status is Status.RESOLVED and state.owner is None, state
    return len(found)


@pytest.mark.parametrize("customers, hour", [(60, HOUR / 6), pytest.param(3000, HOUR, marks=pytest.mark.long)])
async def test_day_of_twenty_operators_leaves_no_request_unaccounted(day: Day, customers: int, hour: float) -> None:
    plan(day, customers, hour=hour)
    await day.agenda.run()
    await day.agenda.rest(60 * HOUR, step=HOUR / 2)  # whoever says nothing any more

    found = await endings(day)
    assert day.did["customers"] == customers
    assert found["open"] == 0
    assert found["total"] == sum(one["count"] for one in found["counts"]) >= customers
    assert await check_conversations(day) >= customers
    told = {one["ending"] for one in found["counts"]}
    assert told <= {"answered", "called_back", "declined", "lost"} and "answered" in told
