"""A call is repeated while nobody answers it: every half minute, ten times, and not once more than that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from gateway.model import commands as c
from gateway.store import lists, members, push_subscriptions
from gateway.store.store import Store, system_clock
from gateway.webpush import AGAIN, PUSH, TIMES
from tests.gateway.webpush.desk import Desk
from tests.support.clock import VirtualClock
from tests.support.stores import Place
from tests.support_edge.push_service import PushServer
from tests.support_edge.times import Times

PAUSE, EVERY = 2, 30


@pytest.fixture
def clock() -> VirtualClock:
    """From now on: a push service looks at the time that its senders sign."""
    return VirtualClock(system_clock())


@pytest.fixture
async def desk(store: Store, place: Place, clock: VirtualClock, service: PushServer) -> AsyncIterator[Desk]:
    made = Desk(store, place, Times(clock), service)
    made.start()
    yield made
    await made.stop()


async def called(desk: Desk) -> str:
    """A customer waits, and Olga heard of it once; the conversation."""
    await desk.told("olga")
    talk = await desk.queued()
    assert len(await desk.passes(PAUSE)) == 1
    return talk


async def test_call_that_nobody_answers_comes_every_half_minute_for_five_minutes(desk: Desk) -> None:
    talk = await called(desk)
    for _ in range(TIMES):
        assert await desk.passes(EVERY - 1) == []
        (push,) = await desk.passes(1)
        assert push.json["tag"] == talk, "it takes the earlier one's place"
    assert await desk.left() == []
    assert await desk.passes(3600) == []


async def test_what_the_service_keeps_of_it_ends_an_hour_after_the_first(desk: Desk, service: PushServer) -> None:
    await called(desk)
    for _ in range(TIMES):
        await desk.passes(EVERY)
    assert [int(push.headers["ttl"]) for push in service.pushes] == [3600 - EVERY * n for n in range(TIMES + 1)]
    assert len({push.headers["topic"] for push in service.pushes}) == 1, "the last one lies there alone"


async def taken(desk: Desk, talk: str) -> None:
    await desk.do(talk, c.Take(operator=desk.people["olga"]))
    await read(desk, talk)


async def read(desk: Desk, talk: str) -> None:
    head = (await desk.state(talk)).seq
    await desk.store.write(desk.place.business, lambda tx, now: lists.mark_read(tx, talk, "people", head))


async def taken_by_a_colleague(desk: Desk, talk: str) -> None:
    await desk.told("pavel")
    await desk.do(talk, c.Take(operator=desk.people["pavel"]))
    await read(desk, talk)


async def given_up(desk: Desk, talk: str) -> None:
    await desk.do(talk, c.Leave(reason="waited_too_long"))


async def back_to_the_bot(desk: Desk, talk: str) -> None:
    await desk.says(choice="/switchboard.bot")


async def gone_away(desk: Desk, talk: str) -> None:
    await desk.chooses("olga", "away")


async def busy(desk: Desk, talk: str) -> None:
    await desk.chooses("olga", "busy")


async def left_the_business(desk: Desk, talk: str) -> None:
    olga = desk.people["olga"].id
    await desk.store.write(desk.place.business, lambda tx, now: members.remove(tx, olga))


async def turned_off(desk: Desk, talk: str) -> None:
    (one,) = await desk.store.read(
        desk.place.business, lambda tx, now: push_subscriptions.of_business(tx, now=now)
    )  # fmt: skip
    await desk.store.write("", lambda tx, now: push_subscriptions.remove(tx, one.session))


@pytest.mark.parametrize(
    "what",
    [taken, taken_by_a_colleague, given_up, back_to_the_bot, gone_away, busy, left_the_business, turned_off],
    ids=lambda what: what.__name__,
)
async def test_it_ends_as_soon_as_it_calls_nobody(desk: Desk, what: Callable[[Desk, str], Awaitable[None]]) -> None:
    talk = await called(desk)
    assert len(await desk.passes(EVERY)) == 1
    await what(desk, talk)
    assert await desk.passes(EVERY) == []
    assert await desk.left() == []


async def test_customer_of_ones_own_is_told_again_until_they_are_read(desk: Desk) -> None:
    talk = await called(desk)
    await taken(desk, talk)
    await desk.passes(EVERY)
    await desk.says("Are you there?")
    assert [push.json["body"] for push in await desk.passes(PAUSE)] == ["waits for your answer"]
    assert [push.json["body"] for push in await desk.passes(EVERY)] == ["waits for your answer"]
    await read(desk, talk)
    assert await desk.passes(EVERY) == []
    assert await desk.left() == []


async def test_who_calls_anew_is_counted_anew_and_waits_no_half_minute_for_it(desk: Desk) -> None:
    talk = await called(desk)
    for _ in range(TIMES - 1):
        await desk.passes(EVERY)
    await taken(desk, talk)
    await desk.says("Are you there?")
    assert len(await desk.passes(PAUSE)) == 1
    assert await desk.passes(EVERY - PAUSE) == [], "what was told two seconds ago isn't told again already"
    for _ in range(TIMES):
        await desk.passes(EVERY)
    assert await desk.left() == []
    assert len(desk.service.pushes) == 1 + (TIMES - 1) + 1 + TIMES


async def test_each_time_it_is_asked_anew_whom_it_concerns(desk: Desk) -> None:
    olga, pavel = await desk.told("olga"), await desk.told("pavel")
    await desk.chooses("pavel", "away")
    await desk.queued()
    assert [push.to for push in await desk.passes(PAUSE)] == [olga]
    await desk.chooses("pavel", "online")
    await desk.chooses("olga", "away")
    assert [push.to for push in await desk.passes(EVERY)] == [pavel]


async def test_of_many_that_wait_a_browser_hears_one_repeat_in_half_a_minute(desk: Desk) -> None:
    await desk.told("olga")
    talks = []
    for number in range(6):
        talks.append(await desk.queued(f"customer-{number}"))
        assert len(await desk.passes(5)) == 1, "whoever is new is told of at once"
    heard = [push.json["tag"] for _ in range(60) for push in await desk.passes(1)]
    assert heard == [talks[-1]] * 2
    await desk.told("pavel")
    await desk.do(talks[-1], c.Take(operator=desk.people["pavel"]))
    await read(desk, talks[-1])
    heard = [push.json["tag"] for _ in range(60) for push in await desk.passes(1)]
    assert heard[0] in talks[:-1], "another one that still waits"
    assert len(heard) <= 4, "each of the two browsers twice at the most"


async def test_browser_that_wants_no_repeats_gets_none(desk: Desk) -> None:
    once, again = await desk.told("olga", repeats=False), await desk.told("olga")
    await desk.queued()
    assert {push.to.endpoint for push in await desk.passes(PAUSE)} == {once.endpoint, again.endpoint}
    assert [push.to for push in await desk.passes(EVERY)] == [again]


async def test_where_nobody_wants_repeats_none_is_planned(desk: Desk) -> None:
    await desk.told("olga", repeats=False)
    await desk.queued()
    assert len(await desk.passes(PAUSE)) == 1
    assert await desk.left() == []


async def test_note_that_names_somebody_is_told_once(desk: Desk) -> None:
    await desk.told("pavel")
    await desk.chooses("pavel", "busy")
    talk = await desk.queued()
    await desk.passes(PAUSE)
    await desk.told("olga")
    note = c.AddNote(operator=desk.people["olga"], text="Look", mentions=(desk.people["pavel"].id,))
    await desk.do(talk, note)
    assert [push.json["kind"] for push in await desk.passes(PAUSE)] == ["note"]
    assert await desk.left() == []


async def test_it_goes_on_after_a_restart_where_it_stopped(desk: Desk) -> None:
    await called(desk)
    await desk.passes(EVERY)
    await desk.stop()
    desk.start()
    for _ in range(TIMES - 1):
        assert len(await desk.passes(EVERY)) == 1
    assert await desk.left() == []


async def test_after_an_outage_it_is_told_once_and_not_for_all_that_was_missed(desk: Desk) -> None:
    await called(desk)
    await desk.stop()
    desk.times.clock.advance(20 * EVERY)
    desk.start()
    assert len(await desk.passes(0)) == 1
    assert await desk.passes(EVERY - 1) == []


async def test_after_an_outage_of_hours_nobody_is_told(desk: Desk) -> None:
    await called(desk)
    await desk.stop()
    desk.times.clock.advance(2 * 3600)
    desk.start()
    assert await desk.passes(0) == []
    assert await desk.left() == []


async def test_of_several_nodes_one_tells_it(desk: Desk) -> None:
    desk.start()
    desk.start()
    await called(desk)
    for _ in range(3):
        assert len(await desk.passes(EVERY)) == 1


async def test_service_that_asked_for_a_pause_is_not_asked_before_it_is_over(
    desk: Desk, service: PushServer
) -> None:  # fmt: skip
    service.answers = [(429, {"Retry-After": "100"})]
    await desk.told("olga")
    await desk.queued()
    for seconds in (PAUSE, EVERY, EVERY, EVERY):
        assert await desk.passes(seconds) == []
        assert (service.requests, await desk.left()) == (1, [AGAIN, PUSH])
    assert len(await desk.passes(10)) == 1
    assert service.requests == 2
