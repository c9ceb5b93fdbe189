"""Three nodes under load, and what may befall them and what they stand on: nothing that was acknowledged is lost, nothing is there
twice, and everything is answered in the end. docs/faults.md has the table.

One fleet serves all of these; each has a crowd of its own, and what is checked is all that this crowd saw.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.clients import http_client
from tests.support_edge.fleet import Crowd, Fleet, Servers, chance_of, on_fleet
from tests.support_edge.fleet.turns import ask, is_more, until_held
from tests.support_edge.fleet.watch import on_watch
from tests.support_edge.process import Customer, living
from tests.support_edge.waiting import until, until_async

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Form(NamedTuple):
    """How long a proof is: conversations, messages a second, faults and the seconds between them."""

    size: int
    rate: float
    faults: int
    every: float


SHORT = Form(size=24, rate=10.0, faults=2, every=1.0)
LONG = Form(size=200, rate=20.0, faults=20, every=15.0)
forms = pytest.mark.parametrize(
    "form", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    redis = RedisServer()
    redis.start()
    try:
        folder = tmp_path_factory.mktemp("fleet")
        async with http_client() as http, on_fleet(Servers(own_postgres, redis), folder, http) as fleet:
            yield fleet
            await fleet.end()
    finally:
        redis.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def fleet(running: Fleet) -> AsyncIterator[Fleet]:
    """The fleet, whole before and after."""
    await running.mend()
    yield running
    await running.mend()


async def gather(fleet: Fleet, name: str, form: Form) -> Crowd:
    """Each form has a crowd of its own: one fleet serves both, one after the other."""
    half = form.size // 2
    return await Crowd.gather(fleet, f"{name}{form.size}", pages=half, called=half // 2, polled=half - half // 2)


@forms
async def test_killed_nodes_lose_and_double_nothing(fleet: Fleet, form: Form) -> None:
    """During webhook, poll, turn, send and an operator's answers: at any moment, with people writing before and after."""
    chance = chance_of("kills")
    crowd = await gather(fleet, "Ants", form)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.serving(), crowd.writing(chance, rate=form.rate):
            for number in range(form.faults):
                await asyncio.sleep(chance.uniform(0, form.every))  # any moment will do
                said = crowd.said
                await kill(fleet, number % len(fleet.nodes), while_dead=lambda: crowd.said > said + 5)  # noqa: B023
        await crowd.until_settled()
        await crowd.check()


async def kill(fleet: Fleet, number: int, *, while_dead: Callable[[], bool] = lambda: True) -> None:
    """A node is killed, and comes back once ``while_dead`` holds."""
    await fleet.nodes[number].kill()
    await until(while_dead, what="people write on")
    await fleet.nodes[number].start()


@forms
async def test_nodes_that_are_restarted_one_after_another_are_noticed_by_reconnects_alone(
    fleet: Fleet, form: Form
) -> None:
    chance = chance_of("restarts")
    crowd = await gather(fleet, "Crabs", form)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.serving(), crowd.writing(chance, rate=form.rate):
            for node in fleet.nodes * (1 if form is SHORT else 5):
                assert await node.end() == 0
                await node.start()
        await crowd.until_settled()
        await crowd.check()
        assert not any(page.refusals for page in crowd.pages)


@forms
async def test_each_update_that_comes_three_times_to_three_nodes_is_one_message_and_one_answer(
    fleet: Fleet, form: Form
) -> None:
    chance = chance_of("copies")
    crowd = await gather(fleet, "Bees", form)
    fleet.gate.copies = 3
    await fleet.polled.deliver_copies(3)
    before = len(fleet.gate.answered)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.writing(chance, rate=form.rate):
            await until(lambda: crowd.said >= form.size * 3, within=600, what="people write")
        await crowd.until_settled()
        await crowd.check()
    answers = fleet.gate.answered[before:]
    assert {one.statuses for one in answers} == {(200, 200, 200)}
    assert len(answers) == sum(len(person.lines) for person in crowd.called)


