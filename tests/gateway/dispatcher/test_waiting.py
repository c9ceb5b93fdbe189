"""Whoever waits: told the truth, offered a callback in time, asked how they are reached; and silence, which ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import CallbackPromised, Entry, Resolved, SystemNotice
from gateway.model.rules import WaitingRules
from gateway.model.state import Status
from gateway.phrases import ENGLISH
from gateway.store import lists
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import SECOND, VirtualClock
from tests.support.stores import Place
from tests.support_edge.bench import OLGA, Bench, on_bench
from tests.support_edge.checks import check_gapless, tags
from tests.support_edge.times import Times

MINUTE, HOUR = 60, 3600


@pytest.fixture
async def deserted(store: Store, place: Place, clock: VirtualClock) -> AsyncIterator[Bench]:
    """As ``bench``, where nobody is at their desk."""
    async with on_bench(store, place, Times(clock), deserted=lambda business: True) as running:
        yield running


async def asks_for_person(bench: Bench, address: str = "ann") -> str:
    return (await bench.say("A person, please", address=address, choice=words.ASK_FOR_PERSON)).conversation


def notices(entries: list[Entry]) -> list[SystemNotice]:
    return [entry.event for entry in entries if isinstance(entry.event, SystemNotice)]


async def noticed(bench: Bench, conversation: str, times: int) -> SystemNotice:
    return notices(await bench.logged(conversation, "system_notice", times=times))[-1]


def payloads(notice: SystemNotice) -> list[str]:
    return [button.payload for button in notice.buttons]


# --- the offer ---


async def test_callback_is_offered_after_the_time_that_was_set_and_once(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    await bench.advance(149)
    await bench.quiet()
    assert len(notices(await bench.log(conversation))) == 1
    await bench.advance(1)
    offer = await noticed(bench, conversation, 2)
    assert (offer.notice, payloads(offer)) == ("callback_offered", [words.CALL_BACK, words.BACK_TO_BOT])
    assert offer.text == f"{ENGLISH['callback_offered']} {ENGLISH['place.next']}"
    await bench.advance(HOUR)
    await bench.quiet()
    assert len(notices(await bench.log(conversation))) == 2


async def test_who_is_served_in_time_hears_of_no_callback(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.advance(HOUR / 2)
    await bench.quiet()
    assert [one.notice for one in notices(await bench.log(conversation))] == ["queued"]


async def test_business_that_calls_nobody_back_offers_nothing(bench: Bench) -> None:
    await bench.set_up("waiting", {"name": "waiting", "rules": WaitingRules(callback_after=0)})
    conversation = await asks_for_person(bench)
    await bench.advance(HOUR)
    await bench.quiet()
    assert [one.notice for one in notices(await bench.log(conversation))] == ["queued"]


async def test_where_nobody_is_there_it_is_said_at_once_and_a_callback_offered(deserted: Bench) -> None:
    conversation = await asks_for_person(deserted)
    (told,) = notices(await deserted.log(conversation))
    assert (told.notice, told.text) == ("queued_nobody", ENGLISH["queued_nobody"])
    assert payloads(told) == [words.CALL_BACK, words.BACK_TO_BOT]


# --- what they answer ---


async def wants_callback(bench: Bench) -> str:
    conversation = await asks_for_person(bench)
    await bench.say("Call me back", choice=words.CALL_BACK)
    asked = await noticed(bench, conversation, 2)
    assert asked.notice == "callback_where"
    return conversation


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [
        ("+44 20 7946 0101", "phone", "+442079460101"),
        ("it's 020 7946 0101, after six please", "phone", "+442079460101"),
        ("ann@example.com would be best", "email", "ann@example.com"),
    ],
)
async def test_number_or_address_in_what_they_write_is_promised(bench: Bench, said: str, kind: str, value: str) -> None:
    conversation = await wants_callback(bench)
    await bench.say(said)
    entries = await bench.logged(conversation, "callback_promised")
    (event,) = [entry.event for entry in entries if isinstance(entry.event, CallbackPromised)]
    assert (event.kind, event.value, event.reason) == (kind, value, "asked")
    assert event.due_at - entries[-1].at == HOUR * SECOND
    told = notices(entries)[-1]
    assert told.notice == "callback_promised" and value in told.text
    state = await bench.state(conversation)
    assert (state.status, state.details) == (Status.SNOOZED, {kind: value})
    check_gapless(entries)


async def test_what_is_no_number_is_asked_once_more_and_then_left_alone(bench: Bench) -> None:
    conversation = await wants_callback(bench)
    await bench.say("What number?")
    assert (await noticed(bench, conversation, 3)).notice == "callback_where_again"
    await bench.say("My order is 1234")
    await bench.quiet()
    assert len(notices(await bench.log(conversation))) == 3
    assert (await bench.state(conversation)).status is Status.QUEUED


async def test_who_left_a_number_before_is_asked_for_none(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    await bench.do(conversation, c.LeaveDetails(kind="phone", value="+442079460102"))
    await bench.say("Call me back", choice=words.CALL_BACK)
    assert (await noticed(bench, conversation, 2)).notice == "callback_promised"


@pytest.mark.parametrize("said", ["How long must I wait?", "сколько ещё ждать", "Какая я в очереди?"])
async def test_place_is_told_when_it_is_asked_for(bench: Bench, said: str) -> None:
    await asks_for_person(bench, "first")
    await bench.advance(1)
    conversation = await asks_for_person(bench)
    await bench.say(said)
    told = await noticed(bench, conversation, 2)
    assert (told.notice, told.text) == ("place", ENGLISH["place"].format(position=2))


# --- nobody came ---


async def test_who_went_away_unread_is_called_back_unasked(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    await bench.do(conversation, c.LeaveDetails(kind="phone", value="+442079460102"))
    await bench.advance(150)
    await bench.logged(conversation, "system_notice", times=2)
    await bench.advance(600)
    entries = await bench.logged(conversation, "callback_promised")
    (event,) = [entry.event for entry in entries if isinstance(entry.event, CallbackPromised)]
    assert (event.by, event.reason, event.value) == ("system", "missed", "+442079460102")
    assert notices(entries)[-1].text.startswith(ENGLISH["callback_missed"])


async def test_who_read_the_offer_and_goes_on_waiting_keeps_their_place(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    await bench.do(conversation, c.LeaveDetails(kind="phone", value="+442079460102"))
    await bench.advance(150)
    seq = (await bench.logged(conversation, "system_notice", times=2))[-1].seq
    await bench.store.write(
        bench.place.business, lambda tx, now: lists.mark_read(tx, conversation, "customer", seq)
    )  # fmt: skip
    await bench.advance(HOUR)
    await bench.quiet()
    assert (await bench.state(conversation)).status is Status.QUEUED


async def test_due_callback_is_back_in_the_queue_and_the_customer_hears_nothing_of_it(bench: Bench) -> None:
    conversation = await wants_callback(bench)
    await bench.say("+442079460101")
    await bench.logged(conversation, "system_notice", times=3)
    await bench.advance(HOUR)
    entries = await bench.logged(conversation, "reopened")
    assert tags(entries)[-1] == "reopened"
    state = await bench.state(conversation)
    assert (state.status, state.reason) == (Status.QUEUED, "callback")
    await bench.advance(HOUR)  # no callback is offered for a callback
    await bench.quiet()
    assert tags(await bench.log(conversation))[-1] == "reopened"


async def test_callbacks_are_listed_as_they_are_due_until_done_and_counted(bench: Bench) -> None:
    later = await wants_callback(bench)
    await bench.say("+442079460101")
    await bench.logged(later, "callback_promised")
    sooner = (await bench.say(address="bob")).conversation
    await bench.do(sooner, c.Take(operator=OLGA))
    due_at = bench.times.clock() + 10 * MINUTE * SECOND
    await bench.do(sooner, c.PromiseCallback(operator=OLGA, due_at=due_at, owner=OLGA))

    async def listed() -> tuple[list[str], int]:
        def unit(tx: Tx, now: int) -> tuple[list[str], int]:
            rows = lists.read_rows(tx, "callbacks", operator=OLGA.id)
            behind = lists.place_of(rows[0], "callbacks")
            assert lists.read_rows(tx, "callbacks", operator=OLGA.id, after=behind) == rows[1:]
            return [row.conversation for row in rows], lists.counts_of(lists.tally(tx), operator=OLGA.id).callbacks

        return await bench.store.read(bench.place.business, unit)

    assert await listed() == ([sooner, later], 2)
    await bench.do(sooner, c.Take(operator=OLGA))
    floor = (await bench.state(sooner)).floor_seq
    await bench.do(sooner, c.Resolve(operator=OLGA, floor_seq=floor, ending="called_back"))
    assert await listed() == ([later], 1)
    (request,) = await bench.requests(sooner)
    assert request.ending == "called_back"


async def test_promise_made_at_night_is_for_the_morning(bench: Bench) -> None:
    now = dt.datetime.fromtimestamp(bench.times.clock() / 1e6, dt.UTC)
    opens = (now + dt.timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    week = {
        day: [{"opens": opens.strftime("%H:%M"), "closes": "24:00"}]
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    await bench.set_up("hours", {"always": False, "week": week})
    conversation = await asks_for_person(bench)
    (told,) = notices(await bench.log(conversation))
    assert (told.notice, payloads(told)[0]) == ("queued_until", words.CALL_BACK)
    await bench.do(conversation, c.LeaveDetails(kind="phone", value="+442079460102"))
    await bench.say("Call me back", choice=words.CALL_BACK)
    entries = await bench.logged(conversation, "callback_promised")
    (event,) = [entry.event for entry in entries if isinstance(entry.event, CallbackPromised)]
    assert event.due_at == int(opens.timestamp() * SECOND) + HOUR * SECOND


# --- silence ---


async def answered(bench: Bench) -> str:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.SendReply(operator=OLGA, text="It is on its way.", floor_seq=floor))
    return conversation


async def test_silent_customer_is_reminded_once_and_then_it_ends_as_answered(bench: Bench) -> None:
    conversation = await answered(bench)
    await bench.advance(HOUR - 1)
    await bench.quiet()
    assert notices(await bench.log(conversation)) == []
    await bench.advance(1)
    assert (await noticed(bench, conversation, 1)).notice == "silent"
    await bench.advance(24 * HOUR - 1)
    await bench.quiet()
    assert (await bench.state(conversation)).status is Status.OPEN
    await bench.advance(1)
    entries = await bench.logged(conversation, "resolved")
    assert [one.notice for one in notices(entries)] == ["silent", "closed_silent", "rating"]
    assert Resolved(by="system", ending="answered", reason="silent") in [entry.event for entry in entries]


async def test_customer_who_answers_the_reminder_is_waited_for_anew(bench: Bench) -> None:
    conversation = await answered(bench)
    await bench.advance(HOUR)
    await noticed(bench, conversation, 1)
    await bench.say("Thank you, I look")
    floor = (await bench.state(conversation)).floor_seq
    await bench.advance(23 * HOUR)
    await bench.do(conversation, c.SendReply(operator=OLGA, text="Gladly.", floor_seq=floor))
    await bench.advance(HOUR + MINUTE)
    await bench.logged(conversation, "system_notice", times=2)
    assert (await bench.state(conversation)).status is Status.OPEN


async def test_customer_who_waits_for_us_is_never_reminded(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    for _ in range(30):
        await bench.advance(HOUR)
        await bench.quiet()
    assert notices(await bench.log(conversation)) == []
    assert (await bench.state(conversation)).status is Status.OPEN