@forms
async def test_holder_of_a_lease_that_stood_still_past_its_end_is_refused(fleet: Fleet, form: Form) -> None:
    """Frozen in the middle of a turn, which another node makes meanwhile; then it goes on, and comes too late: what it has to say is
    recorded as dropped, or it stood still for so long that it has nothing to say."""
    chance, rounds, late = chance_of("frozen"), max(3, form.faults // 2), 0
    crowd = await gather(fleet, "Cats", form)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.writing(chance, rate=form.rate):
            for number in range(rounds):
                page = crowd.pages[number % len(crowd.pages)]
                conversation = await freeze_past_the_lease(fleet, page)
                with suppress(AssertionError):
                    await until_async(
                        lambda: is_more(fleet, conversation, "bot_turn_dropped", 0),  # noqa: B023
                        what="the late turn is recorded as dropped",
                    )
                    late += 1
                if late and form is SHORT:
                    break
        assert late >= form.faults / 4
        await crowd.until_settled()
        await crowd.check()


async def freeze_past_the_lease(fleet: Fleet, page: Customer) -> str:
    """The node that makes a turn of this page's stands still until another one has made it; the conversation."""
    conversation, made = await ask(fleet, page)
    holder = await until_held(fleet, conversation)
    holder.freeze()
    await until_async(lambda: is_more(fleet, conversation, "bot_turn", made), what="another node makes the turn")
    holder.thaw()
    return conversation


@pytest.mark.parametrize("how", ["killed", "flushed", "unreachable"])
@forms
async def test_redis_that_fails_loses_nothing_and_sends_nobody_away(fleet: Fleet, form: Form, how: str) -> None:
    """Another tab on another node sees what is written while Redis is gone: its node looks by itself, each second."""
    await outlive_redis(
        fleet, form, f"Dogs{how.title()}", fails=lambda: break_redis(fleet.redis, how), heals=fleet.redis.mend
    )


async def outlive_redis(
    fleet: Fleet, form: Form, name: str, *, fails: Callable[[], None], heals: Callable[[], None]
) -> None:  # fmt: skip
    """Another tab of each page is on another node. Nobody is shown as offline."""
    crowd = await gather(fleet, name, form)
    async with crowd.living(), on_watch(fleet) as watch:
        await crowd.say_each()
        await crowd.until_settled()
        await watch.sees("online")
        watch.seen[:] = ["online"]  # a node that has just been asked by a console knows nobody yet
        async with living(*(tabs := crowd.other_tabs())):
            for _ in range(1 if form is SHORT else 3):
                await until(lambda: shows_all(crowd, tabs), what="the other tabs are on")
                # Of very many some may have lost their line, and come to the other's node.
                apart = sum(tab.at != page.at for tab, page in zip(tabs, crowd.pages, strict=True))
                assert apart > len(tabs) * 0.8
                fails()
                for page in crowd.pages:
                    await page.say(f"{page.name} line {len(page.texts) + 1}")
                # Sooner than a node looks that believes in hints.
                await until(lambda: shows_all(crowd, tabs), within=12, what="the other tabs see it without Redis")
                if form is LONG:
                    await asyncio.sleep(90)  # longer than another node is believed that somebody is there
                heals()
        await crowd.until_settled()
        assert watch.seen == ["online"]
        await crowd.check()


def shows_all(crowd: Crowd, tabs: list[Customer]) -> bool:
    """Each of the other tabs shows what was written on its page."""
    return all(set(tab.said) == set(page.texts.values()) for tab, page in zip(tabs, crowd.pages, strict=True))


def break_redis(redis: RedisServer, how: str) -> None:
    match how:
        case "killed":
            redis.kill()
        case "flushed":
            redis.flush()
        case _:
            redis.pause()


@pytest.mark.parametrize("how", ["frozen", "stopped"])
@forms
async def test_postgresql_that_is_gone_for_a_while_is_waited_for(fleet: Fleet, form: Form, how: str) -> None:
    """Webhooks are refused, Telegram's queue stays where it is, pages are told to try again; then all of it comes."""
    postgres = fleet.postgres
    await outlive_postgresql(
        fleet, form, f"Eels{how.title()}", fails=postgres.pause if how == "frozen" else postgres.halt,
        heals=postgres.resume if how == "frozen" else postgres.go_on,
    )  # fmt: skip


async def outlive_postgresql(
    fleet: Fleet, form: Form, name: str, *, fails: Callable[[], None], heals: Callable[[], None]
) -> None:  # fmt: skip
    """Somebody writes all the time."""
    chance = chance_of("postgresql")
    crowd = await gather(fleet, name, form)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.writing(chance, rate=form.rate):
            await crowd.until_answered_once()
            fails()
            await until_refused(fleet, 1)
            await until_async(lambda: is_waiting(fleet), what="Telegram keeps what can't be stored")
            offset = await fleet.offset()
            await until_refused(fleet, 3 if form is SHORT else 60)
            assert await fleet.offset() == offset
            assert await is_waiting(fleet)
            heals()
        await crowd.until_settled(within=180)
        await crowd.check()


@forms
async def test_node_that_is_to_end_while_postgresql_stands_still_ends(fleet: Fleet, form: Form) -> None:
    """It waits for it no longer than it may take to end; what it had not stored it has not acknowledged."""
    chance = chance_of("ends")
    crowd = await gather(fleet, "Gnats", form)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.writing(chance, rate=form.rate):
            await crowd.until_answered_once()
            fleet.postgres.pause()
            await until_refused(fleet, 1)  # by now something waits at every one of its connections
            assert await fleet.nodes[1].end() == 0
            fleet.postgres.resume()
            await fleet.nodes[1].start()
        await crowd.until_settled(within=180)
        await crowd.check()


async def is_waiting(fleet: Fleet) -> bool:
    return await fleet.polled.pending() > 0


async def until_refused(fleet: Fleet, times: int) -> None:
    """So many more webhooks get 503."""
    before = len(fleet.gate.answered)

    def refused() -> bool:
        return sum(503 in one.statuses for one in fleet.gate.answered[before:]) >= times

    await until(refused, within=120, what="webhooks are refused")
